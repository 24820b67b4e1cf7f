import { accessSync, closeSync, constants, openSync, statSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { JournalError, orJournalError } from "./journal-error.ts";

/** "NrxJ", in the header of every journal. */
const APPLICATION_ID = 0x4e72784a;
/** Goes up when a program of an older version would misunderstand the tables. */
const TABLES_VERSION = 1;
/** How long others may keep SQLite's own locks; a reader holds one for moments. */
const BUSY_MS = 5000;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  BEGIN;
  CREATE TABLE origin (id INTEGER PRIMARY KEY CHECK (id = 0), body TEXT NOT NULL,
    digest TEXT NOT NULL) STRICT;
  CREATE TABLE entries (sequence INTEGER PRIMARY KEY, body TEXT NOT NULL,
    digest TEXT NOT NULL) STRICT;
  CREATE TABLE snapshots (sequence INTEGER PRIMARY KEY, chain TEXT NOT NULL,
    encoding TEXT NOT NULL, state BLOB NOT NULL, digest TEXT NOT NULL) STRICT;
  CREATE TABLE restores (number INTEGER PRIMARY KEY, report TEXT NOT NULL) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${TABLES_VERSION};
  COMMIT;
`;

/** Bodies are JSON. A damaged file may hold other types in any field but the sequence. */
export interface EntryRow {
  readonly sequence: number;
  readonly body: string;
  readonly digest: string;
}

export interface SnapshotRow {
  readonly sequence: number;
  /** Digest of the entry of this sequence. */
  readonly chain: string;
  /** "json" or "deflate". */
  readonly encoding: string;
  readonly state: Uint8Array;
  /** Over all of these. */
  readonly digest: string;
}

export interface OriginRow {
  /** JSON. */
  readonly body: string;
  readonly digest: string;
}

/** Makes a file of tables without entries, which must not exist, with mode 0600. */
export function createTables(file: string, { body, digest }: OriginRow): JournalTables {
  return orJournalError(file, () => {
    closeSync(openSync(file, "wx", 0o600));
    const database = new DatabaseSync(file);
    try {
      database.exec(SCHEMA);
      database.prepare("INSERT INTO origin (id, body, digest) VALUES (0, ?, ?)").run(body, digest);
    } finally {
      database.close();
    }
    return new JournalTables(file);
  });
}

/** The tables of one file. Every method throws JournalError where the file or the disk fails. */
export class JournalTables {
  readonly file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /** Opens an existing file; read only, it stays as it is to the last bit. */
  constructor(file: string, { isReadOnly = false }: { readonly isReadOnly?: boolean } = {}) {
    this.file = file;
    this.#database = orJournalError(file, () => {
      const stats = statSync(file);
      if (!stats.isFile()) throw new JournalError("not-a-journal", file, "it is no regular file");
      if (stats.size === 0) throw new JournalError("not-a-journal", file, "the file is empty");
      accessSync(file, isReadOnly ? constants.R_OK : constants.R_OK | constants.W_OK);
      return new DatabaseSync(file, { readOnly: isReadOnly, timeout: BUSY_MS });
    });
    try {
      this.#checkVersion();
      // FULL: a commit returns when it is on the disk. What a file's schema says is not trusted.
      this.#execute("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;");
      if (!isReadOnly) this.#execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  /** From now on reads see the file as it is now, whatever others write. */
  holdView(): void {
    this.#execute("BEGIN; SELECT count(*) FROM origin");
  }

  readOrigin(): OriginRow | undefined {
    return this.#get("SELECT body, digest FROM origin WHERE id = 0") as OriginRow | undefined;
  }

  /** Sequences of the first and of the last entry. */
  entryRange(): { readonly first: number; readonly last: number } | undefined {
    const sql = `SELECT (SELECT min(sequence) FROM entries) AS first,
      (SELECT max(sequence) FROM entries) AS last`;
    const { first, last } = this.#get(sql) as { first: number | null; last: number | null };
    return first === null || last === null ? undefined : { first, last };
  }

  readEntry(sequence: number): EntryRow | undefined {
    const sql = "SELECT sequence, body, digest FROM entries WHERE sequence = ?";
    return this.#get(sql, sequence) as EntryRow | undefined;
  }

  /** At most `limit` entries after a sequence; those before the first that cannot be read. */
  readEntries(
    after: number,
    limit: number,
  ): { readonly rows: readonly EntryRow[]; readonly error?: JournalError } {
    const sql =
      "SELECT sequence, body, digest FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ?";
    const rows: EntryRow[] = [];
    try {
      orJournalError(this.file, () => {
        for (const row of this.#prepare(sql).iterate(after, limit)) {
          rows.push(row as unknown as EntryRow);
        }
      });
    } catch (error) {
      if (error instanceof JournalError) return { rows, error };
      throw error;
    }
    return { rows };
  }

  writeEntry({ sequence, body, digest }: EntryRow): void {
    this.#run(
      "INSERT INTO entries (sequence, body, digest) VALUES (?, ?, ?)",
      sequence,
      body,
      digest,
    );
  }

  dropEntriesUpTo(sequence: number): void {
    this.#run("DELETE FROM entries WHERE sequence <= ?", sequence);
  }

  /** Ascending. */
  snapshotSequences(): number[] {
    return orJournalError(this.file, () => {
      const rows = this.#prepare("SELECT sequence FROM snapshots ORDER BY sequence").all();
      return rows.map(({ sequence }) => Number(sequence));
    });
  }

  readSnapshot(sequence: number): SnapshotRow | undefined {
    const sql = "SELECT sequence, chain, encoding, state, digest FROM snapshots WHERE sequence = ?";
    return this.#get(sql, sequence) as SnapshotRow | undefined;
  }

  writeSnapshot({ sequence, chain, encoding, state, digest }: SnapshotRow): void {
    this.#run(
      `INSERT OR REPLACE INTO snapshots (sequence, chain, encoding, state, digest)
        VALUES (?, ?, ?, ?, ?)`,
      sequence,
      chain,
      encoding,
      state,
      digest,
    );
  }

  dropSnapshot(sequence: number): void {
    this.#run("DELETE FROM snapshots WHERE sequence = ?", sequence);
  }

  /** What a restore reported of this file, the last one. */
  readRestore(): string | undefined {
    const sql = "SELECT report FROM restores ORDER BY number DESC LIMIT 1";
    return (this.#get(sql) as { report: string } | undefined)?.report;
  }

  writeRestore(report: string): void {
    this.#run("INSERT INTO restores (report) VALUES (?)", report);
  }

  /** All that `work` writes, or nothing. */
  transact(work: () => void): void {
    this.#execute("BEGIN IMMEDIATE");
    try {
      work();
      this.#execute("COMMIT");
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  /** After some errors SQLite has done it already; if it fails, the first error says more. */
  #rollBack(): void {
    try {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
    } catch {
      // The next transaction cannot begin then, and says so.
    }
  }

  #checkVersion(): void {
    if (this.#pragma("application_id") !== APPLICATION_ID) {
      throw new JournalError("not-a-journal", this.file, "this database is no journal");
    }
    const version = this.#pragma("user_version");
    if (version > TABLES_VERSION) {
      const detail = `the journal has version ${version}, this program reads ${TABLES_VERSION}`;
      throw new JournalError("newer-version", this.file, detail);
    }
    if (version < TABLES_VERSION) {
      throw new JournalError("corrupt", this.file, `no journal has version ${version}`);
    }
  }

  #pragma(name: "application_id" | "user_version"): number {
    return (this.#get(`PRAGMA ${name}`) as Record<string, number>)[name];
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #get(sql: string, ...values: number[]): unknown {
    return orJournalError(this.file, () => this.#prepare(sql).get(...values));
  }

  #run(sql: string, ...values: (number | string | Uint8Array)[]): void {
    orJournalError(this.file, () => this.#prepare(sql).run(...values));
  }

  #execute(sql: string): void {
    orJournalError(this.file, () => this.#database.exec(sql));
  }
}
