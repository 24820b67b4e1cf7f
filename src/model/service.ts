import type { ServiceId } from "./ids.ts";
import type { ResourceRequest } from "./resources.ts";
import type { MiB, Milliseconds } from "./units.ts";

/** Replicas that a service may have on a single machine. */
export const LOCAL_REPLICAS_MAX = 1000;

/** Online work: equal replicas of one model, as many as its requests need. */
export interface ModelService {
  readonly id: ServiceId;
  /** What each awake replica needs, all of it on one node. */
  readonly request: ResourceRequest;
  /** Bounds of the awake replicas; min may be 0. */
  readonly replicas: { readonly min: number; readonly max: number };
  /** Requests that one replica serves at once, 1 or more. */
  readonly concurrency: number;
  /** Time to start a replica where its model is not resident. */
  readonly startMs: Milliseconds;
  /** Absent: a replica that is not needed is stopped. */
  readonly sleep?: Sleeping;
  readonly scaling: Scaling;
}

/** Sleep: a replica leaves its devices and keeps its weights in host memory. */
export interface Sleeping {
  /** Host memory that a sleeping replica holds. */
  readonly hostMemory: MiB;
  readonly sleepMs: Milliseconds;
  readonly wakeMs: Milliseconds;
  /** Replicas that are kept loaded, awake or asleep. */
  readonly standby: number;
}

/** How the number of awake replicas follows the requests (rule A1). */
export interface Scaling {
  /** A replica more than needed stays awake for this time at least. */
  readonly keepAliveMs: Milliseconds;
  /** Replicas kept awake beyond those that are busy. */
  readonly headroom: number;
  /** Given, replicas come up as late as it allows, or ahead of requests if it takes that (rule A6). */
  readonly objective?: Objective;
}

/** What the requests of a service are promised. */
export interface Objective {
  /** How long a request may wait for a replica. */
  readonly waitMs: Milliseconds;
  /** Share of the requests that may wait longer, 0 to 1 exclusive. */
  readonly missedMax: number;
}
