import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { JournalError, orJournalError } from "./journal-error.ts";

/**
 * A lock that one process holds, and that ends with it, however it ends. It is SQLite's own lock
 * on an empty database, since Node has no flock; beside the journal rather than on it, so that
 * others may read the journal meanwhile.
 */
export class WriteLock {
  readonly #database: DatabaseSync;

  /** `file` is made if missing. @throws JournalError "locked", naming `main`, if another has it. */
  constructor(file: string, main: string) {
    this.#database = orJournalError(file, () => {
      closeSync(openSync(file, "a", 0o600));
      return new DatabaseSync(file, { timeout: 0 });
    });
    try {
      orJournalError(file, () =>
        // Nothing is ever written, so there is nothing to undo.
        this.#database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE"),
      );
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
