import type { JobHistory } from "../../engine/simulated/books.ts";
import { type Quantiles, quantilesOf } from "./quantiles.ts";
import { SIZE_CLASSES, sizeClassOf } from "./size-classes.ts";

/** Milli × milliseconds. */
const DEVICE_HOUR = 1000 * 3_600_000;

/** Jobs that are alike in one respect. */
export interface JobGroup {
  readonly name: string;
  readonly jobs: number;
  /** Those that ever started; the others' wait is not over and not in `waitSeconds`. */
  readonly started: number;
  readonly succeeded: number;
  /** From submission to the first start. */
  readonly waitSeconds: Quantiles;
  /** From submission to the end, of those that succeeded. */
  readonly completionSeconds: Quantiles;
  /** Device-hours of work that were rolled back. */
  readonly lostHours: number;
}

/** Waits by size (JWTD), and by each respect in which jobs differ. */
export interface JobGroups {
  /** In ascending size. */
  readonly bySize: readonly JobGroup[];
  readonly byQueue: readonly JobGroup[];
  /** By the kinds of device that will do; `any`, and `none` for jobs without devices. */
  readonly byKind: readonly JobGroup[];
  /** Highest first. */
  readonly byPriority: readonly JobGroup[];
}

/** O(jobs × log jobs). */
export function groupJobs(jobs: readonly JobHistory[]): JobGroups {
  const byName = (left: string, right: string): number => (left < right ? -1 : 1);
  const bySize = group(jobs, ({ gpuMilli }) => sizeClassOf(gpuMilli));
  return {
    bySize: SIZE_CLASSES.flatMap((size) => bySize.filter(({ name }) => name === size)),
    byQueue: group(jobs, ({ queue }) => queue).toSorted((one, other) =>
      byName(one.name, other.name),
    ),
    byKind: group(jobs, kindsOf).toSorted((one, other) => byName(one.name, other.name)),
    byPriority: group(jobs, ({ priority }) => String(priority)).toSorted(
      (one, other) => Number(other.name) - Number(one.name),
    ),
  };
}

/** Waits from submission to the first start, of the jobs that started. */
export function waitsOf(jobs: readonly JobHistory[]): number[] {
  return jobs.flatMap(({ firstStartMs, submitMs }) =>
    firstStartMs === undefined ? [] : [firstStartMs - submitMs],
  );
}

/** Times from submission to the end, of the jobs that succeeded. */
export function completionsOf(jobs: readonly JobHistory[]): number[] {
  return jobs.flatMap(({ outcome, endMs, submitMs }) =>
    outcome === "succeeded" && endMs !== undefined ? [endMs - submitMs] : [],
  );
}

function kindsOf({ gpuMilli, kinds }: JobHistory): string {
  if (gpuMilli === 0) return "none";
  return kinds === "" ? "any" : kinds;
}

function group(jobs: readonly JobHistory[], nameOf: (job: JobHistory) => string): JobGroup[] {
  return Array.from(Map.groupBy(jobs, nameOf), ([name, members]) => {
    const waits = waitsOf(members);
    const completions = completionsOf(members);
    const lost = members.reduce((sum, { lostMilliMs }) => sum + lostMilliMs, 0);
    return {
      name,
      jobs: members.length,
      started: waits.length,
      succeeded: completions.length,
      waitSeconds: quantilesOf(waits),
      completionSeconds: quantilesOf(completions),
      lostHours: lost / DEVICE_HOUR,
    };
  });
}

/**
 * Hours from the start of the run after which jobs that held this share of the jobs' productive
 * device time had ended well; the work of a job counts when the job is over. A share that was never
 * reached is absent, and so are all where no job needed devices.
 */
export type DoneHours = Partial<Readonly<Record<"p50" | "p90" | "p99" | "p100", number>>>;

const DONE_SHARES = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99],
  ["p100", 1],
] as const;

/** O(jobs × log jobs). */
export function doneHours(jobs: readonly JobHistory[]): DoneHours {
  const total = jobs.reduce((sum, { productiveMilliMs }) => sum + productiveMilliMs, 0);
  const ended = jobs
    .filter(({ outcome }) => outcome === "succeeded")
    .toSorted((one, other) => one.endMs! - other.endMs!);
  const hours: { -readonly [Share in keyof DoneHours]: number } = {};
  if (total === 0) return hours;
  let done = 0;
  for (const { productiveMilliMs, endMs } of ended) {
    done += productiveMilliMs;
    for (const [name, share] of DONE_SHARES) {
      // Sums in another order differ in the last bits.
      if (done >= share * total * (1 - 1e-12)) hours[name] ??= endMs! / 3_600_000;
    }
  }
  return hours;
}
