import { faded, FALL_POWERS, RISE_POWERS, spanUntil } from "./fading.ts";

/** Less than this part of a replica is not worth one. */
const LEAST = 1e-4;

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

  static restore(content: readonly number[]): Forecast {
    const forecast = new Forecast();
    [forecast.#busy, forecast.#average, forecast.#sinceMs] = content;
    return forecast;
  }

  /** The state in numbers. */
  *content(): Generator<number> {
    yield this.#busy;
    yield this.#average;
    yield this.#sinceMs;
  }

  #averageAt(nowMs: number): number {
    const gap = this.#average - this.#busy;
    const powers = gap > 0 ? FALL_POWERS : RISE_POWERS;
    return this.#busy + faded(gap, nowMs - this.#sinceMs, powers);
  }
}
