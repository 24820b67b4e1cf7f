import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

/** The files of a journal. All lie in one folder and are renamed within it. */
export interface JournalFiles {
  /** An SQLite database. */
  readonly main: string;
  /** SQLite's: what was committed last and is not in `main` yet. */
  readonly wal: string;
  /** SQLite's: an index of `wal`, made anew from it. */
  readonly shm: string;
  /** Held by the one process that writes. */
  readonly lock: string;
  /** Names the newest entry. */
  readonly head: string;
  /** A second journal, some time behind. */
  readonly copy: string;
  /** A file that is not whole yet. */
  readonly draft: string;
  /** A restored journal that is whole and is about to take the place of `main`. */
  readonly restored: string;
}

export function filesOf(main: string): JournalFiles {
  return {
    main,
    wal: `${main}-wal`,
    shm: `${main}-shm`,
    lock: `${main}-lock`,
    head: `${main}-head`,
    copy: `${main}-copy`,
    draft: `${main}-draft`,
    restored: `${main}-restored`,
  };
}

/** Makes the names of the files beside this one survive the machine's end. */
export function syncFolderOf(file: string): void {
  const descriptor = openSync(path.dirname(file), "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Gives a database that is whole, and closed, the name of another or a new name. After a power
 * loss the name means all of the one or of the other.
 */
export function moveIntoPlace(draft: string, file: string): void {
  syncFile(draft);
  // SQLite would take the log of the old file for the new one's.
  removeLog(file);
  renameSync(draft, file);
  syncFolderOf(file);
}

/** Removes what an interrupted attempt has left. */
export function removeDraft(draft: string): void {
  removeLog(draft);
  rmSync(draft, { force: true });
}

function removeLog(file: string): void {
  const { wal, shm } = filesOf(file);
  for (const left of [wal, shm]) rmSync(left, { force: true });
}

function syncFile(file: string): void {
  const descriptor = openSync(file, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
