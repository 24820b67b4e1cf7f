import { counted } from "../../model/counted.ts";
import type { EventRecord } from "../../api/objects.ts";
import type { Action, LeaveReason } from "../../model/action.ts";
import type { Event, NodePressed } from "../../model/event.ts";
import type { Note } from "../../model/note.ts";
import { unreachable } from "../../model/unreachable.ts";
import { forWhom } from "./job-fold.ts";
import { isPressed } from "./node-fold.ts";
import type { Tables } from "./tables.ts";

/** A record before it has its number and time. */
export type Said = Pick<EventRecord, "about" | "type" | "reason" | "message">;

/** What people are told of an event; `undefined` for those that come all the time. */
export function describeEvent(event: Event, tables: Tables): Said | undefined {
  switch (event.kind) {
    case "node-added":
    case "node-removed":
    case "node-lost":
    case "node-drained":
    case "node-opened": {
      const name = event.kind === "node-added" ? event.node.id : event.node;
      const reason = event.kind.slice("node-".length);
      return node(name, event.kind === "node-lost", reason, `node ${name} is ${reason}`);
    }
    case "device-failed":
      return node(event.node, true, "device-failed", `device ${event.device} has failed`);
    case "node-pressed":
      return describePressed(event, tables);
    case "queue-set":
      return normal("Queue", event.queue.id, "set", "it may be used as it says now");
    case "queue-removed":
      return normal("Queue", event.queue, "removed", "it is gone");
    case "job-submitted":
      return job(event.job.id, "submitted", `it stands in queue ${event.job.queue}`);
    case "job-cancelled":
      return job(event.job, "cancelled", "nobody wants it any more");
    case "job-started":
      return job(event.job, "started", `attempt ${event.attempt} runs`);
    case "job-checkpointed":
      return job(event.job, "checkpointed", `attempt ${event.attempt} has saved what it did`);
    case "job-ended": {
      const message = `attempt ${event.attempt} ${event.outcome === "lost" ? "was lost" : event.outcome}`;
      const type = event.outcome === "succeeded" ? "Normal" : "Warning";
      return { about: { kind: "BatchJob", name: event.job }, type, reason: event.outcome, message };
    }
    case "service-set":
      return normal("ModelService", event.service.id, "set", "it is served as it says now");
    case "service-removed":
      return normal("ModelService", event.service, "removed", "its replicas leave");
    case "replica-ready":
      return replica(event.replica, "Normal", "ready", "serves");
    case "replica-gone":
      return replica(event.replica, "Warning", "gone", "has crashed, or could not start");
    case "departed":
      return describeDeparture(event.departure, tables);
    case "service-observed":
    case "node-observed":
    case "work-submitted":
    case "work-ended":
      return undefined;
    default:
      return unreachable(event);
  }
}

/** What people are told of an action; `undefined` for those about work that no manifest states. */
export function describeAction(action: Action): Said | undefined {
  switch (action.kind) {
    case "start-job":
      return job(action.job, "starting", `attempt ${action.attempt} ${onNodes(action.members)}`);
    case "resume-job":
      return job(action.job, "resumed", `goes on ${onNodes(action.members)}`);
    case "grow-job":
      return job(action.job, "grown", counted(action.members.length, "more member"));
    case "shrink-job":
      return left(action.job, "shrunk", `${action.members.length} fewer members`, action.reason);
    case "suspend-job":
      return left(action.job, "suspended", "leaves its devices", action.reason);
    case "stop-job":
      return left(action.job, "stopped", action.save ? "saves and ends" : "ends", action.reason);
    case "wait-job":
      return job(action.job, action.refusal.code, action.refusal.message);
    case "give-up-job": {
      const { code: reason, message } = action.refusal;
      return { about: { kind: "BatchJob", name: action.job }, type: "Warning", reason, message };
    }
    case "start-replica":
      return replica(action.replica, "Normal", "starting", `starts on node ${action.node}`);
    case "wake-replica":
      return replica(action.replica, "Normal", "waking", "wakes");
    case "sleep-replica":
      return replica(
        action.replica,
        "Normal",
        "falling-asleep",
        "finishes what it began, then sleeps",
      );
    case "stop-replica": {
      const message = `finishes what it began, then ends ${forWhom(action.reason)}`;
      return replica(action.replica, "Normal", "stopping", message);
    }
    case "service-waits": {
      const { code: reason, message } = action.refusal;
      return {
        about: { kind: "ModelService", name: action.service },
        type: "Warning",
        reason,
        message,
      };
    }
    case "place":
    case "wait":
      return undefined;
    default:
      return unreachable(action);
  }
}

/** Whether an engine has told more of it: how a replica ended that is gone. O(notes). */
export function isToldBy(notes: readonly Note[], event: Event): boolean {
  if (event.kind !== "replica-gone") return false;
  return notes.some(({ about: { kind, name }, type }) => {
    return kind === "Replica" && name === event.replica && type === "Warning";
  });
}

export function describeNote({ about, type, reason, message }: Note): Said {
  return { about, type, reason, message };
}

/** It is told again and again while it lasts: only the first time is news. */
function describePressed({ node: name, isPressed: isNow }: NodePressed, tables: Tables) {
  const record = tables.Node.get(name);
  if (record === undefined || isPressed(record) === isNow) return undefined;
  if (!isNow) return node(name, false, "calm", "online work is well: jobs may start here again");
  const message = "online work suffers: no job starts here, and those here leave one by one";
  return node(name, true, "pressed", message);
}

function describeDeparture(departure: number, tables: Tables): Said | undefined {
  const leaver = tables.leaverOf(departure);
  if (leaver === undefined) return undefined;
  if (leaver.kind === "BatchJob") return job(leaver.name, "left", "has left its places");
  const isAsleep = tables.Replica.get(leaver.name)?.stage === "asleep";
  const message = isAsleep ? "sleeps" : "has ended";
  return replica(leaver.name, "Normal", isAsleep ? "asleep" : "left", message);
}

function normal(kind: Said["about"]["kind"], name: string, reason: string, message: string): Said {
  return { about: { kind, name }, type: "Normal", reason, message };
}

function job(name: string, reason: string, message: string): Said {
  return normal("BatchJob", name, reason, message);
}

function left(name: string, reason: string, message: string, why: LeaveReason): Said {
  return job(name, reason, `${message} ${forWhom(why)}`);
}

function replica(name: string, type: Said["type"], reason: string, message: string): Said {
  return { about: { kind: "Replica", name }, type, reason, message };
}

function node(name: string, isWarning: boolean, reason: string, message: string): Said {
  const type = isWarning ? "Warning" : "Normal";
  return { about: { kind: "Node", name }, type, reason, message };
}

function onNodes(members: readonly { readonly node: string }[]): string {
  const nodes = Array.from(new Set(members.map(({ node }) => node))).join(", ");
  return `with ${members.length} ${members.length === 1 ? "member" : "members"} on ${nodes}`;
}
