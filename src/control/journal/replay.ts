import type { Action } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { Random } from "../../model/random.ts";
import type { Refusal } from "../../model/refusal.ts";
import type { Result } from "../../model/result.ts";
import { type Milliseconds, milliseconds } from "../../model/units.ts";
import { entryRandom } from "./entry-random.ts";
import type { JournalOrigin, JournalReader, NumberedEntry } from "./journal.ts";

/** What a replay needs of a scheduler. */
export interface Replayed {
  apply(event: Event, nowMs: Milliseconds): Result<undefined, Refusal>;
  decide(nowMs: Milliseconds, random: Random): Action[];
  hash(): string;
}

export interface ReplayOptions {
  /** A scheduler as it was at the origin, or with the state of this snapshot. */
  readonly newScheduler: (origin: JournalOrigin, state?: unknown) => Replayed;
  /** Whether to begin at the newest snapshot; by default at the oldest entry that is kept. */
  readonly fromNewestSnapshot?: boolean;
}

/** Where a replay first came to something else than the journal. */
export interface ReplayDifference {
  readonly sequence: number;
  /** Of the entry. */
  readonly nowMs: number;
  /** Version of the program that wrote the entry, if the entries read say it. */
  readonly program?: string;
  /** An event that was taken in is refused now; actions, or the state after them, differ. */
  readonly about: "event" | "actions" | "hash" | "snapshot";
  /** What the journal says: the first action that differs, a hash, or an event. */
  readonly expected: string;
  readonly got: string;
}

export interface ReplayReport {
  /** The replay began with the state after this entry. */
  readonly after: number;
  /** The last entry that was replayed; all up to it agree, but for one with a difference. */
  readonly sequence: number;
  readonly events: number;
  readonly actions: number;
  /** Hashes that were compared. */
  readonly hashes: number;
  /** Of the state at the end. */
  readonly hash: string;
  readonly difference?: ReplayDifference;
}

/**
 * Makes every decision of a journal again and compares its actions with those written, and the
 * state where a hash or a snapshot says what it was. Stops at the first difference: what comes
 * after follows from it. O(entries × decision).
 * @throws JournalError if the journal is damaged.
 */
export function replay(
  journal: JournalReader,
  { newScheduler, fromNewestSnapshot = false }: ReplayOptions,
): ReplayReport {
  const { origin } = journal;
  const newest = journal.readSnapshot();
  const start = fromNewestSnapshot ? newest : journal.readSnapshot(journal.droppedSequence);
  const after = start?.sequence ?? 0;
  const course = new Course(newScheduler(origin, start?.state), origin.seed);
  let sequence = after;
  let program = after === 0 ? origin.program : undefined;
  let difference: ReplayDifference | undefined;
  for (const numbered of journal.entriesAfter(after)) {
    const { entry } = numbered;
    ({ sequence } = numbered);
    program = entry.program ?? program;
    let finding = course.decideAgain(numbered);
    if (sequence === newest?.sequence) {
      finding ??= course.compareHash("snapshot", newScheduler(origin, newest.state).hash());
    }
    if (finding === undefined) continue;
    const where = { sequence, nowMs: entry.nowMs, ...(program !== undefined && { program }) };
    difference = { ...where, ...finding };
    break;
  }
  return { after, sequence, ...course.tell(), ...(difference && { difference }) };
}

/** What an entry did not give again. */
export type Finding = Pick<ReplayDifference, "about" | "expected" | "got">;

/** A scheduler on its way through a journal, with what was compared. */
export class Course {
  readonly #scheduler: Replayed;
  readonly #seed: number;
  #events = 0;
  #actions = 0;
  #hashes = 0;

  constructor(scheduler: Replayed, seed: number) {
    this.#scheduler = scheduler;
    this.#seed = seed;
  }

  tell() {
    const counts = { events: this.#events, actions: this.#actions, hashes: this.#hashes };
    return { ...counts, hash: this.#scheduler.hash() };
  }

  decideAgain({ sequence, entry }: NumberedEntry): Finding | undefined {
    const nowMs = milliseconds(entry.nowMs);
    for (const event of entry.events) {
      const result = this.#scheduler.apply(event, nowMs);
      if (result.ok) this.#events += 1;
      else return { about: "event", expected: JSON.stringify(event), got: result.reason.message };
    }
    const actions = this.#scheduler.decide(nowMs, entryRandom(this.#seed, sequence));
    this.#actions += actions.length;
    return (
      compareActions(entry.actions, actions) ??
      (entry.hash === undefined ? undefined : this.compareHash("hash", entry.hash))
    );
  }

  compareHash(about: "hash" | "snapshot", expected: string): Finding | undefined {
    this.#hashes += 1;
    const got = this.#scheduler.hash();
    return got === expected ? undefined : { about, expected, got };
  }
}

/** The first that differs. As JSON, which is how they were written. */
function compareActions(
  written: readonly Action[],
  decided: readonly Action[],
): Finding | undefined {
  for (let index = 0; index < Math.max(written.length, decided.length); index += 1) {
    const expected = toText(written[index]);
    const got = toText(decided[index]);
    if (got !== expected) return { about: "actions", expected, got };
  }
  return undefined;
}

function toText(action: Action | undefined): string {
  return action === undefined ? "no action" : JSON.stringify(action);
}
