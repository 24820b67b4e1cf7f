import type { Scheduler } from "../decide/scheduler.ts";
import { milliseconds } from "../model/units.ts";
import { entryRandom } from "./journal/entry-random.ts";
import type { NumberedEntry } from "./journal/journal.ts";

/** The journal's entries do not give again what was decided then. */
export class ReplayError extends Error {
  override readonly name = "ReplayError";
  /** Of the entry. */
  readonly sequence: number;

  constructor(sequence: number, message: string) {
    super(`internal error: entry ${sequence} of the journal does not replay: ${message}`);
    this.sequence = sequence;
  }
}

/**
 * Lets the scheduler live through an entry once more.
 * @throws ReplayError if it refuses an event, decides something else, or is in another state after it.
 */
export function replayEntry(
  scheduler: Scheduler,
  { sequence, entry }: NumberedEntry,
  seed: number,
): void {
  const nowMs = milliseconds(entry.nowMs);
  for (const event of entry.events) {
    const result = scheduler.apply(event, nowMs);
    if (result.ok) continue;
    throw new ReplayError(sequence, `the event ${event.kind} is refused: ${result.reason.message}`);
  }
  const decided = JSON.stringify(scheduler.decide(nowMs, entryRandom(seed, sequence)));
  const journaled = JSON.stringify(entry.actions);
  if (decided !== journaled) {
    throw new ReplayError(sequence, `it decides ${cut(decided)}, and it decided ${cut(journaled)}`);
  }
  if (entry.hash === undefined || entry.hash === scheduler.hash()) return;
  throw new ReplayError(sequence, "the state after it has another hash");
}

const SHOWN_MAX = 300;

function cut(text: string): string {
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}
