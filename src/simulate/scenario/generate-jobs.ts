import type { ResourceRequest } from "../../model/resources.ts";
import { DEVICE_MILLI, gpuMilli, mib, milliCpu } from "../../model/units.ts";
import { seededRandom } from "../seeded-random.ts";
import type { JobTemplate } from "./build-jobs.ts";
import { drawAlong, drawFraction, type Knot } from "./draw.ts";

/** The published trace's pods of class BE with a device: their number, and the time they span. */
export const PUBLISHED_JOBS = { count: 2948, overMs: 37 * 86_400_000 } as const;

/**
 * Seconds from creation to deletion: least, p10, p50, p75, p90, p99 and greatest of the same pods. The
 * outermost deviates are those of 1 in 2,948.
 */
const SECONDS: readonly Knot[] = [
  [-3.4, 1],
  [-1.2816, 53],
  [0, 266],
  [0.6745, 1009],
  [1.2816, 5556],
  [2.3263, 55_759],
  [3.4, 521_660],
];

/** [number in 100, milli of a device]: 79 of 100 ask for a share of one. */
const SHARES = [
  [37, 810],
  [21, 1000],
  [13, 470],
  [11, 320],
  [6, 230],
  [6, 570],
  [4, 160],
  [2, 370],
] as const;

const CPU = milliCpu(3000);
const MEMORY = mib(6 * 1024);

/** What to generate; `overMs` is the time that submissions are spread over. */
export interface JobGeneration {
  readonly prefix: string;
  readonly count: number;
  readonly overMs: number;
  readonly seed: number;
}

/**
 * Pods like those of class BE in Alibaba's openb trace (cluster-trace-gpu-v2023), fitted to what is
 * known of their durations and shares of a device; each takes their usual 3 cores and 6 GiB.
 * Submissions are uniform over the time. The same seed gives the same pods on every machine.
 */
export function generateJobs({ prefix, count, overMs, seed }: JobGeneration): JobTemplate[] {
  const random = seededRandom(seed);
  const times = Float64Array.from({ length: count }, () => drawFraction(random) * overMs).sort();
  return Array.from(times, (submitMs, index) => ({
    name: `${prefix}-${index}`,
    request: requestAt(random.below(100)),
    submitMs: Math.floor(submitMs),
    workMs: Math.round(drawAlong(random, SECONDS)) * 1000,
  }));
}

/** The request of this hundredth of the pods. */
function requestAt(hundredth: number): ResourceRequest {
  let left = hundredth;
  for (const [weight, milli] of SHARES) {
    left -= weight;
    if (left < 0) return withShare(milli);
  }
  return withShare(DEVICE_MILLI);
}

function withShare(milli: number): ResourceRequest {
  return {
    cpu: CPU,
    memory: MEMORY,
    accelerators: { count: 1, milli: gpuMilli(milli), kinds: [] },
  };
}
