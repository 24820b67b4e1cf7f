import { shareUsed } from "./cpu-time.ts";
import type { PhaseTime, Requests, RunState } from "./run-state.ts";

/** Held-out bits per character at a step. */
export interface CurvePoint {
  readonly step: number;
  readonly bits: number;
}

/** One thing that a run has to show. */
export interface Promised {
  readonly isKept: boolean;
  readonly words: string;
}

/** How the training job and the service got on, as their statuses tell. */
export interface Outcome {
  readonly hasSucceeded: boolean;
  readonly trainingRestarts: number;
  readonly replicaFailures: number;
}

/** Held-out bits have to fall by this part at least. */
const FALL_LEAST = 0.1;
/**
 * What requests may wait longer beside training: p99 at most this many times what it is alone, or so
 * many milliseconds more. It is wide, since neighbours on a shared machine come and go between the two
 * measurements; bench/README.md has what a careful comparison gives.
 */
const RATIO_MOST = 3;
const SLACK_MS = 250;
/** Fewer requests have no p99 worth a comparison. */
const COMPARED_LEAST = 10;

export function curveOf({ curve }: RunState): readonly CurvePoint[] {
  return Object.entries(curve)
    .map(([step, bits]) => ({ step: Number(step), bits }))
    .toSorted((left, right) => left.step - right.step);
}

/** The smallest value that at least this part of them does not exceed; NaN of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

export function p50({ latenciesMs }: Requests): number {
  return quantile(latenciesMs, 0.5);
}

export function p99({ latenciesMs }: Requests): number {
  return quantile(latenciesMs, 0.99);
}

/** Requests of all phases that were sent. */
export function countRequests({ alone, beside, moving }: RunState): number {
  return [alone, beside, moving].reduce(
    (sum, { latenciesMs, failed }) => sum + latenciesMs.length + failed,
    0,
  );
}

export function countFailed({ alone, beside, moving }: RunState): number {
  return alone.failed + beside.failed + moving.failed;
}

export function idleUsed({ cpu }: RunState): number {
  return shareUsed(cpu.beside.cpu);
}

/** Cores that programs other than ours used in the mean. */
export function othersCores({ spanMs, cpu }: PhaseTime): number {
  return cpu.othersMs / spanMs;
}

/**
 * What a run has to show, in words with its figures.
 * @param early the step of the checkpoint that was served first.
 */
export function promisesOf(state: RunState, early: number, outcome: Outcome): Promised[] {
  const failed = countFailed(state);
  const points = curveOf(state);
  const before = points.find(({ step }) => step === early)?.bits ?? Number.NaN;
  const after = points.at(-1)?.bits ?? Number.NaN;
  const fall = 1 - after / before;
  return [
    {
      isKept: failed === 0,
      words: `no request failed: ${failed} of ${countRequests(state)}`,
    },
    {
      isKept: outcome.hasSucceeded,
      words: `the gang trained to its end: step ${points.at(-1)?.step ?? 0} of ${state.steps ?? 0}`,
    },
    {
      isKept: fall >= FALL_LEAST,
      words: `held-out bits per character fell by ${FALL_LEAST * 100} % or more: ${percent(fall)}`,
    },
    latencyPromise(state),
  ];
}

function latencyPromise({ alone, beside }: RunState): Promised {
  const measured = Math.min(alone.latenciesMs.length, beside.latenciesMs.length);
  const bound = `p99 beside training is at most ${RATIO_MOST} x alone or ${SLACK_MS} ms more`;
  if (measured < COMPARED_LEAST) {
    return { isKept: false, words: `${bound}: only ${measured} requests were measured` };
  }
  const limitMs = Math.max(RATIO_MOST * p99(alone), p99(alone) + SLACK_MS);
  const ratio = (p99(beside) / p99(alone)).toFixed(2);
  return { isKept: p99(beside) <= limitMs, words: `${bound}: ${ratio} x` };
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(0)} %` : "-";
}

export function milliseconds(ms: number): string {
  return Number.isFinite(ms) ? `${ms.toFixed(0)} ms` : "-";
}

/** `2 min 5 s`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
