import type { Random } from "../../model/random.ts";
import { seededRandom } from "../seeded-random.ts";
import { drawAlong, drawFraction, drawLogNormal, type Knot } from "./draw.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** The published trace: its requests, and the time they span. */
export const PUBLISHED_REQUESTS = { count: 26_823, overMs: 23 * 86_400_000 } as const;

/** Seconds that a request is served: least, p10, p50, p90, p99 and greatest. */
const SECONDS: readonly Knot[] = [
  [-3.2, 1],
  [-1.2816, 13],
  [0, 23],
  [1.2816, 53],
  [2.3263, 106],
  [3.9, 567],
];

/** Requests of each hour of the day, in thousandths. */
const HOURS = [
  143, 41, 44, 45, 25, 13, 13, 9, 5, 2, 1, 1, 1, 1, 1, 1, 24, 87, 104, 23, 41, 124, 124, 132,
];
/** Requests of each day, in tens; the days begin anew after the last. */
const DAYS = [
  11, 10, 11, 7, 75, 144, 150, 141, 11, 151, 161, 162, 161, 192, 30, 29, 180, 268, 229, 250, 216,
  57, 26,
];

/** Deviations of the logarithm of the rate, of each ten minutes and each minute. */
const TEN_MINUTES_DEVIATION = 0.3;
const MINUTE_DEVIATION = 0.5;

/** What to generate. */
export interface RequestGeneration {
  readonly count: number;
  readonly overMs: number;
  readonly seed: number;
}

/**
 * Requests like those of Alibaba's trace of image generation (cluster-trace-v2026-GenAI): a doubly
 * stochastic Poisson process, of which exactly `count` requests arrive. Its rate is the trace's
 * rhythm of days and hours, times a log-normal factor for each ten minutes and one for each minute.
 *
 * The factors' deviations are fitted to what a fixed number of devices would do, first come first
 * served: 99 % of the requests wait at most 7 s on 8 devices and 18 s on 7 in the trace, and here,
 * with seeds 1, 7 and 42, 7 to 17 s and 13 to 33 s. On average 0.39 requests are served at once
 * (here 0.40), at most 22 (here 16 to 22).
 * The same seed gives the same requests on every machine.
 */
export function generateRequests({ count, overMs, seed }: RequestGeneration): {
  readonly arrivalMs: Float64Array;
  readonly serveMs: Float64Array;
} {
  const random = seededRandom(seed);
  const below = accumulateRates(Math.ceil(overMs / MINUTE_MS), random);
  const total = below[below.length - 1];
  const arrivals = Float64Array.from({ length: count }, () => drawFraction(random) * total).sort();
  let minute = 1;
  const arrivalMs = arrivals.map((at) => {
    while (below[minute] < at) minute += 1;
    const share = (at - below[minute - 1]) / (below[minute] - below[minute - 1]);
    return Math.floor(Math.min((minute - 1 + share) * MINUTE_MS, overMs));
  });
  const serveMs = Float64Array.from({ length: count }, () => {
    return Math.round(drawAlong(random, SECONDS)) * 1000;
  });
  return { arrivalMs, serveMs };
}

/** Rate before each minute, summed up from 0; one entry more than minutes. */
function accumulateRates(minutes: number, random: Random): Float64Array {
  const below = new Float64Array(minutes + 1);
  let burst = 1;
  for (let minute = 0; minute < minutes; minute += 1) {
    if (minute % 10 === 0) burst = drawLogNormal(random, TEN_MINUTES_DEVIATION);
    const day = DAYS[Math.floor(minute / DAY_MINUTES) % DAYS.length];
    const hour = HOURS[Math.floor(minute / 60) % 24];
    below[minute + 1] =
      below[minute] + day * hour * burst * drawLogNormal(random, MINUTE_DEVIATION);
  }
  return below;
}
