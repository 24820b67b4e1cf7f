import type { JobHistory } from "../../engine/simulated/books.ts";
import type { JobId } from "../../model/ids.ts";
import {
  completionsOf,
  type DoneHours,
  doneHours,
  groupJobs,
  type JobGroups,
  waitsOf,
} from "./job-groups.ts";
import type { Orders, Spread, Standstill } from "./orders.ts";
import { type Quantiles, quantilesOf, rankOf } from "./quantiles.ts";
import { SIZE_CLASSES, type SizeClass } from "./size-classes.ts";

const DEVICE_HOUR = 1000 * 3_600_000;

export interface JobSummary {
  readonly submitted: number;
  readonly succeeded: number;
  readonly unfinished: number;
  /** Jobs that did not succeed, unfinished or given up, by why. */
  readonly undone: readonly UndoneJobs[];
  readonly suspensions: number;
  readonly stops: number;
  readonly productiveHours: number;
  /** Work that was rolled back, and its share of what made progress. */
  readonly lostHours: number;
  readonly lostShare: number;
  /** From submission to the first start. */
  readonly waitSeconds: Quantiles;
  /** From submission to the end. */
  readonly completionSeconds: Quantiles;
  /** Waits and more by size (JWTD), queue, kind of device and priority. */
  readonly groups: JobGroups;
  /** When the offline work was done. */
  readonly doneHours: DoneHours;
  /** JTTED by size, for gangs of two or more members. */
  readonly spread: readonly SpreadSummary[];
}

/** Jobs that did not succeed, for one reason. */
export interface UndoneJobs {
  /** What they were told last; "running" if the run ended before they did. */
  readonly reason: Standstill | "running";
  readonly jobs: number;
  /** Of them: those whose gang was never up. */
  readonly neverStarted: number;
  /** Name of the first. */
  readonly first: JobId;
}

/**
 * JTTED: how placement stretches training. Ours is the nodes that each start of a gang took over the
 * least that could have held it on an empty cluster; 1 is best. It knows no network between nodes
 * yet, and estimates no time from the ratio.
 */
export interface SpreadSummary {
  readonly size: SizeClass;
  readonly starts: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

/** O(jobs × log jobs). */
export function summarizeJobs(
  jobs: readonly JobHistory[],
  { spreads, standstills }: Pick<Orders, "spreads" | "standstills">,
): JobSummary {
  let suspensions = 0;
  let stops = 0;
  let productive = 0;
  let lost = 0;
  for (const job of jobs) {
    suspensions += job.suspensions;
    stops += job.stops;
    productive += job.productiveMilliMs;
    lost += job.lostMilliMs;
  }
  const completions = completionsOf(jobs);
  return {
    submitted: jobs.length,
    succeeded: completions.length,
    unfinished: jobs.filter(({ outcome }) => outcome === undefined).length,
    undone: groupUndone(jobs, standstills),
    suspensions,
    stops,
    productiveHours: productive / DEVICE_HOUR,
    lostHours: lost / DEVICE_HOUR,
    lostShare: productive + lost === 0 ? 0 : lost / (productive + lost),
    waitSeconds: quantilesOf(waitsOf(jobs)),
    completionSeconds: quantilesOf(completions),
    groups: groupJobs(jobs),
    doneHours: doneHours(jobs),
    spread: summarizeSpreads(spreads),
  };
}

/** In order of the first job of each reason. */
function groupUndone(
  jobs: readonly JobHistory[],
  standstills: ReadonlyMap<JobId, Standstill>,
): UndoneJobs[] {
  const undone = jobs.filter(({ outcome }) => outcome === undefined || outcome === "given-up");
  const byReason = Map.groupBy(undone, ({ id }) => standstills.get(id) ?? "running");
  return Array.from(byReason, ([reason, list]) => ({
    reason,
    jobs: list.length,
    neverStarted: list.filter(({ firstStartMs }) => firstStartMs === undefined).length,
    first: list[0].id,
  }));
}

function summarizeSpreads(spreads: readonly Spread[]): SpreadSummary[] {
  const bySize = Map.groupBy(spreads, ({ size }) => size);
  return SIZE_CLASSES.flatMap((size) => {
    const ratios = Float64Array.from(bySize.get(size) ?? [], ({ ratio }) => ratio).sort();
    if (ratios.length === 0) return [];
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
    const at = (share: number): number => rankOf(ratios, share);
    return [{ size, starts: ratios.length, mean, p50: at(0.5), p90: at(0.9), max: at(1) }];
  });
}
