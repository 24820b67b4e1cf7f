import type { PlannedEvent, RequestStream, SimulatedJob } from "../../engine/simulated/workload.ts";
import type { Node } from "../../model/node.ts";
import type { Queue } from "../../model/queue.ts";
import type { ModelService } from "../../model/service.ts";

/** A service with what is asked of it. */
export interface ServicePlan {
  readonly service: ModelService;
  /** This share of the requests, 0 to 1, waits for at most this time. */
  readonly objective: { readonly waitMs: number; readonly quantile: number };
  readonly requests: RequestStream;
}

/** Jobs whose number follows from what serving leaves idle. */
export interface OfflineWork {
  /** In the order in which they are taken; submitted when `scaleJobs` says. */
  readonly jobs: readonly SimulatedJob[];
  /** Their work over what serving alone leaves idle. */
  readonly amount: number;
}

/** Device-hours' price by kind, in any one currency. */
export interface Prices {
  /** Price of kinds that have none of their own. */
  readonly default?: number;
  readonly kinds: Readonly<Record<string, number>>;
}

/** A checked plan of a simulation: plain data, to be varied by copying it. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  /**
   * Span that the plan covers: offline work is measured by it, and no failure is planned after it.
   * Absent: until the last request, submission or failure. What is under way then goes on to its end.
   */
  readonly horizonMs?: number;
  /** Name of a placement policy. */
  readonly policy: string;
  /** Time within which offline work gives back what online work needs. */
  readonly graceMs: number;
  /** A job that waited longer gets room kept for it; absent: none does. */
  readonly patienceMs?: number;
  readonly nodes: readonly Node[];
  /** Parents before their children. */
  readonly queues: readonly Queue[];
  readonly jobs: readonly SimulatedJob[];
  readonly offline?: OfflineWork;
  readonly services: readonly ServicePlan[];
  /** In order of time. */
  readonly failures: readonly PlannedEvent[];
  readonly prices?: Prices;
  /** What a reader of the results should know of where the work came from. */
  readonly notes: readonly string[];
}
