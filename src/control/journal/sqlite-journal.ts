import { existsSync } from "node:fs";
import { backUpJournal } from "./back-up.ts";
import {
  type Chain,
  type Link,
  linkAfter,
  originLink,
  parseSnapshot,
  readChain,
  readLinks,
  toSnapshotRow,
} from "./chain.ts";
import { HeadFile, readHead } from "./head-file.ts";
import { JournalError, orJournalError } from "./journal-error.ts";
import { filesOf, type JournalFiles, moveIntoPlace, removeDraft } from "./journal-files.ts";
import { createTables, JournalTables } from "./journal-tables.ts";
import type {
  Journal,
  JournalEntry,
  JournalOrigin,
  JournalReader,
  NumberedEntry,
  Snapshot,
} from "./journal.ts";
import { WriteLock } from "./write-lock.ts";

/**
 * Snapshots kept, the newest ones. Entries go only up to the older one, so that one damaged
 * snapshot costs no state.
 */
const SNAPSHOTS_KEPT = 2;

/** Fewer entries than this are not dropped: each time costs some turns of the disk. */
export const ENTRIES_DROPPED_MIN = 10_000;

/**
 * How often a control plane calls `backUp`, if something was written since. A copy can be a minute
 * behind, so a journal whose every page is lost costs a minute. It takes about as long as writing
 * the new entries once more, in a single turn of the disk: a minute of 100 entries a second is
 * some 30 ms.
 */
export const BACK_UP_INTERVAL_MS = 60_000;

/**
 * Opens a journal for its one writer, or makes it with this origin.
 * @throws JournalError if it cannot be read or written, if another process has it, or if its end
 *   is damaged; then nothing is changed. Damage elsewhere is found by who reads it.
 */
export function openJournal(
  file: string,
  { create }: { readonly create?: JournalOrigin } = {},
): Journal {
  const files = filesOf(file);
  const lock = new WriteLock(files.lock, file);
  try {
    refuseHalfRestored(files);
    if (!existsSync(file) && create !== undefined) createJournal(files, create);
    // Read only first: opened for writing, a damaged file would be changed, and its log removed.
    openSound(files).tables.close();
    const tables = new JournalTables(file);
    try {
      return new SqliteJournal(files, tables, lock);
    } catch (error) {
      tables.close();
      throw error;
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Opens a journal for reading, also while another process writes it. Changes nothing. */
export function readJournal(file: string): JournalReader {
  const { tables, chain } = openSound(filesOf(file));
  const origin = readOrigin(tables);
  return {
    origin,
    sequence: chain.end.sequence,
    droppedSequence: chain.base.sequence,
    readSnapshot: (sequence = chain.end.sequence) => readSnapshot(tables, sequence),
    entriesAfter: (sequence) => readEntries(tables, chain, sequence),
    close: () => tables.close(),
  };
}

class SqliteJournal implements Journal {
  readonly origin: JournalOrigin;
  readonly #files: JournalFiles;
  readonly #tables: JournalTables;
  readonly #lock: WriteLock;
  readonly #head: HeadFile;
  #chain: Chain;
  /** After it nobody knows what is on the disk. */
  #failure: JournalError | undefined;

  constructor(files: JournalFiles, tables: JournalTables, lock: WriteLock) {
    this.#files = files;
    this.#tables = tables;
    this.#lock = lock;
    this.#chain = readChain(tables);
    this.origin = readOrigin(tables);
    this.#head = new HeadFile(files.head, this.#chain.end);
  }

  get sequence(): number {
    return this.#chain.end.sequence;
  }

  get droppedSequence(): number {
    return this.#chain.base.sequence;
  }

  append(entry: JournalEntry): number {
    return this.appendAll([entry]);
  }

  appendAll(entries: readonly JournalEntry[]): number {
    let { end } = this.#chain;
    this.#write(() => {
      for (const entry of entries) {
        const body = JSON.stringify(entry);
        end = linkAfter(end, body);
        this.#tables.writeEntry({ ...end, body });
      }
    });
    this.#chain = { ...this.#chain, end };
    this.#head.write(end);
    return end.sequence;
  }

  writeSnapshot({ sequence, state }: Snapshot): void {
    const { base, end } = this.#chain;
    if (sequence === base.sequence) return; // Its entries begin with that state.
    if (!(sequence > base.sequence && sequence <= end.sequence)) {
      throw new RangeError(`no entry ${sequence} to take a snapshot after`);
    }
    const link = sequence === end.sequence ? end : this.#tables.readEntry(sequence);
    if (link === undefined) throw new RangeError(`entry ${sequence} is missing`);
    const row = toSnapshotRow(link, state);
    this.#write(() => {
      this.#tables.writeSnapshot(row);
      const older = this.#tables.snapshotSequences().slice(0, -SNAPSHOTS_KEPT);
      for (const old of older) if (old !== base.sequence) this.#tables.dropSnapshot(old);
    });
  }

  readSnapshot(sequence = this.sequence): Snapshot | undefined {
    return readSnapshot(this.#tables, sequence);
  }

  entriesAfter(sequence: number): Iterable<NumberedEntry> {
    return readEntries(this.#tables, this.#chain, sequence);
  }

  compact(sequence: number): number {
    const { base } = this.#chain;
    const snapshots = this.#tables.snapshotSequences().slice(0, 1 - SNAPSHOTS_KEPT);
    const last = snapshots.findLast((snapshot) => snapshot <= sequence) ?? 0;
    const dropped = last - base.sequence;
    if (dropped < ENTRIES_DROPPED_MIN) return 0;
    this.#write(() => {
      this.#tables.dropEntriesUpTo(last);
      for (const old of snapshots) if (old < last) this.#tables.dropSnapshot(old);
    });
    this.#chain = readChain(this.#tables);
    return dropped;
  }

  backUp(): void {
    backUpJournal(this.#files, this.#tables, this.#chain);
  }

  close(): void {
    this.#tables.close();
    this.#head.close();
    this.#lock.release();
  }

  #write(work: () => void): void {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      this.#tables.transact(work);
    } catch (error) {
      if (error instanceof JournalError && error.code === "io-error") this.#failure = error;
      throw error;
    }
  }
}

/** Opens the tables read only and compares their end with what the head file says. */
function openSound(files: JournalFiles): { tables: JournalTables; chain: Chain } {
  refuseHalfRestored(files);
  // Before the tables: a writer may be ahead of what it said, never behind.
  const head = readHead(files.head);
  const tables = new JournalTables(files.main, { isReadOnly: true });
  try {
    tables.holdView();
    const chain = readChain(tables);
    compareEnd(tables, chain, head);
    return { tables, chain };
  } catch (error) {
    tables.close();
    throw error;
  }
}

/** The last entry has to be what was written, and not before the one that the head file names. */
function compareEnd(tables: JournalTables, chain: Chain, head: Link | undefined): void {
  const { base, end } = chain;
  readLinks(tables, chain, Math.max(base.sequence, end.sequence - 1)).next();
  if (head === undefined || head.sequence < base.sequence) return;
  if (head.sequence > end.sequence) {
    const detail = `it ends at entry ${end.sequence}, but entry ${head.sequence} was written`;
    throw new JournalError("cut-short", tables.file, detail, { sequence: end.sequence + 1 });
  }
  const { sequence } = head;
  const stored = sequence === base.sequence ? base : tables.readEntry(sequence);
  if (stored?.digest === head.digest) return;
  const detail = `entry ${sequence} is another one than was written`;
  throw new JournalError("damaged-entry", tables.file, detail, { sequence });
}

/** Whole or not at all: a file of the journal's name always begins with an origin. */
function createJournal({ main, head, copy, draft }: JournalFiles, origin: JournalOrigin): void {
  for (const left of [head, copy]) {
    if (!existsSync(left)) continue;
    throw new JournalError("missing", main, `the journal is gone, but ${left} is there`);
  }
  const body = JSON.stringify(origin);
  orJournalError(main, () => {
    removeDraft(draft);
    createTables(draft, { body, digest: originLink(body).digest }).close();
    moveIntoPlace(draft, main);
  });
}

function refuseHalfRestored({ main, restored }: JournalFiles): void {
  if (!existsSync(restored)) return;
  throw new JournalError("half-restored", main, `${restored} has not taken its place yet`);
}

function readOrigin(tables: JournalTables): JournalOrigin {
  return JSON.parse(String(tables.readOrigin()?.body)) as JournalOrigin;
}

function readSnapshot(tables: JournalTables, sequence: number): Snapshot | undefined {
  const newest = tables.snapshotSequences().findLast((snapshot) => snapshot <= sequence);
  const row = newest === undefined ? undefined : tables.readSnapshot(newest);
  return row === undefined ? undefined : parseSnapshot(tables, row);
}

function* readEntries(
  tables: JournalTables,
  chain: Chain,
  after: number,
): Generator<NumberedEntry, void, undefined> {
  for (const { sequence, body } of readLinks(tables, chain, after)) {
    yield { sequence, entry: JSON.parse(body) as JournalEntry };
  }
}
