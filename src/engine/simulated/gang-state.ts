import type { ResourceRequest } from "../../model/resources.ts";
import type { Use } from "./books.ts";
import type { Hold, PhysicalNode } from "./physical-node.ts";

/**
 * Where a job stands:
 *
 *     idle ─start─► waiting ─► up ─suspend─► suspending ─► suspended ─resume─► returning
 *                              ▲                                                   │
 *                              └─────────────────── resuming ◄─────────────────────┘
 *
 * Up leads to over when the work is done, and to idle when it fails. A stop leads from anywhere to
 * idle, by way of stopping if a checkpoint comes first. The loss of a member leads from anywhere to
 * broken, which only a stop leaves.
 */
export type GangState =
  | "idle"
  | "waiting"
  | "up"
  | "suspending"
  | "suspended"
  | "returning"
  | "resuming"
  | "stopping"
  | "broken"
  | "over";

/** Those in which the scheduler takes it for running. */
export const IN_PLACE: readonly GangState[] = ["waiting", "up", "returning", "resuming"];

/** One member of a gang. */
export interface Member {
  readonly number: number;
  readonly request: ResourceRequest;
  readonly node: PhysicalNode;
  devices: readonly number[];
  /** What it physically holds. */
  hold: Hold | undefined;
  /** It is to join a gang that may be up already, and its place is not free yet. */
  isJoining: boolean;
}

/** What a gang's devices are held for. */
export function useIn(state: GangState): Use {
  return state === "suspending" || state === "resuming" || state === "stopping"
    ? "moving"
    : "offline";
}
