import type { Books, JobHistory } from "../../engine/simulated/books.ts";
import type { PlannedEvent, SimulatedJob } from "../../engine/simulated/workload.ts";
import type { ModelService } from "../../model/service.ts";
import type { Node } from "../../model/node.ts";
import { milliseconds } from "../../model/units.ts";
import { rankOf } from "../run/quantiles.ts";
import { runWorkload } from "../run/run.ts";
import { cloneNodes } from "../scenario/build-nodes.ts";
import { deviceWork, scaleJobs, spanOf } from "../scenario/scale-jobs.ts";
import type { Scenario, ServicePlan } from "../scenario/scenario.ts";
import { changeCost, type CostChange } from "./cost-change.ts";
import { repeatRequests } from "./repeat-requests.ts";
import { replicasOnNode } from "./serving-alone.ts";

export const HOUR_MS = 3_600_000;
/** Milli × milliseconds of a device-hour. */
const DEVICE_HOUR = 1000 * HOUR_MS;

/** One run of the scheduler: plain data, so that any thread can make it. */
export interface Trial {
  /** Offline work in all, in device milli × milliseconds. */
  readonly targetMilliMs: number;
  /** Absent: the costs are the scenario's. */
  readonly change?: CostChange;
  readonly pool: OfflinePool | SharedPool;
}

/** Offline work alone on nodes of its own, to its end. */
export interface OfflinePool {
  readonly kind: "offline";
  readonly nodes: number;
}

/** Serving and offline work on the same nodes, for a time known beforehand. */
export interface SharedPool {
  readonly kind: "shared";
  /** For all of the time. */
  readonly nodes: number;
  /** When one more node is there. */
  readonly extra: Extra;
  readonly untilMs: number;
}

/** A stretch of time; an empty one for no node. */
export interface Extra {
  readonly fromMs: number;
  readonly untilMs: number;
}

export interface TrialResult {
  /** When the last job ended; absent: some had not. */
  readonly endMs?: number;
  readonly jobs: JobFigures;
  /** In the scenario's order; empty without serving. */
  readonly services: readonly WaitFigures[];
  /** Where the time of the devices went, in device-hours until the end of the run. */
  readonly use: DeviceUse;
  /** Device-hours of work that were not done by the end of the run, or a little more. */
  readonly missingHours: number;
}

export interface JobFigures {
  readonly jobs: number;
  readonly unfinished: readonly string[];
  readonly suspensions: number;
  readonly stops: number;
  /** From submission to end, of those that ended. */
  readonly completionHours: { readonly mean: number; readonly p90: number };
  /** Device-hours of work that were asked for. */
  readonly workHours: number;
}

export interface WaitFigures {
  readonly requests: number;
  readonly waitSeconds: { readonly p50: number; readonly p99: number };
  /** Share that waited no longer than the objective allows. */
  readonly attainment: number;
  readonly meetsObjective: boolean;
}

/** Device-hours by what they went into. */
export interface DeviceUse {
  readonly busy: number;
  readonly awakeIdle: number;
  readonly moving: number;
  readonly productive: number;
  readonly lost: number;
  /** Taking checkpoints, and coming back to where they left off. */
  readonly checkpointing: number;
}

/** Runs one trial. Deterministic: it depends on nothing but its arguments. */
export function runTrial(scenario: Scenario, trial: Trial): TrialResult {
  const varied = trial.change === undefined ? scenario : changeCost(scenario, trial.change);
  const spanMs = spanOf(scenario);
  const jobs = scaleJobs(varied.offline?.jobs ?? [], trial.targetMilliMs, spanMs);
  const { pool } = trial;
  const services =
    pool.kind === "offline"
      ? []
      : varied.services.map((plan) => ({ ...plan, requests: judged(plan, spanMs, pool.untilMs) }));
  const { books, endMs } = runWorkload({
    workload: {
      events: pool.kind === "offline" ? eventsOfOffline(varied, pool) : eventsOf(varied, pool),
      jobs,
      requests: services.map(({ requests }) => requests),
    },
    policy: varied.policy,
    seed: varied.seed,
    graceMs: milliseconds(varied.graceMs),
    ...(varied.patienceMs === undefined ? {} : { patienceMs: milliseconds(varied.patienceMs) }),
    ...(varied.patienceMs === undefined ? {} : { patienceMs: milliseconds(varied.patienceMs) }),
    sampleMs: spanMs,
    ...(pool.kind === "offline" ? {} : { horizonMs: pool.untilMs }),
  });
  const figures = jobFigures(books.jobs, jobs);
  return {
    ...endOf(books.jobs),
    jobs: figures,
    services: services.map((plan, index) => waitFigures(plan, books.services[index].waitMs)),
    use: useOf(books, endMs),
    missingHours: Math.max(0, figures.workHours - progressHours(books, endMs)),
  };
}

/**
 * The requests of a service, repeated, that are judged: those whose time to wait ends by `untilMs`.
 */
export function judged(
  { requests, objective }: ServicePlan,
  spanMs: number,
  untilMs: number,
): ServicePlan["requests"] {
  return { ...requests, ...repeatRequests(requests, spanMs, untilMs - objective.waitMs) };
}

/** The service on so many nodes of this shape: as many replicas as they hold. */
function spreadOver(service: ModelService, nodes: number, shape: Node): ModelService {
  const max = Math.max(1, service.replicas.min, nodes * replicasOnNode(service.request, shape));
  const { sleep } = service;
  const isAllLoaded = sleep?.standby === service.replicas.max;
  return {
    ...service,
    replicas: { ...service.replicas, max },
    ...(sleep === undefined
      ? {}
      : { sleep: { ...sleep, standby: isAllLoaded ? max : Math.min(sleep.standby, max) } }),
  };
}

function eventsOfOffline({ nodes, queues }: Scenario, pool: OfflinePool): PlannedEvent[] {
  return [
    ...cloneNodes(nodes[0], "node", pool.nodes).map(
      (node) => ({ kind: "node-added", node }) as const,
    ),
    ...queues.map((queue) => ({ kind: "queue-set", queue }) as const),
  ].map((event) => ({ atMs: 0, event }));
}

function eventsOf(scenario: Scenario, pool: SharedPool): PlannedEvent[] {
  const [shape] = scenario.nodes;
  const { nodes, extra, untilMs } = pool;
  const servicesOn = (count: number, atMs: number): PlannedEvent[] =>
    scenario.services.map(({ service }) => ({
      atMs,
      event: { kind: "service-set", service: spreadOver(service, count, shape) },
    }));
  const isEmpty = extra.untilMs <= extra.fromMs;
  const atStart = isEmpty || extra.fromMs > 0 ? nodes : nodes + 1;
  const events = [
    ...eventsOfOffline(scenario, { kind: "offline", nodes: atStart }),
    ...servicesOn(atStart, 0),
  ];
  if (isEmpty) return events;
  const node = cloneNodes(shape, "node", nodes + 1)[nodes];
  if (extra.fromMs > 0) {
    events.push({ atMs: extra.fromMs, event: { kind: "node-added", node } });
    events.push(...servicesOn(nodes + 1, extra.fromMs));
  }
  if (extra.untilMs < untilMs) {
    events.push({ atMs: extra.untilMs, event: { kind: "node-drained", node: node.id } });
    events.push(...servicesOn(nodes, extra.untilMs));
  }
  return events;
}

function endOf(jobs: readonly JobHistory[]): { readonly endMs?: number } {
  if (jobs.some((job) => job.endMs === undefined)) return {};
  return { endMs: jobs.reduce((last, job) => Math.max(last, job.endMs!), 0) };
}

function jobFigures(histories: readonly JobHistory[], jobs: readonly SimulatedJob[]): JobFigures {
  const ended = histories.filter(({ endMs }) => endMs !== undefined);
  const hours = Float64Array.from(ended, ({ endMs, submitMs }) => (endMs! - submitMs) / HOUR_MS);
  return {
    jobs: jobs.length,
    unfinished: histories.filter(({ endMs }) => endMs === undefined).map(({ id }) => id),
    suspensions: histories.reduce((sum, { suspensions }) => sum + suspensions, 0),
    stops: histories.reduce((sum, { stops }) => sum + stops, 0),
    completionHours: { mean: mean(hours), p90: rankOf(hours.toSorted(), 0.9) },
    workHours: jobs.reduce((sum, job) => sum + deviceWork(job), 0) / DEVICE_HOUR,
  };
}

/** What was never served has waited for ever. */
export function waitFigures({ objective }: ServicePlan, waitMs: Float64Array): WaitFigures {
  const sorted = waitMs
    .map((wait) => (Number.isNaN(wait) ? Number.POSITIVE_INFINITY : wait))
    .toSorted();
  const late = sorted.findIndex((wait) => wait > objective.waitMs);
  const attainment = late === -1 ? 1 : late / sorted.length;
  return {
    requests: sorted.length,
    waitSeconds: { p50: rankOf(sorted, 0.5) / 1000, p99: rankOf(sorted, 0.99) / 1000 },
    attainment,
    meetsObjective: attainment >= objective.quantile,
  };
}

/**
 * Device-hours of progress that were not lost. What a job did since something last happened to it is
 * not in its history yet; it is what was held beside the histories.
 */
function progressHours(books: Books, endMs: number): number {
  const elsewhere = sumOf(books, (job) => {
    return job.lostMilliMs + job.savingMilliMs + job.restartingMilliMs;
  });
  return Math.max(
    sumOf(books, ({ productiveMilliMs }) => productiveMilliMs),
    books.milliMs(endMs).offline / DEVICE_HOUR - elsewhere,
  );
}

/** Device-hours of all jobs. */
function sumOf({ jobs }: Books, of: (job: JobHistory) => number): number {
  return jobs.reduce((total, job) => total + of(job), 0) / DEVICE_HOUR;
}

function useOf(books: Books, endMs: number): DeviceUse {
  const held = books.milliMs(endMs);
  const productive = sumOf(books, ({ productiveMilliMs }) => productiveMilliMs);
  const lost = sumOf(books, ({ lostMilliMs }) => lostMilliMs);
  return {
    busy: held.busy / DEVICE_HOUR,
    awakeIdle: held.idle / DEVICE_HOUR,
    moving: held.moving / DEVICE_HOUR,
    productive,
    lost,
    checkpointing: Math.max(0, held.offline / DEVICE_HOUR - productive - lost),
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
}
