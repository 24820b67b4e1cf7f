import type { PlannedEvent } from "../../engine/simulated/workload.ts";
import type { NodeEvent } from "../../model/event.ts";
import { suggestName } from "../../model/nearest-name.ts";
import type { Node } from "../../model/node.ts";
import { seededRandom } from "../seeded-random.ts";
import { drawExponential } from "./draw.ts";
import type { FailureShape } from "./scenario-shape.ts";
import type { KeyPath } from "./scenario-text.ts";
import type { Draft } from "./trace-source.ts";

/** Most losses that chance may plan. */
const EVENTS_MAX = 10_000_000;

type Chance = Extract<FailureShape, { readonly mtbf: unknown }>;
type Fixed = Exclude<FailureShape, Chance>;

interface Step extends PlannedEvent {
  readonly event: NodeEvent;
  readonly keys: KeyPath;
}

/**
 * What happens to the nodes, in order of time. Chance (`mtbf`, the mean time from a node's return to
 * its next loss) leaves nodes alone that a failure names. A node that returns is whole again.
 *
 * @throws InputError for an unknown node or device, for what cannot happen to a node in its state,
 * and for chance without a horizon.
 */
export function buildFailures(
  draft: Draft,
  shapes: readonly FailureShape[],
  nodes: readonly Node[],
  horizonMs: number | undefined,
): PlannedEvent[] {
  const byId = new Map<string, Node>(nodes.map((node) => [node.id, node]));
  const steps: Step[] = [];
  const named = new Set<string>();
  for (const [index, shape] of shapes.entries()) {
    if ("mtbf" in shape) continue;
    const node = findNode(draft, shape, index, byId);
    named.add(node.id);
    for (const step of fixedSteps(shape, node, ["failures", index])) steps.push(step);
  }
  steps.sort((left, right) => left.atMs - right.atMs);
  checkStates(draft, steps);
  const chances = shapes.flatMap((shape, index) => ("mtbf" in shape ? [{ shape, index }] : []));
  if (chances.length > 1) {
    const problem = "chance is planned once for all nodes; another entry has an mtbf already";
    throw draft.text.refuse("invalid-setting", ["failures", chances[1].index], problem);
  }
  for (const { shape, index } of chances) {
    const exposed = nodes.filter(({ id }) => !named.has(id));
    for (const step of drawLosses(draft, shape, { nodes: exposed, index, horizonMs })) {
      steps.push(step);
    }
  }
  return steps
    .toSorted((left, right) => left.atMs - right.atMs)
    .map(({ atMs, event }) => ({ atMs, event }));
}

function findNode(
  { text }: Draft,
  shape: Fixed,
  index: number,
  byId: ReadonlyMap<string, Node>,
): Node {
  const name = nameOf(shape);
  const node = byId.get(name);
  if (node === undefined) {
    const problem = `node ${name} does not exist${suggestName(name, byId.keys())}`;
    throw text.refuse("unknown-name", ["failures", index], problem);
  }
  if ("deviceFailed" in shape && shape.deviceFailed.device >= node.devices.length) {
    const { device } = shape.deviceFailed;
    const problem = `node ${name} has no device ${device}; it has ${node.devices.length}, counted from 0`;
    throw text.refuse("unknown-name", ["failures", index, "deviceFailed", "device"], problem);
  }
  return node;
}

function nameOf(shape: Fixed): string {
  if ("nodeLost" in shape) return shape.nodeLost;
  if ("drain" in shape) return shape.drain;
  return "open" in shape ? shape.open : shape.deviceFailed.node;
}

function fixedSteps(shape: Fixed, node: Node, keys: KeyPath): Step[] {
  const atMs = shape.at;
  if ("drain" in shape) return [{ atMs, event: { kind: "node-drained", node: node.id }, keys }];
  if ("open" in shape) return [{ atMs, event: { kind: "node-opened", node: node.id }, keys }];
  if ("deviceFailed" in shape) {
    const { device } = shape.deviceFailed;
    return [{ atMs, event: { kind: "device-failed", node: node.id, device }, keys }];
  }
  const lost: Step = { atMs, event: { kind: "node-lost", node: node.id }, keys };
  if (shape.repair === undefined) return [lost];
  return [lost, { atMs: atMs + shape.repair, event: { kind: "node-added", node }, keys }];
}

/** Follows each node through its states; devices that failed count until the node returns. */
function checkStates({ text }: Draft, steps: readonly Step[]): void {
  const states = new Map<string, "lost" | "drained">();
  const broken = new Set<string>();
  for (const { atMs, event, keys } of steps) {
    const node = event.kind === "node-added" ? event.node.id : event.node;
    const state = states.get(node);
    const refuse = (problem: string) => {
      const when = `${atMs / 1000} s after the start`;
      return text.refuse("invalid-setting", keys, `node ${node} ${problem} ${when}`);
    };
    if (event.kind === "node-added") {
      states.delete(node);
      for (const device of broken) if (device.startsWith(`${node}\n`)) broken.delete(device);
      continue;
    }
    if (state === "lost") throw refuse("is lost already");
    if (event.kind === "node-lost") states.set(node, "lost");
    else if (event.kind === "node-opened") {
      if (state === undefined) throw refuse("is not drained");
      states.delete(node);
    } else if (event.kind === "node-drained") {
      if (state === "drained") throw refuse("is drained already");
      states.set(node, "drained");
    } else if (event.kind === "device-failed") {
      const device = `${node}\n${event.device}`;
      if (broken.has(device)) throw refuse(`has device ${event.device} broken already`);
      broken.add(device);
    }
  }
}

interface Exposure {
  readonly nodes: readonly Node[];
  readonly index: number;
  readonly horizonMs: number | undefined;
}

function drawLosses(draft: Draft, chance: Chance, { nodes, index, horizonMs }: Exposure): Step[] {
  const keys = ["failures", index];
  const { mtbf, repair } = chance;
  if (horizonMs === undefined) {
    const problem = "failures by chance need a horizon, up to which they are planned";
    throw draft.text.refuse("missing-key", keys, problem);
  }
  const random = seededRandom(draft.seed + index);
  const steps: Step[] = [];
  for (const node of nodes) {
    let atMs = Math.floor(drawExponential(random, mtbf));
    while (atMs < horizonMs) {
      if (steps.length >= EVENTS_MAX) {
        throw draft.text.refuse("too-large", keys, `more than ${EVENTS_MAX} failures`);
      }
      steps.push({ atMs, event: { kind: "node-lost", node: node.id }, keys });
      steps.push({ atMs: atMs + repair, event: { kind: "node-added", node }, keys });
      atMs += repair + Math.floor(drawExponential(random, mtbf));
    }
  }
  return steps;
}
