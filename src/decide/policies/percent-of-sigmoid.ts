const PERCENT = 100;

/**
 * Rounding in 1 / (1 + e^-x): the sum is exactly 2, and the result ½, from this x on. It matters,
 * since differences of fragmentation that ought to be 0 are sometimes a last bit below it.
 */
const HALF_FROM = -(2 ** -52) * 1.5;

/** The least x at which the result is `percent`, by percent. */
const STEPS = Float64Array.from({ length: PERCENT }, (_, percent) => {
  if (percent === 0) return Number.NEGATIVE_INFINITY;
  return percent === PERCENT / 2 ? HALF_FROM : logit(percent);
});

/**
 * ⌊100 / (1 + e^-x)⌋ for finite x, by comparison with the 99 steps of this function: the language
 * leaves the last bit of `Math.exp` to each implementation, and here it would change decisions.
 */
export function percentOfSigmoid(x: number): number {
  let low = 0;
  let high = PERCENT - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (STEPS[middle] <= x) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * ln(p / (1 - p)) = 2 · artanh(z) with z = 2p - 1, by its power series Σ z^(2n + 1) / (2n + 1), summed
 * from the smallest term.
 */
function logit(percent: number): number {
  const z = (2 * percent - PERCENT) / PERCENT;
  const terms: number[] = [];
  for (let power = z, odd = 1; power / odd > 1e-18 || power / odd < -1e-18; odd += 2) {
    terms.push(power / odd);
    power *= z * z;
  }
  return 2 * terms.toReversed().reduce((sum, term) => sum + term, 0);
}
