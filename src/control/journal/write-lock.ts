import { closeSync, existsSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { JournalError, orJournalError } from "./journal-error.ts";

/**
 * A lock that one process holds, and that ends with it, however it ends. It is SQLite's own lock
 * on an empty database, since Node has no flock; beside the journal rather than on it, so that
 * others may read the journal meanwhile.
 */
export class WriteLock {
  readonly #database: DatabaseSync;

  /** `file` is made if missing. @throws JournalError about `main`: "locked" if another has it. */
  constructor(file: string, main: string) {
    this.#database = orJournalError(main, () => {
      // An existing file is not opened here: closing it would end a lock of this process.
      if (!existsSync(file)) closeSync(openSync(file, "a", 0o600));
      return new DatabaseSync(file, { timeout: 0 });
    });
    try {
      // Nothing is ever written to it, so no file is needed to take that back.
      const begin = "PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE";
      orJournalError(main, () => this.#database.exec(begin));
    } catch (error) {
      this.#database.close();
      if (!(error instanceof JournalError) || error.code !== "locked") throw error;
      const { cause } = error;
      throw new JournalError("locked", main, "another process writes this journal", { cause });
    }
  }

  release(): void {
    this.#database.close();
  }
}
