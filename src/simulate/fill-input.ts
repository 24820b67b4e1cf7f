import { DEVICE_KINDS_MAX } from "../decide/cluster/kind-table.ts";
import type { Node } from "../model/node.ts";
import { requestedMilli } from "../model/resources.ts";
import { DEVICE_MILLI } from "../model/units.ts";
import type { WorkloadProfile } from "../model/workload-profile.ts";
import { InputError } from "../trace/input-error.ts";
import type { PodList } from "../trace/openb.ts";
import type { Order } from "../trace/orders.ts";
import { roundHalfEven } from "./round-half-even.ts";
import { seededRandom } from "./seeded-random.ts";

/** Everything that a fill simulation knows; plain data, so that it can be sent to a worker. */
export interface FillInput {
  readonly nodes: readonly Node[];
  readonly pods: PodList;
  /** Exact courses by seed; without them each seed shuffles and inflates for itself. */
  readonly orders?: ReadonlyMap<number, Order>;
  /** Requested over existing GPU milli at which the run ends; 1.3 is 130 %. */
  readonly load: number;
}

/** GPU milli of all devices of the cluster. */
export function capacityMilli(nodes: readonly Node[]): number {
  return nodes.reduce((sum, node) => sum + node.devices.length * DEVICE_MILLI, 0);
}

/** What a policy is told beforehand: the distribution of the pods, and the cluster's balance. */
export function profileOf({ nodes, pods }: FillInput): WorkloadProfile {
  const cpu = nodes.reduce((sum, node) => sum + node.cpu, 0);
  return { classes: pods.classes, cpuPerGpuMilli: cpu / capacityMilli(nodes) };
}

/** @throws InputError if the cluster has no device, no pod asks for one, or kinds are too many. */
export function checkFillInput(input: FillInput, files: { nodes: string; pods: string }): void {
  if (capacityMilli(input.nodes) === 0) {
    throw new InputError("nothing-to-fill", { file: files.nodes }, "no node has a GPU");
  }
  if (input.pods.classes.every(({ request }) => requestedMilli(request) === 0)) {
    throw new InputError("nothing-to-fill", { file: files.pods }, "no pod asks for a GPU");
  }
  const kinds = new Set(input.nodes.flatMap(({ devices }) => devices.map(({ kind }) => kind)));
  checkKinds(kinds, files.nodes);
  for (const { request } of input.pods.classes) {
    for (const kind of request.accelerators?.kinds ?? []) kinds.add(kind);
  }
  checkKinds(kinds, files.pods);
}

function checkKinds(kinds: ReadonlySet<string>, file: string): void {
  if (kinds.size <= DEVICE_KINDS_MAX) return;
  const problem = `brings the device kinds to ${kinds.size}; at most ${DEVICE_KINDS_MAX} can be`;
  throw new InputError("too-many-device-kinds", { file }, problem);
}

/** @throws InputError if the orders of a seed end before the load that the run is to reach. */
export function checkOrders(input: FillInput, seeds: readonly number[], file: string): void {
  const milli = input.pods.classes.map(({ request }) => requestedMilli(request));
  const capacity = capacityMilli(input.nodes);
  for (const seed of seeds) {
    const { arrivals } = courseOf(input, seed);
    let requested = 0;
    for (const pod of arrivals) requested += milli[input.pods.podClass[pod]];
    const percent = roundHalfEven((100 * requested) / capacity);
    if (percent < roundHalfEven(input.load * 100)) {
      const problem = `the arrivals of seed ${seed} end at ${percent} % of the cluster's GPUs`;
      const wanted = `--load asks for ${Math.round(input.load * 100)} %`;
      throw new InputError("orders-mismatch", { file }, `${problem}; ${wanted}`);
    }
  }
}

/**
 * The course of a seed: the given one, or all pods shuffled, then clones of pods drawn at random,
 * up to the first that would bring the load above `input.load`; nodes shuffled. The same seed
 * gives the same course on every machine.
 */
export function courseOf(input: FillInput, seed: number): Order {
  const given = input.orders?.get(seed);
  if (given !== undefined) return given;
  const random = seededRandom(seed);
  const nodeOrder = shuffled(input.nodes.length);
  const rows = shuffled(input.pods.podClass.length);
  const milli = input.pods.classes.map(({ request }) => requestedMilli(request));
  const limit = input.load * capacityMilli(input.nodes);
  const arrivals: number[] = [];
  let requested = 0;
  for (;;) {
    const row = arrivals.length < rows.length ? rows[arrivals.length] : random.below(rows.length);
    requested += milli[input.pods.podClass[row]];
    if (requested > limit) return { arrivals: Int32Array.from(arrivals), nodeOrder };
    arrivals.push(row);
  }

  /** Fisher and Yates' shuffle of 0 … length - 1. */
  function shuffled(length: number): Int32Array {
    const order = Int32Array.from({ length }, (_, index) => index);
    for (let place = length - 1; place > 0; place -= 1) {
      const other = random.below(place + 1);
      const moved = order[place];
      order[place] = order[other];
      order[other] = moved;
    }
    return order;
  }
}
