import { existsSync } from "node:fs";
import { type Chain, checkSnapshot, readChain, readLinks } from "./chain.ts";
import { JournalError, type JournalErrorCode, orJournalError } from "./journal-error.ts";
import { type JournalFiles, moveIntoPlace, removeDraft } from "./journal-files.ts";
import { createTables, JournalTables } from "./journal-tables.ts";

/** With these a copy is made anew. */
const DAMAGES: ReadonlySet<JournalErrorCode> = new Set([
  "not-a-journal",
  "corrupt",
  "damaged-entry",
  "damaged-snapshot",
  "cut-short",
]);

/**
 * Writes what is new into the copy, which is a journal of its own. SQLite's own ways of copying
 * (VACUUM INTO, the backup API) copy everything each time, damage included. This one costs what is
 * new, reads through the chain of digests, and leaves the copy as it is if an entry is damaged.
 */
export function backUpJournal(files: JournalFiles, tables: JournalTables, chain: Chain): void {
  const { copy, draft } = files;
  const known = existsSync(copy) ? openCopy(copy, tables, chain) : undefined;
  if (known !== undefined) {
    bringUpToDate(known.copy, tables, chain, known.end);
    return;
  }
  orJournalError(copy, () => {
    removeDraft(draft);
    const origin = tables.readOrigin();
    if (origin === undefined) throw new JournalError("damaged-entry", tables.file, "no origin");
    bringUpToDate(createTables(draft, origin), tables, chain, chain.base.sequence);
    moveIntoPlace(draft, copy);
  });
}

/** The copy and its last sequence; nothing if it is damaged, or the journal does not go on from it. */
function openCopy(
  file: string,
  tables: JournalTables,
  chain: Chain,
): { readonly copy: JournalTables; readonly end: number } | undefined {
  let copy: JournalTables | undefined;
  try {
    copy = new JournalTables(file);
    const { origin, end } = readChain(copy);
    const own = end.sequence === chain.base.sequence ? chain.base : tables.readEntry(end.sequence);
    if (origin.digest === chain.origin.digest && own?.digest === end.digest) {
      return { copy, end: end.sequence };
    }
  } catch (error) {
    copy?.close();
    if (!(error instanceof JournalError && DAMAGES.has(error.code))) throw error;
    return undefined;
  }
  copy.close();
  return undefined;
}

/** Closes the copy. */
function bringUpToDate(
  copy: JournalTables,
  tables: JournalTables,
  chain: Chain,
  after: number,
): void {
  try {
    const snapshots = tables.snapshotSequences();
    const copied = copy.snapshotSequences();
    copy.transact(() => {
      for (const row of readLinks(tables, chain, after)) copy.writeEntry(row);
      for (const sequence of snapshots) {
        const row = copied.includes(sequence) ? undefined : tables.readSnapshot(sequence);
        if (row !== undefined) copy.writeSnapshot(checkSnapshot(tables, row));
      }
      for (const old of copied) if (!snapshots.includes(old)) copy.dropSnapshot(old);
      copy.dropEntriesUpTo(chain.base.sequence);
    });
  } finally {
    copy.close();
  }
}
