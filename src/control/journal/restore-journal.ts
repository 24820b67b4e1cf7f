import { existsSync, renameSync, rmSync } from "node:fs";
import type { Link } from "./chain.ts";
import { readHead } from "./head-file.ts";
import { JournalError, type JournalErrorCode, orJournalError } from "./journal-error.ts";
import {
  filesOf,
  type JournalFiles,
  moveIntoPlace,
  removeDraft,
  syncFolderOf,
} from "./journal-files.ts";
import { createTables, JournalTables } from "./journal-tables.ts";
import type { JournalEntry } from "./journal.ts";
import { entryAfter, findSnapshot, type Salvage, salvage } from "./salvage.ts";
import { readJournal } from "./sqlite-journal.ts";
import { WriteLock } from "./write-lock.ts";

/** From one entry to another, both included. */
export interface EntryRange {
  readonly first: number;
  readonly last: number;
}

/** What a restore did. */
export interface RestoreReport {
  /** The journal: sound now. */
  readonly file: string;
  /** Where the damaged one is now, whole; absent if nothing was done. */
  readonly damagedFile?: string;
  /** Why it had to be restored; empty if it was sound, and nothing was done. */
  readonly faults: readonly string[];
  /** The journal's state is that after this entry; 0 is a journal without entries. */
  readonly sequence: number;
  /** When that entry was written, in milliseconds since 1970. */
  readonly lastMs?: number;
  /** Entries that are in the journal. */
  readonly kept?: EntryRange;
  /** Entries after `sequence` that are known to have been written. */
  readonly lost?: EntryRange;
  /** Older entries that are not in the journal any more: a snapshot stands for them. */
  readonly historyLost?: EntryRange;
  /** Sequences of snapshots, ascending. */
  readonly snapshotsLost: readonly number[];
}

/** With these a restore would do harm, or cannot help. */
const HINDRANCES: ReadonlySet<JournalErrorCode> = new Set([
  "newer-version",
  "locked",
  "not-permitted",
  "disk-full",
]);

/**
 * Makes a sound journal of all that the journal's file and its copy hold, and keeps the damaged
 * one beside it. A sound one is left as it is. What was interrupted goes on when it is called
 * again. O(entries).
 * @throws JournalError if another process has the journal, if the disk is full or fails, or with
 *   "nothing-to-restore"; then the files are as they were.
 */
export function restoreJournal(file: string): RestoreReport {
  const files = filesOf(file);
  const lock = new WriteLock(files.lock, file);
  try {
    return orJournalError(file, () => {
      if (existsSync(files.restored)) return takeItsPlace(files);
      const { faults, report } = examine(file);
      if (report !== undefined) return report;
      writeRestored(files, faults);
      return takeItsPlace(files);
    });
  } finally {
    lock.release();
  }
}

/** Reads all of a journal: its faults, or a report that there are none. */
function examine(file: string): {
  readonly faults: readonly string[];
  readonly report?: RestoreReport;
} {
  const faults: string[] = [];
  const attempt = <Value>(work: () => Value): Value | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof JournalError) || HINDRANCES.has(error.code)) throw error;
      faults.push(`${error.file}: ${error.detail}`);
      return undefined;
    }
  };
  const journal = attempt(() => readJournal(file));
  if (journal === undefined) return { faults };
  const { sequence, droppedSequence } = journal;
  try {
    attempt(() => journal.readSnapshot());
    let lastMs: number | undefined;
    attempt(() => {
      for (const { entry } of journal.entriesAfter(droppedSequence)) lastMs = entry.nowMs;
    });
    if (faults.length > 0) return { faults };
    const kept = rangeOf(droppedSequence + 1, sequence);
    const found = { ...(kept && { kept }), ...(lastMs !== undefined && { lastMs }) };
    return { faults, report: { file, faults, sequence, ...found, snapshotsLost: [] } };
  } finally {
    journal.close();
  }
}

/** Writes all that can be saved into a file of its own, with the report. */
function writeRestored(files: JournalFiles, faults: readonly string[]): void {
  const sources = [files.main, files.copy].flatMap(openSource);
  try {
    const saved = salvage(sources);
    if (saved === undefined) {
      const detail = "neither the journal nor its copy can be read from its beginning";
      throw new JournalError("nothing-to-restore", files.main, detail, { cause: faults });
    }
    removeDraft(files.draft);
    const tables = createTables(files.draft, saved.origin);
    try {
      tables.transact(() => {
        const lastMs = copyEntries(sources, saved, tables);
        for (const sequence of saved.snapshots) {
          const row = findSnapshot(sources, sequence);
          if (row !== undefined) tables.writeSnapshot(row);
        }
        tables.writeRestore(JSON.stringify(reportOf(files, faults, saved, lastMs)));
      });
    } finally {
      tables.close();
    }
    moveIntoPlace(files.draft, files.restored);
  } finally {
    for (const source of sources) source.close();
  }
}

function openSource(file: string): JournalTables[] {
  try {
    return [new JournalTables(file, { isReadOnly: true })];
  } catch (error) {
    if (error instanceof JournalError && !HINDRANCES.has(error.code)) return [];
    throw error;
  }
}

/** Returns the time of the last one. */
function copyEntries(
  sources: readonly JournalTables[],
  { base, end }: Salvage,
  tables: JournalTables,
): number | undefined {
  let link: Link = base;
  let last: string | undefined;
  while (link.sequence < end.sequence) {
    const row = entryAfter(sources, link);
    if (row === undefined) throw new Error(`entry ${link.sequence + 1} was readable before`);
    tables.writeEntry(row);
    link = row;
    last = row.body;
  }
  return last === undefined ? undefined : (JSON.parse(last) as JournalEntry).nowMs;
}

function reportOf(
  files: JournalFiles,
  faults: readonly string[],
  saved: Salvage,
  lastMs: number | undefined,
): RestoreReport {
  const { base, end, oldest, snapshotsLost } = saved;
  const newest = Math.max(saved.newest, knownHead(files)?.sequence ?? 0);
  const kept = rangeOf(base.sequence + 1, end.sequence);
  const lost = rangeOf(end.sequence + 1, newest);
  const historyLost = rangeOf(oldest, base.sequence);
  return {
    file: files.main,
    damagedFile: freeName(files.main),
    faults,
    sequence: end.sequence,
    ...(lastMs !== undefined && { lastMs }),
    ...(kept && { kept }),
    ...(lost && { lost }),
    ...(historyLost && { historyLost }),
    snapshotsLost,
  };
}

function rangeOf(first: number, last: number): EntryRange | undefined {
  return first <= last ? { first, last } : undefined;
}

function knownHead({ head }: JournalFiles): Link | undefined {
  try {
    return readHead(head);
  } catch {
    return undefined; // Damaged, which is one of the faults.
  }
}

/** A name beside the journal that none of its files has. */
function freeName(file: string): string {
  for (let number = 1; ; number += 1) {
    const name = `${file}.damaged-${number}`;
    const { main, wal, head } = filesOf(name);
    if (![main, wal, head].some((taken) => existsSync(taken))) return name;
  }
}

/** Moves the damaged files away and the restored one in; done in part, it does the rest. */
function takeItsPlace(files: JournalFiles): RestoreReport {
  const restored = new JournalTables(files.restored);
  const report = JSON.parse(String(restored.readRestore())) as RestoreReport;
  restored.close();
  const away = filesOf(report.damagedFile ?? freeName(files.main));
  for (const part of ["main", "wal", "head"] as const) {
    if (existsSync(files[part])) renameSync(files[part], away[part]);
  }
  rmSync(files.shm, { force: true });
  syncFolderOf(files.main);
  moveIntoPlace(files.restored, files.main);
  return report;
}
