import type { Scheduler } from "../decide/scheduler.ts";
import type { NumberedEntry } from "./journal/journal.ts";
import { Course, type Finding } from "./journal/replay.ts";

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
export function replayEntry(scheduler: Scheduler, numbered: NumberedEntry, seed: number): void {
  const finding = new Course(scheduler, seed).decideAgain(numbered);
  if (finding !== undefined) throw new ReplayError(numbered.sequence, inWords(finding));
}

function inWords({ about, expected, got }: Finding): string {
  if (about === "event") return `the event ${cut(expected)} is refused: ${got}`;
  if (about === "actions") return `it decides ${cut(got)}, and it decided ${cut(expected)}`;
  return "the state after it has another hash";
}

const SHOWN_MAX = 300;

function cut(text: string): string {
  return text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
}
