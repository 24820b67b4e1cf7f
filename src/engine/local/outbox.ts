import type { Event } from "../../model/event.ts";
import type { Note } from "../../model/note.ts";
import type { Step } from "../engine.ts";
import type { EngineClock } from "./engine-clock.ts";

/** What was told and not taken yet, and whoever waits for it. */
export class Outbox {
  readonly #clock: EngineClock;
  #events: Event[] = [];
  #notes: Note[] = [];
  #nowMs = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(clock: EngineClock) {
    this.#clock = clock;
  }

  tell(event: Event): void {
    this.#events.push(event);
    this.#wake?.();
  }

  note(note: Note): void {
    this.#notes.push(note);
    this.#wake?.();
  }

  /** The next to wait for a step, or whoever waits now, gets this error. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#wake?.();
  }

  /** All that was told since the last step, as soon as there is something, or nothing at `wakeMs`. */
  async next(wakeMs: number | undefined): Promise<Step> {
    if (!this.#hasNews()) await this.#news(wakeMs);
    if (this.#failure !== undefined) throw this.#failure;
    const events = this.#events;
    const notes = this.#notes;
    this.#events = [];
    this.#notes = [];
    this.#nowMs = Math.max(this.#nowMs, this.#clock.nowMs(), this.#hasTime(events, notes, wakeMs));
    return { nowMs: this.#nowMs, events, ...(notes.length === 0 ? {} : { notes }) };
  }

  /** A timer may ring a moment early: a step without news comes no earlier than its wake-up. */
  #hasTime(events: readonly Event[], notes: readonly Note[], wakeMs: number | undefined): number {
    return events.length + notes.length === 0 ? (wakeMs ?? 0) : 0;
  }

  #hasNews(): boolean {
    return this.#events.length + this.#notes.length > 0 || this.#failure !== undefined;
  }

  async #news(wakeMs: number | undefined): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const inMs = wakeMs === undefined ? undefined : Math.max(0, wakeMs - this.#clock.nowMs());
    const cancel = inMs === undefined ? undefined : this.#clock.after(inMs, resolve);
    await promise;
    cancel?.();
    this.#wake = undefined;
  }
}
