import type { JobId, QueueId } from "./ids.ts";
import type { ResourceRequest } from "./resources.ts";
import type { MiB, Milliseconds } from "./units.ts";

/** Offline work: a gang that is placed whole or not at all, and that may be moved aside. */
export interface BatchJob {
  readonly id: JobId;
  /** A leaf of the queue tree. */
  readonly queue: QueueId;
  /** Higher goes first within the queue; an integer of 32 bits. */
  readonly priority: number;
  readonly roles: readonly JobRole[];
  /** Absent: what it has done is lost whenever it stops. */
  readonly checkpoint?: Checkpointing;
  /** Absent: it cannot be suspended in place. */
  readonly suspension?: Suspension;
  /** No other job makes it leave within this time of its start. */
  readonly minimumRuntimeMs: Milliseconds;
  readonly retries: Retries;
  /** Time by which it has to have ended; it is given up then. */
  readonly deadlineMs?: Milliseconds;
  /** Speed by device kind, 1 for kinds not named; the gang runs at the speed of its slowest. */
  readonly speeds?: Readonly<Record<string, number>>;
}

/** Members of a gang that do the same. */
export interface JobRole {
  readonly name: string;
  /** What each member needs, all of it on one node. */
  readonly request: ResourceRequest;
  /** It starts with `min` members and grows to `max` where devices idle; 1 ≤ min ≤ max. */
  readonly replicas: { readonly min: number; readonly max: number };
}

/** How a job saves what it has done. */
export interface Checkpointing {
  /** Run time between checkpoints. */
  readonly everyMs: Milliseconds;
  /** Time that taking one costs. */
  readonly saveMs: Milliseconds;
  /** Time from a start to where the checkpoint left off. */
  readonly restartMs: Milliseconds;
  /** Whether it takes one when asked to leave. */
  readonly onRequest: boolean;
}

/** Suspension in place: the device's memory is moved to the host's, the processes stay. */
export interface Suspension {
  /** Host memory that the content of a whole device takes; that of a share takes its part. */
  readonly hostMemory: MiB;
  readonly suspendMs: Milliseconds;
  readonly resumeMs: Milliseconds;
}

/** What happens after a failure of the job's own; a lost node is not counted. */
export interface Retries {
  readonly max: number;
  /** Wait before the first retry; it doubles with each further one (rule J6). */
  readonly backoffMs: Milliseconds;
}
