import type { RequestCounts } from "../../model/event.ts";

/** Requests after which what was seen before counts half. */
const REQUESTS_A_HALVING = 1000;

/** How soon requests end that are in service: all that were, and the time that they took. */
export class Turnover {
  #inService = 0;
  #sinceMs = 0;
  #ended = 0;
  /** Requests in service, integrated over time, and those that ended meanwhile. */
  #serviceMs = 0;
  #endedInAll = 0;

  observe(nowMs: number, { begun, ended }: RequestCounts): void {
    this.#serviceMs += this.#inService * (nowMs - this.#sinceMs);
    this.#endedInAll += ended - this.#ended;
    if (this.#endedInAll >= 2 * REQUESTS_A_HALVING) {
      this.#serviceMs /= 2;
      this.#endedInAll /= 2;
    }
    this.#inService = begun - ended;
    this.#sinceMs = nowMs;
    this.#ended = ended;
  }

  /** How many of those in service end within the time, as far as the past tells; 0 without a past. */
  endingWithin(spanMs: number): number {
    if (this.#serviceMs === 0) return 0;
    return Math.floor((this.#inService * spanMs * this.#endedInAll) / this.#serviceMs);
  }

  static restore(content: readonly number[]): Turnover {
    const made = new Turnover();
    [made.#inService, made.#sinceMs, made.#ended, made.#serviceMs, made.#endedInAll] = content;
    return made;
  }

  /** The state in numbers. */
  *content(): Generator<number> {
    yield* [this.#inService, this.#sinceMs, this.#ended, this.#serviceMs, this.#endedInAll];
  }
}
