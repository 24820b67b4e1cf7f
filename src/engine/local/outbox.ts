import type { Event } from "../../model/event.ts";
import type { Note } from "../../model/note.ts";
import type { Step } from "../engine.ts";
import type { EngineClock } from "./engine-clock.ts";

const IS_OBSERVED: ReadonlySet<Event["kind"]> = new Set([
  "service-observed",
  "node-observed",
  "node-pressed",
]);

/**
 * What was told, on its way into the journal:
 *
 *     tell ─► waiting ──next──► taken ──settle──► (journaled)
 *                └─ withdraw ─► (never told)
 */
export class Outbox {
  readonly #clock: EngineClock;
  /** By `keyOf`. */
  #waiting = new Map<string, Event>();
  #taken: Step = { nowMs: Number.NEGATIVE_INFINITY, events: [] };
  #takenKeys: ReadonlySet<string> = new Set();
  #notes: Note[] = [];
  #observations = 0;
  #nowMs = Number.NEGATIVE_INFINITY;
  #wake: (() => void) | undefined;
  #failure: Error | undefined;

  constructor(clock: EngineClock) {
    this.#clock = clock;
  }

  /** Tells it, and true; what is on its way already is not told again, but for what is observed. */
  tell(event: Event): boolean {
    const key = this.#keyOf(event);
    if (this.#waiting.has(key) || this.#takenKeys.has(key)) return false;
    this.#waiting.set(key, event);
    this.#wake?.();
    return true;
  }

  /** What was not taken yet and is not so any more is not told. */
  withdraw(isVoid: (event: Event) => boolean): void {
    for (const [key, event] of this.#waiting) if (isVoid(event)) this.#waiting.delete(key);
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

  /** The step that was taken last, once: whoever comes back for more, or orders, has journaled it. */
  settle(): Step {
    const taken = this.#taken;
    this.#taken = { nowMs: taken.nowMs, events: [] };
    this.#takenKeys = new Set();
    return taken;
  }

  /** All that was told since the last step, as soon as there is something, or nothing at `wakeMs`. */
  async next(wakeMs: number | undefined): Promise<Step> {
    while (!this.#hasNews()) if (await this.#isTime(wakeMs)) break;
    if (this.#failure !== undefined) throw this.#failure;
    const events = [...this.#waiting.values()];
    const notes = this.#notes;
    this.#takenKeys = new Set(this.#waiting.keys());
    this.#waiting = new Map();
    this.#notes = [];
    this.#nowMs = Math.max(this.#nowMs, this.#clock.nowMs(), this.#hasTime(events, notes, wakeMs));
    this.#taken = { nowMs: this.#nowMs, events, ...(notes.length === 0 ? {} : { notes }) };
    return this.#taken;
  }

  /** What is observed may be so, and not so, and so again. */
  #keyOf(event: Event): string {
    if (!IS_OBSERVED.has(event.kind)) return JSON.stringify(event);
    this.#observations += 1;
    return `observation ${this.#observations}`;
  }

  /** A timer may ring a moment early: a step without news comes no earlier than its wake-up. */
  #hasTime(events: readonly Event[], notes: readonly Note[], wakeMs: number | undefined): number {
    return events.length + notes.length === 0 ? (wakeMs ?? 0) : 0;
  }

  #hasNews(): boolean {
    return this.#waiting.size + this.#notes.length > 0 || this.#failure !== undefined;
  }

  /** Waits for news, which may be withdrawn meanwhile; true at `wakeMs`. */
  async #isTime(wakeMs: number | undefined): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#wake = () => resolve(false);
    const inMs = wakeMs === undefined ? undefined : Math.max(0, wakeMs - this.#clock.nowMs());
    const cancel = inMs === undefined ? undefined : this.#clock.after(inMs, () => resolve(true));
    const isTime = await promise;
    cancel?.();
    this.#wake = undefined;
    return isTime;
  }
}
