import type { RequestTimes } from "../scenario/superpose.ts";

/**
 * The requests of the span again and again, each repeat one span later, as far as they arrive
 * before `untilMs`. O(requests × repeats).
 */
export function repeatRequests(
  { arrivalMs, serveMs }: RequestTimes,
  spanMs: number,
  untilMs: number,
): RequestTimes {
  const inSpan = countBefore(arrivalMs, spanMs);
  const turns = Math.floor(untilMs / spanMs);
  const rest = countBefore(arrivalMs.subarray(0, inSpan), untilMs - turns * spanMs);
  const length = turns * inSpan + rest;
  return {
    arrivalMs: Float64Array.from({ length }, (_, index) => {
      return arrivalMs[index % inSpan] + Math.floor(index / inSpan) * spanMs;
    }),
    serveMs: Float64Array.from({ length }, (_, index) => serveMs[index % inSpan]),
  };
}

/** Number of times before this one; they ascend. */
function countBefore(timesMs: Float64Array, untilMs: number): number {
  const count = timesMs.findIndex((time) => time >= untilMs);
  return count === -1 ? timesMs.length : count;
}
