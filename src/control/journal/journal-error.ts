/** Every way in which a journal fails, what it means and what to do. */
export const JOURNAL_ERRORS = {
  missing: {
    meaning: "There is no journal of this name.",
    cure: "Check the path. If it was here, `neuraxis restore` brings back what its copy holds.",
  },
  "not-a-journal": {
    meaning: "The file is empty, or is something else than a journal.",
    cure: "Check the path. If it was a journal, `neuraxis restore` mends it.",
  },
  "newer-version": {
    meaning: "A later version of Neuraxis wrote the file.",
    cure: "Install that version or a later one.",
  },
  locked: {
    meaning: "Another process writes this journal, or mends it.",
    cure: "End the other one first: after `neuraxis down --keep-workloads` work runs on.",
  },
  "not-permitted": {
    meaning: "The system does not let this user read or write the file or its folder.",
    cure: "Run as the user that owns it, or give that user the folder.",
  },
  "disk-full": {
    meaning: "There is no room on the disk; nothing of what was to be written is in the journal.",
    cure: "Make room, then try again.",
  },
  "io-error": {
    meaning: "The disk fails: the system cannot read or write the file.",
    cure: "Look at the system's log, save the folder to another disk, then start again.",
  },
  corrupt: {
    meaning: "A page of the file is not what SQLite wrote.",
    cure: "`neuraxis restore` keeps all that can be read, and tells what is lost.",
  },
  "damaged-entry": {
    meaning: "An entry, or what a journal begins with, is missing or not what was written.",
    cure: "`neuraxis restore` keeps all that can be read, and tells what is lost.",
  },
  "damaged-snapshot": {
    meaning: "A snapshot is not what was written.",
    cure: "`neuraxis restore` goes back to an older one and the entries after it.",
  },
  "damaged-head": {
    meaning: "The file that names the newest entry is not what was written.",
    cure: "`neuraxis restore` writes it anew.",
  },
  "cut-short": {
    meaning: "Entries that were written are no longer at the journal's end.",
    cure: "`neuraxis restore` goes on from those that are there, and tells what is lost.",
  },
  dropped: {
    meaning: "Entries were asked for that are older than those kept.",
    cure: "Begin at a snapshot.",
  },
  "half-restored": {
    meaning: "A restore was interrupted.",
    cure: "Run `neuraxis restore` again: it goes on where it was.",
  },
  "nothing-to-restore": {
    meaning: "Neither the journal nor its copy says how it began.",
    cure: "Move the journal's files away to begin anew; workloads that still run are found again.",
  },
} as const satisfies Readonly<Record<string, { meaning: string; cure: string }>>;

export type JournalErrorCode = keyof typeof JOURNAL_ERRORS;

/** A journal could not be read or written. The message names the file and the cure. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: JournalErrorCode;
  readonly file: string;
  /** What was found, without the file and the cure. */
  readonly detail: string;
  /** Of the entry or snapshot that it is about. */
  readonly sequence: number | undefined;

  /** `detail` says what was found, without a full stop. */
  constructor(
    code: JournalErrorCode,
    file: string,
    detail: string,
    { sequence, cause }: { readonly sequence?: number; readonly cause?: unknown } = {},
  ) {
    super(`${file}: ${detail}. ${JOURNAL_ERRORS[code].cure}`, { cause });
    this.code = code;
    this.file = file;
    this.detail = detail;
    this.sequence = sequence;
  }
}

/** Result codes of SQLite (https://www.sqlite.org/rescode.html); an extended one goes first. */
const SQLITE_CODES: Readonly<Record<number, JournalErrorCode>> = {
  1: "corrupt", // ERROR: a table or column that a journal has is not there
  3: "not-permitted", // PERM
  5: "locked", // BUSY
  6: "locked", // LOCKED
  8: "not-permitted", // READONLY
  10: "io-error", // IOERR
  11: "corrupt", // CORRUPT
  13: "disk-full", // FULL
  14: "not-permitted", // CANTOPEN
  17: "corrupt", // SCHEMA
  19: "corrupt", // CONSTRAINT
  20: "corrupt", // MISMATCH
  26: "not-a-journal", // NOTADB
  4874: "disk-full", // IOERR_SHMSIZE: no room for the log's index
};

const SYSTEM_CODES: Readonly<Record<string, JournalErrorCode>> = {
  EACCES: "not-permitted",
  EDQUOT: "disk-full",
  EISDIR: "not-a-journal",
  ENOENT: "missing",
  ENOSPC: "disk-full",
  ENOTDIR: "missing",
  EPERM: "not-permitted",
  EROFS: "not-permitted",
  // Numbers that no journal has, read where it has numbers.
  ERR_OUT_OF_RANGE: "corrupt",
};

/** Runs `work`; what the system or SQLite throws becomes a JournalError about the file. */
export function orJournalError<Value>(file: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw toJournalError(file, error);
  }
}

/** A fault of this program stays what it is. */
function toJournalError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof JournalError) return error;
  const { code, errcode, syscall } = error as Error & Partial<Record<string, unknown>>;
  const found =
    typeof errcode === "number"
      ? (SQLITE_CODES[errcode] ?? SQLITE_CODES[errcode & 0xff])
      : SYSTEM_CODES[String(code)];
  const isOutside = code === "ERR_SQLITE_ERROR" || syscall !== undefined || found !== undefined;
  if (!isOutside) return error;
  return new JournalError(found ?? "io-error", file, error.message, { cause: error });
}
