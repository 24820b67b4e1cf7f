import type { Use } from "../../engine/simulated/books.ts";

/** The state of a run at one moment, when all that happens at this moment has happened. */
export interface Sample {
  readonly atMs: number;
  /** Devices held by use, in milli. */
  readonly held: Readonly<Record<Use, number>>;
  /** Devices that there are, in milli. */
  readonly existing: number;
  /** GFR: share of the nodes with devices whose devices are held in part; 0 without such nodes. */
  readonly fragmentedNodes: number;
  /** Share of the free milli that typical work cannot use (rule P7); 0 if none are free. */
  readonly fragmentation: number;
  /** Orders to jobs to leave, so far. */
  readonly evictions: number;
  /** In the order of the workload's requests. */
  readonly services: readonly ServiceSample[];
}

export interface ServiceSample {
  /** Replicas that take requests. */
  readonly awake: number;
  /** Requests being served or waiting. */
  readonly inFlight: number;
}

/** Most samples of one run. */
export const SAMPLES_MAX = 2000;

/**
 * Takes samples at 0, `stepMs`, 2 `stepMs` … When there would be more than SAMPLES_MAX it forgets
 * every second one and goes on in steps twice as long, so a run of any length has 1,000 to 2,000.
 */
export class Sampler {
  readonly #take: (atMs: number) => Sample;
  #samples: Sample[] = [];
  #stepMs: number;

  /** @param take makes the sample of this moment; called when the state of the moment is final. */
  constructor(stepMs: number, take: (atMs: number) => Sample) {
    if (!(stepMs > 0)) throw new RangeError(`samples cannot be ${stepMs} ms apart`);
    this.#stepMs = stepMs;
    this.#take = take;
  }

  get samples(): readonly Sample[] {
    return this.#samples;
  }

  /** Nothing changes any more before `untilMs`: takes the samples that are due before it. */
  passUntil(untilMs: number): void {
    while (this.#dueMs < untilMs) this.#takeNext();
  }

  /** The run is over: takes the samples that are due up to its last moment. */
  end(endMs: number): void {
    while (this.#dueMs <= endMs) this.#takeNext();
  }

  #takeNext(): void {
    this.#samples.push(this.#take(this.#dueMs));
    if (this.#samples.length < SAMPLES_MAX) return;
    this.#samples = this.#samples.filter((_, index) => index % 2 === 0);
    this.#stepMs *= 2;
  }

  get #dueMs(): number {
    return this.#samples.length * this.#stepMs;
  }
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Steps that people can read off a chart. */
const STEPS_MS = [
  1000,
  10_000,
  MINUTE_MS,
  5 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
];

/** The shortest readable step that makes at most 1,000 samples of the span. */
export function stepFor(spanMs: number): number {
  const leastMs = spanMs / (SAMPLES_MAX / 2);
  return STEPS_MS.find((stepMs) => stepMs >= leastMs) ?? Math.ceil(leastMs / HOUR_MS) * HOUR_MS;
}
