import type { PlannedEvent, Workload } from "../../src/engine/simulated/workload.ts";
import { type Milliseconds, milliseconds } from "../../src/model/units.ts";
import { PLACEMENT_POLICIES } from "../../src/decide/policies/registry.ts";
import { Dice } from "./dice.ts";
import { planJobs, momentUntil } from "./plan-jobs.ts";
import { planNodes, planPressure, rescueNodes } from "./plan-nodes.ts";
import { openQueues, planQueues } from "./plan-queues.ts";
import { endServices, planServices } from "./plan-services.ts";

/** Something that is told to the scheduler between two steps, beside what the engine tells. */
export interface Prank {
  /** The step before which it comes. */
  readonly step: number;
  /** Chooses what it is about, of what there is then. */
  readonly pick: number;
}

/** All that decides how a life goes. Equal plans make equal lives. */
export interface LifePlan {
  /** Seed of the random numbers that policies draw. */
  readonly seed: number;
  readonly policy: string;
  readonly graceMs: Milliseconds;
  /** Absent: no room is kept for gangs that are overtaken. */
  readonly patienceMs: Milliseconds | undefined;
  readonly workload: Workload;
  /** From then on nothing comes from outside, and what is single work ends. */
  readonly settleMs: number;
  /** In order of steps. */
  readonly pranks: readonly Prank[];
}

const PRANK_STEPS_MAX = 1500;

/**
 * A small cluster with its jobs, services and faults, all from the seed. At its end faults stop,
 * services are taken away, queues are set free and nodes come on which everything fits: whatever
 * still waits then has to end.
 */
export function planLife(seed: number): LifePlan {
  const dice = new Dice(seed);
  const untilMs = dice.of(20_000, 60_000, 120_000, 300_000);
  const queues = planQueues(dice, untilMs);
  const services = planServices(dice, dice.of(0, 0, 1, 1, 2, 3), untilMs);
  const nodes = planNodes(dice, dice.from(1, 12), untilMs);
  const count = dice.of(3, 12, 30, 60, 100, 150);
  const jobs = planJobs(dice, { count, leaves: queues.leaves, untilMs });
  const cancellations = jobs.flatMap(({ job, submitMs }): PlannedEvent[] => {
    if (!dice.percent(8)) return [];
    const atMs = submitMs + 500 + momentUntil(dice, 40_000);
    return [{ atMs, event: { kind: "job-cancelled", job: job.id } }];
  });
  const planned = [...queues.events, ...nodes, ...services.events, ...cancellations];
  const endMs = Math.max(untilMs, ...planned.map(({ atMs }) => atMs)) + 1000;
  const policy = dice.of(...PLACEMENT_POLICIES).name;
  const graceMs = milliseconds(dice.of(0, 1000, 30_000));
  const patienceMs = dice.maybe(25, () => milliseconds(dice.of(500, 2000, 20_000)));
  const pranks = planPranks(dice);
  const events = [
    ...planned,
    ...planPressure(dice, nodes, endMs),
    ...endServices(services.events, endMs),
    ...openQueues(queues.events, endMs),
    ...rescueNodes(endMs),
  ];
  return {
    seed,
    policy,
    graceMs,
    patienceMs,
    workload: { events, jobs, requests: services.requests },
    settleMs: endMs,
    pranks,
  };
}

function planPranks(dice: Dice): Prank[] {
  const percent = dice.of(0, 5, 20);
  const pranks: Prank[] = [];
  for (let step = 1; step < PRANK_STEPS_MAX; step += 1) {
    if (dice.percent(percent)) pranks.push({ step, pick: dice.below(2 ** 30) });
  }
  return pranks;
}
