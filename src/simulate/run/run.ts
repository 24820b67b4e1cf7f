import { PlacementModel } from "../../decide/placement/placement-model.ts";
import { findPolicy } from "../../decide/policies/registry.ts";
import { Scheduler } from "../../decide/scheduler.ts";
import type { Books } from "../../engine/simulated/books.ts";
import { SimulatedEngine } from "../../engine/simulated/simulated-engine.ts";
import type { Workload } from "../../engine/simulated/workload.ts";
import type { Event } from "../../model/event.ts";
import { type Milliseconds, milliseconds } from "../../model/units.ts";
import type { WorkloadClass } from "../../model/workload-profile.ts";
import { seededRandom } from "../seeded-random.ts";
import { Fleet } from "./fleet.ts";
import { Orders } from "./orders.ts";
import { type Sample, Sampler } from "./sampler.ts";

export interface RunPlan {
  readonly workload: Workload;
  /** Name of a placement policy. */
  readonly policy: string;
  readonly seed: number;
  readonly graceMs: Milliseconds;
  /** How long a job may be overtaken before room is kept for it; absent: for ever. */
  readonly patienceMs?: Milliseconds;
  /** The run ends here even if work is left, and not before. */
  readonly horizonMs?: number;
  /** Time between samples at first; it grows with a run that is long. No decision depends on it. */
  readonly sampleMs: number;
  /** Told now and then how far the run has come. */
  readonly onProgress?: (nowMs: number) => void;
}

export interface RunResult {
  readonly books: Books;
  readonly fleet: Fleet;
  readonly orders: Orders;
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
  const { horizonMs } = plan;
  const { graceMs, patienceMs } = plan;
  const options = { graceMs, ...(patienceMs === undefined ? {} : { patienceMs }) };
  const scheduler = new Scheduler(modelOf(plan), options);
  const fleet = new Fleet();
  const orders = new Orders(new Map(plan.workload.jobs.map(({ job }) => [job.id, job])));
  const engine = new SimulatedEngine(plan.workload, (untilMs) => sampler.passUntil(untilMs));
  const sampler = new Sampler(plan.sampleMs, (atMs) => {
    return takeSample(atMs, { engine, scheduler, fleet, orders });
  });
  const random = seededRandom(plan.seed);
  let now = milliseconds(0);
  let decisions = 0;
  let events = 0;
  for (;;) {
    const wakeMs = scheduler.nextWakeMs(now);
    const step = engine.next(
      horizonMs === undefined ? wakeMs : Math.min(wakeMs ?? horizonMs, horizonMs),
    );
    if (step === undefined) break;
    now = milliseconds(step.nowMs);
    if (now === horizonMs && step.events.length === 0) break;
    for (const event of step.events) {
      applyTo(scheduler, event, now);
      if (fleet.apply(event, now)) orders.forgetNodes();
    }
    events += step.events.length;
    const actions = scheduler.decide(now, random);
    for (const action of actions) orders.note(action, fleet);
    engine.carryOut(now, actions);
    decisions += 1;
    if (decisions % STEPS_A_PROGRESS === 0) plan.onProgress?.(now);
  }
  sampler.end(now);
  const { books } = engine;
  const { samples } = sampler;
  return { books, fleet, orders, endMs: now, decisions, events, samples, hash: scheduler.hash() };
}

function applyTo(scheduler: Scheduler, event: Event, now: Milliseconds): void {
  const result = scheduler.apply(event, now);
  // A job that a scenario cancels may have ended before.
  const isLate = event.kind === "job-cancelled" && !result.ok;
  if (!result.ok && !isLate) throw new Error(`${event.kind} refused: ${result.reason.message}`);
}

interface Running {
  readonly engine: SimulatedEngine;
  readonly scheduler: Scheduler;
  readonly fleet: Fleet;
  readonly orders: Orders;
}

function takeSample(atMs: number, { engine, scheduler, fleet, orders }: Running): Sample {
  const { milliFree, milliFragmented } = scheduler.fragmentation();
  let nodes = 0;
  let partly = 0;
  for (const { occupancy } of engine.nodes) {
    if (occupancy !== "none") nodes += 1;
    if (occupancy === "part") partly += 1;
  }
  return {
    atMs,
    held: engine.books.heldMilli(),
    existing: fleet.milli,
    fragmentedNodes: nodes === 0 ? 0 : partly / nodes,
    fragmentation: milliFree === 0 ? 0 : Math.min(1, milliFragmented / milliFree),
    evictions: orders.evicted,
    services: engine.books.services.map(({ awake, inFlight }) => ({ awake, inFlight })),
  };
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
