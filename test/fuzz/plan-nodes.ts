import type { PlannedEvent } from "../../src/engine/simulated/workload.ts";
import type { Event } from "../../src/model/event.ts";
import { type NodeId, nodeId } from "../../src/model/ids.ts";
import type { Node } from "../../src/model/node.ts";
import { gpuMilli, mib, milliCpu } from "../../src/model/units.ts";
import type { Dice } from "./dice.ts";
import { momentUntil } from "./plan-jobs.ts";
import { DEVICE_KINDS } from "./plan-requests.ts";

/** Nodes that come, are drained and opened, lose devices, are lost and come again. */
export function planNodes(dice: Dice, count: number, untilMs: number): PlannedEvent[] {
  return Array.from({ length: count }, (_, index) => {
    const id = nodeId(`node-${index}`);
    return dice.percent(45) ? planSteadyNode(dice, id) : planRestlessNode(dice, id, untilMs);
  }).flat();
}

/** Nodes on which every gang of a plan fits, one of each kind. */
export function rescueNodes(atMs: number): PlannedEvent[] {
  return Object.keys(DEVICE_KINDS).map((kind) => ({
    atMs,
    event: {
      kind: "node-added",
      node: buildNode(nodeId(`rescue-${kind}`), { kind, devices: 128, memoryEach: 1000 }),
    },
  }));
}

/** Some of the nodes are pressed now and then, for some tellings, and none from `endMs` on (rule A8). */
export function planPressure(
  dice: Dice,
  nodes: readonly PlannedEvent[],
  endMs: number,
): PlannedEvent[] {
  const ids = new Set(
    nodes.flatMap(({ event }) => (event.kind === "node-added" ? [event.node.id] : [])),
  );
  const percent = dice.of(0, 0, 20, 60);
  return [...ids].flatMap((id) => (dice.percent(percent) ? planSpells(dice, id, endMs) : []));
}

/** Some spells in which a node is told as pressed again and again; some do not end by themselves. */
function planSpells(dice: Dice, node: NodeId, endMs: number): PlannedEvent[] {
  const events: PlannedEvent[] = [];
  const tell = (atMs: number, isPressed: boolean) => {
    if (atMs <= endMs) events.push({ atMs, event: { kind: "node-pressed", node, isPressed } });
  };
  for (let spells = dice.from(1, 3); spells > 0; spells -= 1) {
    const everyMs = dice.of(0, 500, 2000, 10_000);
    let atMs = momentUntil(dice, endMs);
    for (let times = dice.from(1, 6); times > 0; times -= 1) {
      tell(atMs, true);
      atMs += everyMs;
    }
    if (dice.percent(80)) tell(atMs, false);
  }
  tell(endMs, false);
  return events;
}

function planSteadyNode(dice: Dice, id: NodeId): PlannedEvent[] {
  return [{ atMs: 0, event: { kind: "node-added", node: planNode(dice, id) } }];
}

/** What happens to one node, in an order that is possible. */
function planRestlessNode(dice: Dice, id: NodeId, untilMs: number): PlannedEvent[] {
  const times = Array.from({ length: dice.from(1, 8) }, () => momentUntil(dice, untilMs));
  times[0] = dice.of(0, 0, times[0]);
  const events: PlannedEvent[] = [];
  let node: Node | undefined;
  let isDrained = false;
  for (const atMs of times.toSorted((left, right) => left - right)) {
    const happen = (event: Event) => events.push({ atMs, event });
    if (node === undefined) {
      node = planNode(dice, id);
      isDrained = false;
      happen({ kind: "node-added", node });
    } else if (dice.percent(35)) {
      node = undefined;
      happen({ kind: "node-lost", node: id });
    } else if (dice.percent(50) || node.devices.length === 0) {
      isDrained = !isDrained;
      happen({ kind: isDrained ? "node-drained" : "node-opened", node: id });
    } else {
      happen({ kind: "device-failed", node: id, device: dice.below(node.devices.length) });
    }
  }
  return events;
}

function planNode(dice: Dice, id: NodeId): Node {
  const kind = dice.of(...Object.keys(DEVICE_KINDS));
  const devices = dice.of(0, 1, 2, 4, 4, 8);
  const made = buildNode(id, { kind, devices, memoryEach: dice.of(32, 64, 120) });
  const overcommit = { cpuMax: dice.of(1, 1.5, 2), headroom: dice.of(0, 0.5) };
  const node = dice.percent(80) ? made : { ...made, overcommit };
  if (devices === 0 || dice.percent(90)) return node;
  const [first, ...rest] = node.devices;
  return { ...node, devices: [{ ...first, milliFree: gpuMilli(500) }, ...rest] };
}

/** `memoryEach` is in MiB for each device, or in all without any. */
function buildNode(
  id: NodeId,
  options: { readonly kind: string; readonly devices: number; readonly memoryEach: number },
): Node {
  const { kind, devices: count, memoryEach } = options;
  const device = { kind, memory: mib(DEVICE_KINDS[kind]), milliFree: gpuMilli(1000) };
  const size = Math.max(1, count);
  return {
    id,
    cpu: milliCpu(8000 * size),
    memory: mib(memoryEach * size),
    devices: Array.from({ length: count }, () => device),
  };
}
