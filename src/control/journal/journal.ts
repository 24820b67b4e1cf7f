import type { Action } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { Manifest } from "../../manifest/manifest.ts";
import type { Note } from "../../model/note.ts";
import type { SchedulerOptions } from "../../decide/scheduler.ts";
import type { WorkloadProfile } from "../../model/workload-profile.ts";

/** A manifest was taken, or an object asked to go. It stands before the events that follow from it. */
export type Change =
  | { readonly kind: "applied"; readonly manifest: Manifest; readonly uid: string }
  | { readonly kind: "deleted"; readonly object: ManifestName };

export interface ManifestName {
  readonly kind: Manifest["kind"];
  readonly name: string;
}

/** What a journal begins with: with the entries, all that a replay needs. */
export interface JournalOrigin {
  /** Of the home that the journal belongs to; never used again. */
  readonly uid: string;
  /** Version of the program that made the journal. */
  readonly program: string;
  /** Of the random numbers of all decisions: `entryRandom`. A 32-bit integer. */
  readonly seed: number;
  /** Name of the placement policy. */
  readonly policy: string;
  /** What the policy expects to come. */
  readonly profile: WorkloadProfile;
  readonly scheduler: SchedulerOptions;
}

/** One turn of the control loop: what came, what was decided. */
export interface JournalEntry {
  /** Milliseconds since 1970 by the clock of the control plane, which never goes back. */
  readonly nowMs: number;
  /** Version of the program; in the first entry of each of its runs. */
  readonly program?: string;
  readonly changes: readonly Change[];
  /** As the scheduler took them in, in this order; refused ones are not here. */
  readonly events: readonly Event[];
  /** What the engine told people. */
  readonly notes: readonly Note[];
  /** What it decided then, with the random numbers of `entryRandom`. */
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

/** An entry with its number: from 1, one more with each. */
export interface NumberedEntry {
  readonly sequence: number;
  readonly entry: JournalEntry;
}

/** A journal that is only read, perhaps while a control plane writes it. */
export interface JournalReader {
  readonly origin: JournalOrigin;
  /** Of the newest entry; 0 for none. */
  readonly sequence: number;
  /** Entries up to this one have been dropped; 0 for none. */
  readonly droppedSequence: number;
  /** The newest one up to a sequence. @throws JournalError if it cannot be read. */
  readSnapshot(sequence?: number): Snapshot | undefined;
  /**
   * Entries after a sequence, in order, up to the newest of when it was called.
   * @throws JournalError at the first that is damaged, naming it, or if they have been dropped.
   */
  entriesAfter(sequence: number): Iterable<NumberedEntry>;
  close(): void;
}

/** The control plane's memory. Each method is durable when it returns. */
export interface Journal extends JournalReader {
  /**
   * Returns the entry's sequence. O(entry), and one turn of the disk.
   * @throws JournalError if it cannot be written; then nothing of it is in the journal. After
   *   "io-error" that is not known: each later call throws, until the journal is opened anew.
   */
  append(entry: JournalEntry): number;
  /** As `append` for all of them or none, in one turn of the disk; returns the last sequence. */
  appendAll(entries: readonly JournalEntry[]): number;
  /**
   * Of a sequence whose entry is here. Only the newest snapshots are kept, and the one at which
   * the entries begin.
   * @throws JournalError as `append`.
   */
  writeSnapshot(snapshot: Snapshot): void;
  /**
   * Drops entries that nobody needs: up to a snapshot that is not the newest, none after
   * `sequence`, and none at all while few could go. Returns how many went. O(dropped).
   * @throws JournalError as `append`.
   */
  compact(sequence: number): number;
  /**
   * Brings the copy beside the journal, from which `neuraxis restore` mends it, up to date.
   * O(entries since the last time).
   * @throws JournalError if an entry is damaged, or the copy cannot be written.
   */
  backUp(): void;
}
