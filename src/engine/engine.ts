import type { Action } from "../model/action.ts";
import type { Event } from "../model/event.ts";
import type { Note } from "../model/note.ts";

/** What one moment brought. */
export interface Step {
  /** Time of all these events; it never goes back. */
  readonly nowMs: number;
  /** In the order in which they happened; empty when only the wake-up came. */
  readonly events: readonly Event[];
  /** What is told to people alone; absent for nothing. */
  readonly notes?: readonly Note[];
}

/**
 * Where work physically runs: events come out, actions go in. The caller alternates between the
 * two. It waits for the next step, tells the scheduler, and hands the scheduler's actions back.
 *
 * What every engine promises, and the contract suite in `test/support/engine-contract/` checks:
 * - Time never goes back, and a step without events comes no earlier than its wake-up.
 * - Each departure is reported once, even if what was leaving ended or vanished meanwhile, or had
 *   not begun. If it ended by itself before the order reached it, that end is told before.
 * - An action with `after` begins when those departures are over, and not earlier; they may be over
 *   already.
 * - A gang is told as started once an attempt, when the last of its members is up. When its end is
 *   told, all its places are free.
 * - A gang that was suspended, stopped or lost before it began never begins by itself. One that is
 *   resumed without having begun begins then.
 * - A suspended gang makes no progress and loses none. A stopped one keeps what was saved last.
 * - A replica that is to sleep or to stop finishes the requests that it has begun, takes no other,
 *   and departs after them. One that crashes while it is to stop departs, and is not told as gone.
 * - What a lost node or a failed device took away is not reported piece by piece. It departs when
 *   it is told to leave, as everything does.
 */
export interface Engine {
  /**
   * The next step: what happens first, or the time `wakeMs` if that comes first. `undefined` when
   * nothing will ever happen any more. A simulated engine answers at once, others by a promise.
   * A wake-up in the past comes at once.
   */
  next(wakeMs: number | undefined): Step | undefined | Promise<Step | undefined>;

  /**
   * Begins to carry the actions out, in their order; what comes of them comes as events. `nowMs` is
   * the time of the last step. An action about what has ended since that step is not impossible.
   * @throws Error, naming the action and whom it is about, for an action that is impossible, which
   *   is a bug of the scheduler.
   */
  carryOut(nowMs: number, actions: readonly Action[]): void;
}

/**
 * An engine whose work outlives the process that steers it. After a restart it is given back what
 * was told to it and what it told, as the journal has it; then it compares that with what runs.
 *
 *     new ─► restore(saved)? ─► recall(…)* ─► begin() ─► next / carryOut, as ever
 *
 * What ended meanwhile comes as events of the first steps. Orders that were recalled and not carried
 * out before the restart are carried out now, and none is carried out twice.
 */
export interface LastingEngine extends Engine {
  /** All that it was told and has told, as JSON, for `restore` of a later process. */
  save(): unknown;
  /** @param saved what `save` gave. */
  restore(saved: unknown): void;
  /** One turn since then: what it told, and what was ordered after that. Nothing is done yet. */
  recall(step: Step, actions: readonly Action[]): void;
  /** Compares with what runs, and takes up its work. A new engine begins by telling its node. */
  begin(): Promise<void>;
}
