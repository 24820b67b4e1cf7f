import { counted } from "../../model/counted.ts";
import type { NodeEvent, NodeObserved } from "../../model/event.ts";
import { unreachable } from "../../model/unreachable.ts";
import { type NodeRecord, setCondition } from "./records.ts";
import { foldLostReplicas } from "./service-fold.ts";
import type { Tables } from "./tables.ts";

const OPEN_FOR_JOBS = "OpenForJobs";

/** Takes an event about a node into the records. */
export function foldNodeEvent(
  tables: Tables,
  event: Exclude<NodeEvent, NodeObserved>,
  nowMs: number,
): void {
  if (event.kind === "node-added") {
    const { node } = event;
    const kept = { version: 0, generation: 1, createdMs: nowMs, conditions: [] };
    const uid = `${node.id}.${nowMs}`;
    const record: NodeRecord = { uid, ...kept, node, failedDevices: [] };
    say(record, "True", "added", "work may start here", nowMs);
    tables.Node.set(node.id, record);
    return tables.touch("Node", node.id);
  }
  const name: string = event.node;
  const record = tables.Node.get(name);
  if (record === undefined) return;
  tables.touch("Node", name);
  switch (event.kind) {
    case "node-removed":
      return tables.remove("Node", name);
    case "node-lost":
      foldLostReplicas(tables, name, undefined);
      return tables.remove("Node", name);
    case "node-drained":
      return say(record, "False", "drained", "what runs here is to move", nowMs);
    case "node-opened":
      return say(record, "True", "opened", "work may start here", nowMs);
    case "node-pressed":
      return foldPressed(record, event.isPressed, nowMs);
    case "device-failed": {
      foldLostReplicas(tables, name, event.device);
      record.failedDevices = [...record.failedDevices, event.device];
      const list = record.failedDevices.join(", ");
      const message = `of ${counted(record.node.devices.length, "device")} these have failed: ${list}`;
      const condition = { status: "False", reason: "device-failed", message } as const;
      return setCondition(record, { type: "DevicesHealthy", ...condition, sinceMs: nowMs });
    }
    default:
      return unreachable(event);
  }
}

/** Whether the node is held back from jobs for the sake of online work. */
export function isPressed({ conditions }: NodeRecord): boolean {
  return conditions.some(({ type, status }) => type === OPEN_FOR_JOBS && status === "False");
}

function foldPressed(record: NodeRecord, isNow: boolean, nowMs: number): void {
  const status = isNow ? "False" : "True";
  const reason = isNow ? "pressed" : "calm";
  const message = isNow ? "no job starts here, and those here leave one by one" : "jobs may start";
  setCondition(record, { type: OPEN_FOR_JOBS, status, reason, message, sinceMs: nowMs });
}

function say(
  record: NodeRecord,
  status: "True" | "False",
  reason: string,
  message: string,
  nowMs: number,
): void {
  setCondition(record, { type: "Schedulable", status, reason, message, sinceMs: nowMs });
}
