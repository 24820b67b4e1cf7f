import type { SimulatedJob } from "../../engine/simulated/workload.ts";
import { amountsOf } from "../../model/amounts.ts";
import { jobId } from "../../model/ids.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import type { Scenario } from "./scenario.ts";

/** Part of the span in which scaled jobs are submitted. */
const SUBMISSION_SHARE = 0.6;
const JOBS_MAX = 5_000_000;

/**
 * Jobs whose work adds up to the target: the list again and again, each repeat under ids of its own
 * (`name~2`), with run times as they are. A job that would pass the target is left out and the next
 * one tried, so what is missing at the end is less than the least job.
 *
 * They are submitted in even steps over the first 60 % of the span. So work comes in 1.7 times as
 * fast as the target fills the span, there is always some waiting, and even the last job has 40 % of
 * the span to run in.
 *
 * @param targetMilliMs device milli times milliseconds.
 * @throws RangeError if the list needs no device time, or would be repeated to more than 5 million.
 */
export function scaleJobs(
  jobs: readonly SimulatedJob[],
  targetMilliMs: number,
  spanMs: number,
): SimulatedJob[] {
  const work = jobs.map(deviceWork);
  const least = work.reduce((min, amount) => Math.min(min, amount), Infinity);
  if (!(least > 0)) throw new RangeError("every job to be scaled must need device time");
  const chosen: number[] = [];
  let left = targetMilliMs;
  for (let turn = 0; left >= least && jobs.length > 0; turn += 1) {
    if (turn >= JOBS_MAX) throw new RangeError(`more than ${JOBS_MAX} jobs`);
    const index = turn % jobs.length;
    if (work[index] > left) continue;
    left -= work[index];
    chosen.push(turn);
  }
  const stepMs = (spanMs * SUBMISSION_SHARE) / Math.max(chosen.length, 1);
  return chosen.map((turn, order) => {
    const round = Math.floor(turn / jobs.length) + 1;
    return cloneJob(jobs[turn % jobs.length], round, Math.floor(order * stepMs));
  });
}

/** Device milli times milliseconds that the job needs with its least members. */
export function deviceWork({ job, workMs }: SimulatedJob): number {
  return (
    workMs *
    job.roles.reduce((sum, { request, replicas }) => {
      return sum + amountsOf(request).gpuMilli * replicas.min;
    }, 0)
  );
}

/**
 * Milliseconds that the scenario spans: its horizon, or else the last arrival, submission or failure.
 */
export function spanOf({ horizonMs, services, jobs, failures }: Scenario): number {
  if (horizonMs !== undefined) return horizonMs;
  const requestsMs = services.map(({ requests }) => requests.arrivalMs.at(-1) ?? 0);
  const times = [...requestsMs, failures.at(-1)?.atMs ?? 0];
  return jobs.reduce((most, { submitMs }) => Math.max(most, submitMs), Math.max(...times));
}

/**
 * Device milli times milliseconds of the span that requests leave, if a replica is awake exactly
 * while it serves and always serves as many as it can at once: more than any scheduler leaves.
 */
export function idleBesideServing(scenario: Scenario): number {
  const spanMs = spanOf(scenario);
  const devices = scenario.nodes.reduce((sum, node) => sum + node.devices.length, 0);
  const served = scenario.services.reduce((sum, { service, requests }) => {
    const within = requests.serveMs.filter((_, index) => requests.arrivalMs[index] < spanMs);
    const servedMs = within.reduce((total, ms) => total + ms, 0);
    return sum + (servedMs * amountsOf(service.request).gpuMilli) / service.concurrency;
  }, 0);
  return Math.max(devices * DEVICE_MILLI * spanMs - served, 0);
}

/** The scenario with its offline work scaled to this target and put among the jobs. */
export function withOfflineWork(scenario: Scenario, targetMilliMs: number): Scenario {
  const { offline, ...rest } = scenario;
  if (offline === undefined) return scenario;
  const scaled = scaleJobs(offline.jobs, targetMilliMs, spanOf(scenario));
  return { ...rest, jobs: [...scenario.jobs, ...scaled] };
}

function cloneJob(simulated: SimulatedJob, round: number, submitMs: number): SimulatedJob {
  const { job } = simulated;
  const id = round === 1 ? job.id : jobId(`${job.id}~${round}`);
  return { ...simulated, job: { ...job, id }, submitMs };
}
