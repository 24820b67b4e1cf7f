import type { Action } from "../model/action.ts";
import type { Event } from "../model/event.ts";

/** What one moment brought. */
export interface Step {
  /** Time of all these events; it never goes back. */
  readonly nowMs: number;
  /** In the order in which they happened; empty when only the wake-up came. */
  readonly events: readonly Event[];
}

/**
 * Where work physically runs: events come out, actions go in. The caller alternates between the
 * two. It waits for the next step, tells the scheduler, and hands the scheduler's actions back.
 *
 * What every engine promises:
 * - Each departure is reported once, even if what was leaving ended or vanished meanwhile.
 * - An action with `after` begins when those departures are over, and not earlier.
 * - A gang that was suspended, stopped or lost before it began never begins by itself.
 * - What a lost node or a failed device took away is not reported piece by piece.
 */
export interface Engine {
  /**
   * The next step: what happens first, or the time `wakeMs` if that comes first. `undefined` when
   * nothing will ever happen any more. A simulated engine answers at once, others by a promise.
   */
  next(wakeMs: number | undefined): Step | undefined | Promise<Step | undefined>;

  /**
   * Begins to carry the actions out, in their order; what comes of them comes as events.
   * @throws Error for an action that is impossible, which is a bug of the scheduler.
   */
  carryOut(nowMs: number, actions: readonly Action[]): void;
}
