import type { DepartureId, ReplicaId } from "../../model/ids.ts";
import type { Sleeping } from "../../model/service.ts";
import type { Use } from "./books.ts";
import type { Waiting } from "./departure-gate.ts";
import type { Timer } from "./event-queue.ts";
import type { Hold, PhysicalNode } from "./physical-node.ts";
import type { CpuUse } from "./workload.ts";

/**
 * Where a replica stands; `goal` says where finishing leads:
 *
 *     waiting ──► loading ──► ready ──► finishing ──► settling ──► asleep ──wake──► waiting
 *                                            └──► gone
 */
export type ReplicaState =
  | "waiting"
  | "loading"
  | "ready"
  | "finishing"
  | "settling"
  | "asleep"
  | "gone";

export interface Replica {
  readonly id: ReplicaId;
  readonly number: number;
  readonly node: PhysicalNode;
  devices: readonly number[];
  state: ReplicaState;
  goal: "sleep" | "stop";
  /** What it physically holds. */
  hold: Hold | undefined;
  /** How it sleeps, from the order to sleep on: the service may be changed meanwhile. */
  sleeping: Sleeping | undefined;
  /** Requests in service, with their ends. */
  readonly serving: Map<number, Timer>;
  /** End of loading or settling. */
  timer: Timer | undefined;
  waiting: Waiting | undefined;
  /** Orders to leave that are not over. */
  leaving: DepartureId[];
}

/** Number of a replica: what stands after the last slash of its id. */
export function replicaNumber(id: ReplicaId): number {
  return Number(id.slice(id.lastIndexOf("/") + 1));
}

/** What its devices are held for. */
export function useOf({ state, serving }: Replica): Use {
  if (serving.size > 0) return "busy";
  return state === "loading" || state === "settling" ? "moving" : "idle";
}

const ALL: CpuUse = { busy: 1, idle: 1 };

/** Milli-CPU that it uses, in whole ones, with `slots` for requests. */
export function cpuUsedBy({ hold, serving }: Replica, slots: number, use: CpuUse = ALL): number {
  const busy = Math.min(1, serving.size / slots);
  return Math.round((hold?.cpu ?? 0) * (busy * use.busy + (1 - busy) * use.idle));
}
