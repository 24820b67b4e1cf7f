import { milliseconds } from "../../model/units.ts";
import type { Books, JobHistory } from "../../engine/simulated/books.ts";
import type { PlannedEvent, Workload } from "../../engine/simulated/workload.ts";
import { idleBesideServing, withOfflineWork } from "../scenario/scale-jobs.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { runWorkload, type Sample } from "./run.ts";

const HOUR_MS = 3_600_000;
const DEVICE_HOUR = 1000 * HOUR_MS;

/** What a run of a scenario comes to. Device-hours are of whole devices. */
export interface RunSummary {
  readonly name: string;
  readonly policy: string;
  readonly seed: number;
  readonly endHours: number;
  readonly devices: number;
  /** Device-hours from the start to the end of the run. */
  readonly deviceHours: number;
  /** Share of the device-hours that somebody held: GPU occupation. */
  readonly occupation: number;
  readonly held: {
    readonly offlineHours: number;
    readonly busyHours: number;
    readonly idleHours: number;
    readonly movingHours: number;
  };
  readonly jobs: JobSummary;
  readonly services: readonly ServiceSummary[];
  readonly decisions: number;
  readonly hash: string;
  readonly notes: readonly string[];
}

export interface JobSummary {
  readonly submitted: number;
  readonly succeeded: number;
  readonly unfinished: number;
  readonly suspensions: number;
  readonly stops: number;
  readonly productiveHours: number;
  /** Work that was rolled back, and its share of what made progress. */
  readonly lostHours: number;
  readonly lostShare: number;
  /** From submission to the first start: JWTD, as quantiles. */
  readonly waitSeconds: Quantiles;
  /** From submission to the end: JTTED, as quantiles. */
  readonly completionSeconds: Quantiles;
}

export interface ServiceSummary {
  readonly service: string;
  readonly requests: number;
  readonly served: number;
  readonly waitSeconds: Quantiles;
  /** Share of the requests that waited no longer than the objective allows. */
  readonly attainment: number;
  readonly meetsObjective: boolean;
}

export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** Runs a scenario with exactly the scheduler that a cluster runs. */
export function runScenario(
  scenario: Scenario,
  onProgress: (nowMs: number) => void,
): { readonly summary: RunSummary; readonly samples: readonly Sample[] } {
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
    sampleMs: HOUR_MS,
    onProgress,
  });
  const { books, endMs, samples } = run;
  const devices = scenario.nodes.reduce((sum, node) => sum + node.devices.length, 0);
  const held = books.milliMs(endMs);
  const heldMilliMs = held.offline + held.busy + held.idle + held.moving;
  const summary: RunSummary = {
    name: scenario.name,
    policy: scenario.policy,
    seed: scenario.seed,
    endHours: endMs / HOUR_MS,
    devices,
    deviceHours: (devices * endMs) / HOUR_MS,
    occupation: heldMilliMs / Math.max(1, devices * 1000 * endMs),
    held: {
      offlineHours: held.offline / DEVICE_HOUR,
      busyHours: held.busy / DEVICE_HOUR,
      idleHours: held.idle / DEVICE_HOUR,
      movingHours: held.moving / DEVICE_HOUR,
    },
    jobs: summarizeJobs(books.jobs),
    services: summarizeServices(scenario, books),
    decisions: run.decisions,
    hash: run.hash,
    notes: [...scenario.notes, ...notesOf(scenario)],
  };
  return { summary, samples };
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

/** What the scenario asks for and the scheduler does not do yet is said, not passed over. */
function notesOf({ patienceMs, services }: Scenario): string[] {
  const notes: string[] = [];
  if (patienceMs !== undefined) {
    notes.push("patience: no room is kept yet for jobs that have waited long");
  }
  for (const { service } of services) {
    if (service.scaling.missedMax === undefined) continue;
    notes.push(`service ${service.id}: demand is not forecast yet, so missed has no effect`);
  }
  return notes;
}

function summarizeJobs(jobs: readonly JobHistory[]): JobSummary {
  let succeeded = 0;
  let suspensions = 0;
  let stops = 0;
  let productive = 0;
  let lost = 0;
  const waits: number[] = [];
  const completions: number[] = [];
  for (const job of jobs) {
    suspensions += job.suspensions;
    stops += job.stops;
    productive += job.productiveMilliMs;
    lost += job.lostMilliMs;
    if (job.firstStartMs !== undefined) waits.push(job.firstStartMs - job.submitMs);
    if (job.outcome !== "succeeded" || job.endMs === undefined) continue;
    succeeded += 1;
    completions.push(job.endMs - job.submitMs);
  }
  const unfinished = jobs.filter(({ outcome }) => outcome === undefined).length;
  return {
    submitted: jobs.length,
    succeeded,
    unfinished,
    suspensions,
    stops,
    productiveHours: productive / DEVICE_HOUR,
    lostHours: lost / DEVICE_HOUR,
    lostShare: productive + lost === 0 ? 0 : lost / (productive + lost),
    waitSeconds: quantilesOf(Float64Array.from(waits)),
    completionSeconds: quantilesOf(Float64Array.from(completions)),
  };
}

function summarizeServices({ services }: Scenario, books: Books): ServiceSummary[] {
  return services.map(({ service, objective, requests }, index) => {
    const { waitMs, served } = books.services[index];
    const known = waitMs.filter((wait) => !Number.isNaN(wait));
    const within = known.filter((wait) => wait <= objective.waitMs).length;
    // A request that was never served counts as late.
    const attainment = requests.arrivalMs.length === 0 ? 1 : within / requests.arrivalMs.length;
    return {
      service: service.id,
      requests: requests.arrivalMs.length,
      served,
      waitSeconds: quantilesOf(known),
      attainment,
      meetsObjective: attainment >= objective.quantile,
    };
  });
}

/** Quantiles of milliseconds, in seconds, by the nearest rank; 0 of nothing. */
function quantilesOf(values: Float64Array): Quantiles {
  const sorted = values.toSorted();
  const at = (share: number): number => {
    const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
    return sorted.length === 0 ? 0 : sorted[rank] / 1000;
  };
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99) };
}
