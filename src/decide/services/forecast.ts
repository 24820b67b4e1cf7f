/** The average follows what it sees within these times, up and down. */
const RISE_MS = 300_000;
const FALL_MS = 600_000;
/** Less than this part of a replica is not worth one. */
const LEAST = 1e-4;
/** No span is longer than 2^40 ms, 34 years. */
const SPAN_BITS = 40;
/** `(1 - 1/τ)^(2^bit)` for each bit: a power is a product of these, alike on every platform. */
const RISE_POWERS = powersOf(1 - 1 / RISE_MS);
const FALL_POWERS = powersOf(1 - 1 / FALL_MS);

/**
 * How many replicas the requests of a service will keep busy while another one comes up (rule A6).
 * With `L` the average of those busy, which rises over 300 s and falls over 600 s,
 * `⌈L + z · √L⌉`: mean and spread of as many independent requests, of which a Poisson number is
 * there at any time. Measurements are in docs/forecast.md.
 */
export class Forecast {
  #busy = 0;
  /** The average at `#sinceMs`; `#busy` have been busy from then on. */
  #average = 0;
  #sinceMs = 0;

  observe(nowMs: number, busy: number): void {
    this.#average = this.#averageAt(nowMs);
    this.#sinceMs = nowMs;
    this.#busy = busy;
  }

  replicas(nowMs: number, spread: number): number {
    const average = this.#averageAt(nowMs);
    return Math.max(0, Math.ceil(average + spread * Math.sqrt(average) - LEAST));
  }

  /** When `replicas` changes if nothing is observed until then; after `nowMs`. O(bits of a span). */
  nextChangeMs(nowMs: number, spread: number): number | undefined {
    const replicas = this.replicas(nowMs, spread);
    const average = this.#averageAt(nowMs);
    const gap = average - this.#busy;
    const isFalling = gap > 0;
    if (isFalling && replicas === 0) return undefined;
    // Where the number changes: x + spread · √x = bound.
    const bound = (isFalling ? replicas - 1 : replicas) + LEAST;
    const root = (Math.sqrt(spread * spread + 4 * bound) - spread) / 2;
    const rest = Math.abs(root * root - this.#busy);
    const isReached = isFalling ? root * root > this.#busy : root * root < this.#busy;
    if (!isReached) return undefined;
    return nowMs + spanUntil(Math.abs(gap), rest, isFalling ? FALL_POWERS : RISE_POWERS);
  }

  fork(): Forecast {
    const copy = new Forecast();
    copy.#busy = this.#busy;
    copy.#average = this.#average;
    copy.#sinceMs = this.#sinceMs;
    return copy;
  }

  /** The state in numbers. */
  *content(): Generator<number> {
    yield this.#busy;
    yield this.#average;
    yield this.#sinceMs;
  }

  #averageAt(nowMs: number): number {
    const gap = this.#average - this.#busy;
    let left = Math.floor(nowMs - this.#sinceMs);
    const powers = gap > 0 ? FALL_POWERS : RISE_POWERS;
    let part = 1;
    for (let bit = 0; left > 0 && bit < SPAN_BITS; bit += 1) {
      if (left % 2 === 1) part *= powers[bit];
      left = Math.floor(left / 2);
    }
    return this.#busy + gap * part;
  }
}

/** The least whole milliseconds after which `gap` has shrunk to `rest` or less; 1 or more. */
function spanUntil(gap: number, rest: number, powers: readonly number[]): number {
  let span = 0;
  let part = 1;
  for (let bit = SPAN_BITS - 1; bit >= 0; bit -= 1) {
    if (gap * part * powers[bit] <= rest) continue;
    part *= powers[bit];
    span += 2 ** bit;
  }
  return span + 1;
}

function powersOf(base: number): readonly number[] {
  const powers = [base];
  while (powers.length < SPAN_BITS) powers.push(powers.at(-1)! ** 2);
  return powers;
}
