import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { hash } from "node:crypto";
import { JournalError, orJournalError } from "./journal-error.ts";
import { syncFolderOf } from "./journal-files.ts";
import type { Link } from "./chain.ts";

const CHECK_DIGITS = 16;

/**
 * A witness of the newest entry, outside the database. SQLite takes a damaged end of its log for
 * one that was never committed and goes on without; only somebody else can tell. It is written
 * after each commit and handed to the system, not to the disk: it survives the end of the process,
 * and after a power loss it may lag. It is never ahead of what was committed.
 */
export class HeadFile {
  readonly #descriptor: number;

  /** Opens the file, or makes it, and puts it on the disk. */
  constructor(file: string, newest: Link) {
    this.#descriptor = orJournalError(file, () =>
      openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600),
    );
    orJournalError(file, () => {
      writeSync(this.#descriptor, formatHead(newest), 0);
      fsyncSync(this.#descriptor);
      syncFolderOf(file);
    });
  }

  /**
   * In one write of always the same length, which the end of the process does not divide. The
   * entry is in the journal already: if the system refuses, the file lags, and says what is true.
   */
  write(newest: Link): void {
    try {
      writeSync(this.#descriptor, formatHead(newest), 0);
    } catch {
      // The next write says it again.
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** What the file says; `undefined` if there is none. @throws JournalError "damaged-head". */
export function readHead(file: string): Link | undefined {
  if (!existsSync(file)) return undefined;
  const text = orJournalError(file, () => readFileSync(file, "latin1"));
  const [sequence, digest = ""] = text.split(" ");
  const newest = { sequence: Number(sequence), digest };
  if (text === formatHead(newest)) return newest;
  throw new JournalError("damaged-head", file, "it does not say what was written to it");
}

function formatHead({ sequence, digest }: Link): string {
  const said = `${String(sequence).padStart(16, "0")} ${digest}`;
  return `${said} ${hash("sha256", said).slice(0, CHECK_DIGITS)}\n`;
}
