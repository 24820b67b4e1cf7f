import type { Event } from "../../src/model/event.ts";

/** What one step told the scheduler, and what it answered. */
export interface JournalStep {
  readonly nowMs: number;
  /** Those that were accepted. */
  readonly events: readonly Event[];
  /** Random numbers that were drawn. */
  readonly draws: readonly number[];
  /** The actions as text. */
  readonly answer: string;
}
