import { PlacementModel } from "../../decide/placement/placement-model.ts";
import { findPolicy } from "../../decide/policies/registry.ts";
import { Scheduler } from "../../decide/scheduler.ts";
import type { Books, Use } from "../../engine/simulated/books.ts";
import { SimulatedEngine } from "../../engine/simulated/simulated-engine.ts";
import type { Workload } from "../../engine/simulated/workload.ts";
import { type Milliseconds, milliseconds } from "../../model/units.ts";
import type { WorkloadClass } from "../../model/workload-profile.ts";
import { seededRandom } from "../seeded-random.ts";

/** Devices held by use at one moment, in milli, of those that there were. */
export interface Sample {
  readonly atMs: number;
  readonly held: Readonly<Record<Use, number>>;
}

export interface RunPlan {
  readonly workload: Workload;
  /** Name of a placement policy. */
  readonly policy: string;
  readonly seed: number;
  readonly graceMs: Milliseconds;
  /** The run ends here even if work is left. */
  readonly horizonMs?: number;
  /** Time between samples of what is held. */
  readonly sampleMs: number;
  /** Told now and then how far the run has come. */
  readonly onProgress?: (nowMs: number) => void;
}

export interface RunResult {
  readonly books: Books;
  readonly endMs: number;
  /** Calls of `decide`. */
  readonly decisions: number;
  /** Events that the scheduler took in. */
  readonly events: number;
  readonly samples: readonly Sample[];
  /** Digest of the scheduler's last state. */
  readonly hash: string;
}

const STEPS_A_PROGRESS = 20_000;

/**
 * Runs the scheduler against the simulated engine until nothing happens any more, or to the
 * horizon: events in, actions out, the loop that every engine runs.
 *
 * @throws Error if the scheduler refuses an event of the engine: a scenario is checked beforehand.
 */
export function runWorkload(plan: RunPlan): RunResult {
  const engine = new SimulatedEngine(plan.workload);
  const scheduler = new Scheduler(modelOf(plan), { graceMs: plan.graceMs });
  const random = seededRandom(plan.seed);
  const samples: Sample[] = [];
  let now = milliseconds(0);
  let decisions = 0;
  let events = 0;
  for (;;) {
    const step = engine.next(scheduler.nextWakeMs(now));
    if (step === undefined || step.nowMs > (plan.horizonMs ?? Number.POSITIVE_INFINITY)) break;
    while (samples.length * plan.sampleMs <= step.nowMs) {
      samples.push({ atMs: samples.length * plan.sampleMs, held: engine.books.heldMilli() });
    }
    now = milliseconds(step.nowMs);
    for (const event of step.events) {
      const result = scheduler.apply(event, now);
      // A job that a scenario cancels may have ended before.
      const isLate = event.kind === "job-cancelled" && !result.ok;
      if (!result.ok && !isLate) {
        throw new Error(`${event.kind} refused: ${result.reason.message}`);
      }
    }
    events += step.events.length;
    engine.carryOut(now, scheduler.decide(now, random));
    decisions += 1;
    if (decisions % STEPS_A_PROGRESS === 0) plan.onProgress?.(now);
  }
  const { books } = engine;
  return { books, endMs: now, decisions, events, samples, hash: scheduler.hash() };
}

/** A policy is told beforehand what jobs and services ask for, as a cluster's history would. */
function modelOf({ policy: name, workload }: RunPlan): PlacementModel {
  const policy = findPolicy(name);
  if (policy === undefined) throw new Error(`no policy is called ${name}`);
  const classes: WorkloadClass[] = [];
  for (const { job } of workload.jobs) {
    for (const { request, replicas } of job.roles) classes.push({ request, count: replicas.min });
  }
  for (const { event } of workload.events) {
    if (event.kind !== "service-set") continue;
    const { request, replicas } = event.service;
    classes.push({ request, count: Math.max(1, replicas.max) });
  }
  return new PlacementModel(policy, { classes });
}
