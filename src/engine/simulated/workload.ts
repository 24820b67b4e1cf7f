import type { Event } from "../../model/event.ts";
import type { ServiceId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";

/** A job, and what the scheduler does not know about it. */
export interface SimulatedJob {
  readonly job: BatchJob;
  readonly submitMs: number;
  /** Run time at minimum size and speed 1, checkpoints not counted. */
  readonly workMs: number;
  /**
   * Attempts that fail by themselves, numbered from 1, after so much time in which the attempt made
   * progress. An attempt that ends before that does not fail.
   */
  readonly failures?: readonly PlannedFailure[];
}

interface PlannedFailure {
  readonly attempt: number;
  readonly afterMs: number;
  /** The engine does not know how it ended. */
  readonly isLost?: boolean;
}

/** Requests to one service. The two arrays have the same length. */
export interface RequestStream {
  readonly service: ServiceId;
  /** Ascending. */
  readonly arrivalMs: Float64Array;
  /** How long a replica serves each of them. */
  readonly serveMs: Float64Array;
  /** Absent: a replica uses all the CPU that it asks for. */
  readonly cpuUse?: CpuUse;
}

/**
 * Shares, 0 to 1, of the CPU that a replica asks for: it uses `busy` of what belongs to slots that
 * serve a request, and `idle` of what belongs to the others. While it loads or falls asleep all slots
 * are idle.
 */
export interface CpuUse {
  readonly busy: number;
  readonly idle: number;
}

/** Something that happens to the cluster or that a user does, at a time known beforehand. */
export interface PlannedEvent {
  readonly atMs: number;
  readonly event: Event;
}

/** All that a simulated engine will meet. Times count from 0. */
export interface Workload {
  /** In any order; those of one time happen in the order given. */
  readonly events: readonly PlannedEvent[];
  /** In any order; those of one time are submitted in the order given. */
  readonly jobs: readonly SimulatedJob[];
  /** At most one stream for each service. */
  readonly requests: readonly RequestStream[];
}
