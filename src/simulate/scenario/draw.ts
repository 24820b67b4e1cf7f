import type { Random } from "../../model/random.ts";

const BOUND = 2 ** 31;

/** Uniform between 0 and 1, both exclusive. */
export function drawFraction(random: Random): number {
  return (random.below(BOUND) + 0.5) / BOUND;
}

/** Normal with mean 0 and deviation 1 (Box and Muller, 1958). */
export function drawNormal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(drawFraction(random)));
  return radius * Math.cos(2 * Math.PI * drawFraction(random));
}

/** Exponential with this mean. */
export function drawExponential(random: Random, mean: number): number {
  return -mean * Math.log(drawFraction(random));
}

/** Log-normal with mean 1; `deviation` is that of its logarithm. */
export function drawLogNormal(random: Random, deviation: number): number {
  return Math.exp(deviation * drawNormal(random) - deviation ** 2 / 2);
}

/** A quantile: the normal deviate that has its probability, and the value there, above 0. */
export type Knot = readonly [deviate: number, value: number];

/**
 * A value whose quantiles are the knots', log-normal between them, within the first and the last.
 */
export function drawAlong(random: Random, knots: readonly Knot[]): number {
  const deviate = drawNormal(random);
  const upper = knots.findIndex(([at]) => at >= deviate);
  if (upper === 0) return knots[0][1];
  if (upper === -1) return knots[knots.length - 1][1];
  const [from, low] = knots[upper - 1];
  const [to, high] = knots[upper];
  return low * (high / low) ** ((deviate - from) / (to - from));
}
