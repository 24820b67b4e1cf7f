import type { Node } from "../../src/model/node.ts";
import type { ResourceRequest } from "../../src/model/resources.ts";
import { expectRule } from "./rule-broken.ts";

/** A node with what is free on it, kept as plainly as can be. */
export interface RoomNode {
  readonly node: Node;
  cpu: number;
  memory: number;
  readonly milli: number[];
  readonly failed: Set<number>;
  isClosed: boolean;
  /** No job may start there (rule A8); `anew` before the decision after it was told. */
  pressed: "no" | "anew" | "still";
  isGone: boolean;
}

/** Something that holds room on one node: milli-CPU, MiB, and milli on each of the devices. */
export interface Hold {
  readonly on: RoomNode;
  readonly cpu: number;
  readonly memory: number;
  readonly devices: readonly number[];
  readonly milli: number;
}

/** The nodes and what is free on them, once for the scheduler's view and once for the physical one. */
export class Room {
  readonly #rule: string;
  readonly nodes = new Map<string, RoomNode>();

  /** `rule` is the one that is broken where something is over capacity. */
  constructor(rule: string) {
    this.#rule = rule;
  }

  add(node: Node): void {
    const milli = node.devices.map(({ milliFree }) => milliFree as number);
    const { cpu, memory } = node;
    const fresh = { node, cpu, memory, milli, failed: new Set<number>() };
    this.nodes.set(node.id, { ...fresh, isClosed: false, pressed: "no", isGone: false });
  }

  remove(id: string): void {
    this.nodes.get(id)!.isGone = true;
    this.nodes.delete(id);
  }

  /** What work of the request holds on these devices. */
  holdOf(id: string, request: ResourceRequest, devices: readonly number[], who: string): Hold {
    const on = this.nodes.get(id);
    expectRule(on !== undefined, "P1", `${who} goes to node ${id}, which is not there`);
    const { cpu, memory, accelerators } = request;
    return { on, cpu, memory, devices, milli: accelerators?.milli ?? 0 };
  }

  take({ on, cpu, memory, devices, milli }: Hold, who: string): void {
    if (on.isGone) return;
    on.cpu -= cpu;
    on.memory -= memory;
    for (const device of devices) on.milli[device] -= milli;
    const cpuBorrowed = ((on.node.overcommit?.cpuMax ?? 1) - 1) * on.node.cpu;
    const isWithin =
      on.cpu >= -cpuBorrowed && on.memory >= 0 && devices.every((device) => on.milli[device] >= 0);
    expectRule(
      isWithin,
      this.#rule,
      () => `${who} takes ${on.node.id} over its capacity: ${tell(on)}`,
    );
  }

  release({ on, cpu, memory, devices, milli }: Hold): void {
    on.cpu += cpu;
    on.memory += memory;
    for (const device of devices) on.milli[device] += milli;
  }

  /** Milli free on working devices, of all nodes. */
  milliFree(): number {
    let sum = 0;
    for (const { milli, failed } of this.nodes.values()) {
      for (const [device, free] of milli.entries()) if (!failed.has(device)) sum += free;
    }
    return sum;
  }
}

/** True iff work of the request fits on the node (rule P1). */
export function fitsOn(on: RoomNode, request: ResourceRequest): boolean {
  return roomFor(on, request, 1) === 1;
}

/**
 * Members of the request that fit on the node together, up to `most`. Exact where a member takes one
 * device or whole devices; else what fits if each takes the devices with most left.
 */
export function roomFor(on: RoomNode, request: ResourceRequest, most: number): number {
  if (on.isClosed || on.isGone) return 0;
  const { cpu, memory, accelerators } = request;
  let count = most;
  if (cpu > 0) count = Math.min(count, Math.floor(on.cpu / cpu));
  if (memory > 0) count = Math.min(count, Math.floor(on.memory / memory));
  if (accelerators === undefined || count <= 0) return Math.max(0, count);
  if (!suits(on, request)) return 0;
  const { count: devices, milli } = accelerators;
  let pieces = 0;
  let wide = 0;
  for (const [device, free] of on.milli.entries()) {
    if (on.failed.has(device)) continue;
    pieces += Math.floor(free / milli);
    if (free >= milli) wide += 1;
  }
  if (devices === 1) return Math.min(count, pieces);
  if (milli === 1000) return Math.min(count, Math.floor(wide / devices));
  return wide >= devices ? 1 : 0;
}

/** True iff the working devices have room for all of these, each on those with least left. */
export function devicesSuffice(
  { node, failed }: RoomNode,
  requests: readonly ResourceRequest[],
): boolean {
  const left: number[] = node.devices.map(({ milliFree }, device) =>
    failed.has(device) ? 0 : milliFree,
  );
  for (const { accelerators } of requests) {
    if (accelerators === undefined) continue;
    const { count, milli } = accelerators;
    const fitting = [...left.keys()].filter((device) => left[device] >= milli);
    if (fitting.length < count) return false;
    fitting.sort((one, other) => left[one] - left[other]);
    for (const device of fitting.slice(0, count)) left[device] -= milli;
  }
  return true;
}

/** True iff the node's devices are such as the request accepts. */
function suits({ node }: RoomNode, { accelerators }: ResourceRequest): boolean {
  if (accelerators === undefined) return true;
  const device = node.devices[0];
  if (device === undefined || device.memory < (accelerators.memory ?? 0)) return false;
  return accelerators.kinds.length === 0 || accelerators.kinds.includes(device.kind);
}

/** True iff `roomFor` is exact for the request. */
export function isExact({ accelerators }: ResourceRequest): boolean {
  return accelerators === undefined || accelerators.count === 1 || accelerators.milli === 1000;
}

/** Checks that the devices are such as the request names, and work. */
export function checkPlace(
  on: RoomNode,
  request: ResourceRequest,
  devices: readonly number[],
  who: string,
): void {
  const count = request.accelerators?.count ?? 0;
  const isAscending = devices.every((device, index) => index === 0 || devices[index - 1] < device);
  expectRule(
    devices.length === count && isAscending,
    "P1",
    () => `${who} has devices [${devices.join()}], not ${count}`,
  );
  expectRule(suits(on, request), "P1", `${who} is on node ${on.node.id} of a wrong kind`);
  expectRule(!on.isClosed, "J8", `${who} is placed on node ${on.node.id}, which is drained`);
  for (const device of devices) {
    const isWorking = on.milli[device] !== undefined && !on.failed.has(device);
    expectRule(
      isWorking,
      "J8",
      `${who} is placed on device ${device} of ${on.node.id}, which does not work`,
    );
  }
}

function tell({ cpu, memory, milli }: RoomNode): string {
  return `left are ${cpu} milli-CPU, ${memory} MiB and [${milli.join()}] milli`;
}
