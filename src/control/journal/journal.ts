import type { Action } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { Note } from "../../model/note.ts";

/** A manifest was taken, or an object asked to go. It stands before the events that follow from it. */
export type Change =
  | { readonly kind: "applied"; readonly manifest: Manifest; readonly uid: string }
  | { readonly kind: "deleted"; readonly object: ManifestName };

export interface ManifestName {
  readonly kind: Manifest["kind"];
  readonly name: string;
}

/** One turn of the control loop: what came, what was decided. */
export interface JournalEntry {
  /** Milliseconds since 1970 by the clock of the control plane, which never goes back. */
  readonly nowMs: number;
  readonly changes: readonly Change[];
  /** As the scheduler took them in, in this order; refused ones are not here. */
  readonly events: readonly Event[];
  /** What the engine told people. */
  readonly notes: readonly Note[];
  /** What it decided then. */
  readonly actions: readonly Action[];
  /** The scheduler's `hash()` after it; only in some entries, since it costs O(state). */
  readonly hash?: string;
}

/** Where a replay may begin: the state after the entry of this sequence. */
export interface Snapshot {
  readonly sequence: number;
  /** JSON. */
  readonly state: unknown;
}

/** The control plane's memory. Each method is durable when it returns. */
export interface Journal {
  /** Of the newest entry; 0 for none. */
  readonly sequence: number;
  /** @throws JournalError if it cannot be written; then nothing of it is in the journal. */
  append(entry: JournalEntry): number;
  /** @throws JournalError as `append`. */
  writeSnapshot(snapshot: Snapshot): void;
  /** The newest one. @throws JournalError if it cannot be read. */
  readSnapshot(): Snapshot | undefined;
  /** Entries after a sequence. @throws JournalError for one that is damaged, naming it. */
  entriesAfter(
    sequence: number,
  ): Iterable<{ readonly sequence: number; readonly entry: JournalEntry }>;
  close(): void;
}
