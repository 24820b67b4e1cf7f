import type { Checkpointing } from "../../model/job.ts";

/**
 * What a running job does, in turns:
 *
 *     restarting ──► running ──everyMs──► saving ──saveMs──► running ...
 */
export type Phase = "restarting" | "running" | "saving";

/** What ends a phase. */
export type Turn = "restarted" | "due" | "saved" | "failed" | "finished";

/**
 * How far a job is, in milliseconds of work at minimum size and speed 1. Time passes only where the
 * caller says so; it stands still while the job is suspended.
 */
export class Progress {
  readonly #workMs: number;
  readonly #checkpoint: Checkpointing | undefined;
  #phase: Phase = "running";
  #rate = 1;
  #doneMs = 0;
  #savedMs = 0;
  /** Left of a restart or of a checkpoint. */
  #leftMs = 0;
  /** Run time since the last checkpoint or the start. */
  #sinceSavedMs = 0;
  #untilFailureMs = Number.POSITIVE_INFINITY;

  constructor(workMs: number, checkpoint: Checkpointing | undefined) {
    this.#workMs = workMs;
    this.#checkpoint = checkpoint;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Work done, saved or not. */
  get doneMs(): number {
    return this.#doneMs;
  }

  /** Work per time from now on. */
  set rate(rate: number) {
    this.#rate = rate;
  }

  /** A new attempt, from the last checkpoint; it fails after this run time, which may be infinite. */
  start(untilFailureMs: number): void {
    this.#doneMs = this.#savedMs;
    this.#sinceSavedMs = 0;
    this.#untilFailureMs = untilFailureMs;
    this.#phase = this.#savedMs > 0 ? "restarting" : "running";
    this.#leftMs = this.#savedMs > 0 ? (this.#checkpoint?.restartMs ?? 0) : 0;
  }

  /** What comes next, and in how much time; of equal ones the first named: finish, fail, save. */
  nextTurn(): { readonly turn: Turn; readonly inMs: number } {
    if (this.#phase === "restarting") return { turn: "restarted", inMs: this.#leftMs };
    if (this.#phase === "saving") return { turn: "saved", inMs: this.#leftMs };
    const finishMs = Math.max(0, this.#workMs - this.#doneMs) / this.#rate;
    const everyMs = this.#checkpoint?.everyMs ?? Number.POSITIVE_INFINITY;
    const dueMs = Math.max(0, everyMs - this.#sinceSavedMs);
    const failureMs = Math.max(0, this.#untilFailureMs);
    if (finishMs <= failureMs && finishMs <= dueMs) return { turn: "finished", inMs: finishMs };
    if (failureMs <= dueMs) return { turn: "failed", inMs: failureMs };
    return { turn: "due", inMs: dueMs };
  }

  /** Lets time pass, no more than to the next turn. */
  pass(ms: number): void {
    if (this.#phase !== "running") {
      this.#leftMs = Math.max(0, this.#leftMs - ms);
      return;
    }
    this.#doneMs = Math.min(this.#workMs, this.#doneMs + ms * this.#rate);
    this.#sinceSavedMs += ms;
    this.#untilFailureMs -= ms;
  }

  /** The turn has come: whatever rounding left of the time before it is over. */
  take(turn: Turn): void {
    this.#leftMs = 0;
    this.#phase = "running";
    if (turn === "saved") this.save();
    if (turn === "finished") this.#doneMs = this.#workMs;
    if (turn === "due") {
      this.#phase = "saving";
      this.#leftMs = this.#checkpoint!.saveMs;
    }
  }

  /** What is done is saved. */
  save(): void {
    this.#savedMs = this.#doneMs;
    this.#sinceSavedMs = 0;
  }
}
