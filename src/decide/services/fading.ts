/** No span is longer than 2^40 ms, 34 years. */
const SPAN_BITS = 40;

/** `(1 - 1/τ)^(2^bit)` for each bit: a power is a product of these, alike on every platform. */
export type Powers = readonly number[];

/** A gap shrinks to 1/e within 300 s where something rises, and within 600 s where it falls. */
export const RISE_POWERS = powersOf(1 - 1 / 300_000);
export const FALL_POWERS = powersOf(1 - 1 / 600_000);

/** What is left of `gap` after the span, in whole milliseconds. O(bits of the span). */
export function faded(gap: number, spanMs: number, powers: Powers): number {
  let left = Math.floor(spanMs);
  let rest = gap;
  for (let bit = 0; left > 0 && bit < SPAN_BITS; bit += 1) {
    if (left % 2 === 1) rest *= powers[bit];
    left = Math.floor(left / 2);
  }
  return rest;
}

/** The least whole milliseconds after which `gap` has faded to `rest` or less; 1 or more. */
export function spanUntil(gap: number, rest: number, powers: Powers): number {
  let span = 0;
  let part = gap;
  for (let bit = SPAN_BITS - 1; bit >= 0; bit -= 1) {
    if (part * powers[bit] <= rest) continue;
    part *= powers[bit];
    span += 2 ** bit;
  }
  return span + 1;
}

function powersOf(base: number): Powers {
  const powers = [base];
  while (powers.length < SPAN_BITS) powers.push(powers.at(-1)! ** 2);
  return powers;
}
