import { milliseconds } from "../../model/units.ts";
import type { Books } from "../../engine/simulated/books.ts";
import type { PlannedEvent, Workload } from "../../engine/simulated/workload.ts";
import { idleBesideServing, spanOf, withOfflineWork } from "../scenario/scale-jobs.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { type Bill, billOf } from "./cost.ts";
import type { Evictions, ReplicaOrders } from "./orders.ts";
import { type Quantiles, quantilesOf } from "./quantiles.ts";
import { type RunResult, runWorkload } from "./run.ts";
import { type Sample, stepFor } from "./sampler.ts";
import { type CpuSummary, summarizeCpu } from "./summarize-cpu.ts";
import { type JobSummary, summarizeJobs } from "./summarize-jobs.ts";

const HOUR_MS = 3_600_000;
const DEVICE_HOUR = 1000 * HOUR_MS;

/**
 * What a run of a scenario comes to. Device-hours are of whole devices.
 *
 * The metrics GAR, SOR, GFR, JWTD and JTTED are named after "Kant: An Efficient Unified Scheduling
 * System for Large-Scale AI Clusters" (arXiv 2510.01256). Ours are taken from what is physically
 * held, not from what is promised: a device that one leaves for another is free in between.
 */
export interface RunSummary {
  readonly name: string;
  readonly policy: string;
  readonly seed: number;
  /** When the last thing happened. */
  readonly endHours: number;
  /** Devices at the start. */
  readonly devices: number;
  /** Device-hours that there were from the start to the end of the run. */
  readonly deviceHours: number;
  /** SOR: share of the device-hours that somebody held. */
  readonly occupation: number;
  /** GAR: share of the devices that somebody held, over the samples. */
  readonly allocation: Range;
  /** GFR: share of the nodes with devices whose devices were held in part, over the samples. */
  readonly fragmentedNodes: Range;
  /** Share of the free milli that typical work could not use (rule P7), over the samples. */
  readonly fragmentation: Range;
  readonly held: {
    readonly offlineHours: number;
    readonly busyHours: number;
    readonly idleHours: number;
    readonly movingHours: number;
  };
  readonly bill: Bill;
  readonly jobs: JobSummary;
  /** Orders to jobs to leave, by reason. */
  readonly evictions: readonly Evictions[];
  readonly services: readonly ServiceSummary[];
  /** Of the overcommitted nodes; absent without. */
  readonly cpu?: CpuSummary;
  readonly decisions: number;
  readonly hash: string;
  readonly notes: readonly string[];
}

/** How something moved over the samples, evenly spaced in time. */
export interface Range {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

export interface ServiceSummary {
  readonly service: string;
  readonly requests: number;
  readonly served: number;
  /** Requests whose replica vanished from under them: they were served again. */
  readonly retried: number;
  readonly waitSeconds: Quantiles;
  /** This share of the requests is to wait no longer than this time. */
  readonly objective: { readonly waitSeconds: number; readonly quantile: number };
  /** Share of the requests that waited no longer than the objective allows. */
  readonly attainment: number;
  readonly meetsObjective: boolean;
  /** Times that replicas were started, woken, put to sleep and stopped. */
  readonly replicas: Readonly<ReplicaOrders>;
}

/** What a run leaves behind: its figures, its course, and all that happened. */
export interface ScenarioRun {
  readonly summary: RunSummary;
  readonly samples: readonly Sample[];
  readonly books: Books;
}

/** Runs a scenario with exactly the scheduler that a cluster runs. */
export function runScenario(scenario: Scenario, onProgress: (nowMs: number) => void): ScenarioRun {
  const offline = scenario.offline;
  const filled =
    offline === undefined
      ? scenario
      : withOfflineWork(scenario, offline.amount * idleBesideServing(scenario));
  const run = runWorkload({
    workload: workloadOf(filled),
    policy: scenario.policy,
    seed: scenario.seed,
    graceMs: milliseconds(scenario.graceMs),
    ...(scenario.patienceMs === undefined ? {} : { patienceMs: milliseconds(scenario.patienceMs) }),
    sampleMs: stepFor(spanOf(filled)),
    onProgress,
  });
  return { summary: summarize(scenario, run), samples: run.samples, books: run.books };
}

function summarize(scenario: Scenario, run: RunResult): RunSummary {
  const { books, endMs, samples, orders } = run;
  const held = books.milliMs(endMs);
  const heldMilliMs = held.offline + held.busy + held.idle + held.moving;
  const jobs = summarizeJobs(books.jobs, orders);
  const cpu = summarizeCpu(books.cpuLoads);
  const bought = run.fleet.milliMsByKind(endMs);
  let boughtMilliMs = 0;
  for (const milliMs of bought.values()) boughtMilliMs += milliMs;
  const spending = {
    bought,
    held: books.milliMsByKind(endMs),
    productive: jobs.productiveHours * DEVICE_HOUR,
    lost: jobs.lostHours * DEVICE_HOUR,
  };
  return {
    name: scenario.name,
    policy: scenario.policy,
    seed: scenario.seed,
    endHours: endMs / HOUR_MS,
    devices: scenario.nodes.reduce((sum, node) => sum + node.devices.length, 0),
    deviceHours: boughtMilliMs / DEVICE_HOUR,
    occupation: heldMilliMs / Math.max(1, boughtMilliMs),
    allocation: rangeOf(samples, allocationOf),
    fragmentedNodes: rangeOf(samples, ({ fragmentedNodes }) => fragmentedNodes),
    fragmentation: rangeOf(samples, ({ fragmentation }) => fragmentation),
    held: {
      offlineHours: held.offline / DEVICE_HOUR,
      busyHours: held.busy / DEVICE_HOUR,
      idleHours: held.idle / DEVICE_HOUR,
      movingHours: held.moving / DEVICE_HOUR,
    },
    bill: billOf(spending, scenario.prices),
    jobs,
    evictions: [...orders.evictions.values()],
    services: summarizeServices(scenario, run),
    ...(cpu === undefined ? {} : { cpu }),
    decisions: run.decisions,
    hash: run.hash,
    notes: scenario.notes,
  };
}

/** GAR at one moment; 0 without devices. */
export function allocationOf({ held, existing }: Sample): number {
  const sum = held.offline + held.busy + held.idle + held.moving;
  return existing === 0 ? 0 : sum / existing;
}

function rangeOf(samples: readonly Sample[], valueOf: (sample: Sample) => number): Range {
  let sum = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  for (const sample of samples) {
    const value = valueOf(sample);
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return samples.length === 0
    ? { mean: 0, min: 0, max: 0 }
    : { mean: sum / samples.length, min, max };
}

/** All that a scenario plans, as the engine's workload. */
function workloadOf(scenario: Scenario): Workload {
  const atStart = [
    ...scenario.nodes.map((node) => ({ kind: "node-added", node }) as const),
    ...scenario.queues.map((queue) => ({ kind: "queue-set", queue }) as const),
    ...scenario.services.map(({ service }) => ({ kind: "service-set", service }) as const),
  ];
  const events: PlannedEvent[] = atStart.map((event) => ({ atMs: 0, event }));
  return {
    events: [...events, ...scenario.failures],
    jobs: scenario.jobs,
    requests: scenario.services.map(({ requests }) => requests),
  };
}

const NO_ORDERS: ReplicaOrders = { starts: 0, wakes: 0, sleeps: 0, stops: 0 };

function summarizeServices({ services }: Scenario, { books, orders }: RunResult): ServiceSummary[] {
  return services.map(({ service, objective, requests }, index) => {
    const { waitMs, served, retried } = books.services[index];
    const known = waitMs.filter((wait) => !Number.isNaN(wait));
    const within = known.filter((wait) => wait <= objective.waitMs).length;
    // A request that was never served counts as late.
    const attainment = requests.arrivalMs.length === 0 ? 1 : within / requests.arrivalMs.length;
    return {
      service: service.id,
      requests: requests.arrivalMs.length,
      served,
      retried,
      waitSeconds: quantilesOf(known),
      objective: { waitSeconds: objective.waitMs / 1000, quantile: objective.quantile },
      attainment,
      meetsObjective: attainment >= objective.quantile,
      replicas: orders.replicas.get(service.id) ?? NO_ORDERS,
    };
  });
}
