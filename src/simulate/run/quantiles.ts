/** Quantiles by the nearest rank, in seconds; all 0 of nothing. */
export interface Quantiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Quantiles of milliseconds, in seconds. O(n log n). */
export function quantilesOf(valuesMs: ArrayLike<number>): Quantiles {
  const sorted = Float64Array.from(valuesMs).sort();
  const at = (share: number): number => rankOf(sorted, share) / 1000;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/**
 * The least of the values that a share of them, 0 to 1, does not exceed; 0 of no values.
 * @param sorted ascending.
 */
export function rankOf(sorted: Float64Array, share: number): number {
  const rank = Math.max(0, Math.ceil(share * sorted.length) - 1);
  return sorted.length === 0 ? 0 : sorted[rank];
}
