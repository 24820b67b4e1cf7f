import type { RequestStream } from "./workload.ts";

/**
 * Requests of one service that have arrived and are not in service, first come first served. Those
 * that have never been served are a run of the stream; those that came back stand before them.
 */
export class RequestLine {
  readonly #stream: RequestStream;
  /** Requests before this one have arrived. */
  #arrived = 0;
  /** Those from here to `#arrived` have never been served. */
  #next = 0;
  /** Those that came back, ascending. */
  #back: number[] = [];

  constructor(stream: RequestStream) {
    this.#stream = stream;
  }

  /** Number of requests that have arrived so far. */
  get arrived(): number {
    return this.#arrived;
  }

  /** Number of requests that are in the line. */
  get waiting(): number {
    return this.#arrived - this.#next + this.#back.length;
  }

  get isEmpty(): boolean {
    return this.#next === this.#arrived && this.#back.length === 0;
  }

  /** When the next one arrives; `Infinity` after the last. */
  nextArrivalMs(): number {
    const { arrivalMs } = this.#stream;
    return this.#arrived < arrivalMs.length ? arrivalMs[this.#arrived] : Number.POSITIVE_INFINITY;
  }

  arrive(): void {
    this.#arrived += 1;
  }

  /** Takes the first request away, by its index in the stream. */
  takeFirst(): number {
    const back = this.#back.shift();
    if (back !== undefined) return back;
    this.#next += 1;
    return this.#next - 1;
  }

  /** These requests, taken earlier, stand again where they stood. */
  giveBack(requests: Iterable<number>): void {
    this.#back = [...this.#back, ...requests].sort((left, right) => left - right);
  }
}
