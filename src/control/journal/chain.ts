import { createHash, hash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { JournalError } from "./journal-error.ts";
import type { EntryRow, JournalTables, SnapshotRow } from "./journal-tables.ts";
import type { Snapshot } from "./journal.ts";

/**
 * Each entry has a digest over its text and the digest before it, the first over the origin's:
 *
 *     origin ──► 1 ──► 2 ──► … ──► n        a snapshot repeats the digest of its entry,
 *                      └─ snapshot          so that a chain may begin at one
 *
 * So no bit of an entry changes, and none is left out or put in, without the next link not fitting.
 * It tells damage; it is no defence against an adversary, who can compute digests too.
 */
export interface Link {
  readonly sequence: number;
  /** SHA-256, 64 hexadecimal digits. */
  readonly digest: string;
}

/** Where a journal's entries begin and end. */
export interface Chain {
  readonly origin: Link;
  /** What the first entry follows: the origin, or a snapshot if earlier entries were dropped. */
  readonly base: Link;
  readonly end: Link;
}

/** Rows that are read at a time. */
const ROWS_AT_ONCE = 256;

/** A longer state is not believed: bytes, from less than a thousandth of it if deflated. */
const STATE_BYTES_MAX = 2 ** 30;
/** A state below so many bytes is stored as it is. */
const DEFLATED_BYTES_MIN = 1024;

export function linkAfter(previous: Link, body: string): Link {
  const sequence = previous.sequence + 1;
  return { sequence, digest: hash("sha256", `${previous.digest}\n${sequence}\n${body}`) };
}

/** The link of a journal's origin. */
export function originLink(body: string): Link {
  return { sequence: 0, digest: hash("sha256", `origin\n${body}`) };
}

/** What the tables say of the chain's ends. @throws JournalError if they do not fit together. */
export function readChain(tables: JournalTables): Chain {
  const row = tables.readOrigin();
  const origin = originLink(String(row?.body));
  if (row?.digest !== origin.digest) {
    throw new JournalError("damaged-entry", tables.file, "what the journal begins with is damaged");
  }
  const entries = tables.entryRange();
  const newest = tables.snapshotSequences().at(-1);
  const base = readBase(tables, origin, entries === undefined ? newest : entries.first - 1);
  const end = entries === undefined ? base : storedLink(tables, entries.last);
  if (newest !== undefined && newest > end.sequence) {
    const detail = `it ends at entry ${end.sequence}, before its snapshot of entry ${newest}`;
    throw new JournalError("cut-short", tables.file, detail, { sequence: end.sequence + 1 });
  }
  return { origin, base, end };
}

function readBase(tables: JournalTables, origin: Link, sequence = 0): Link {
  if (sequence === 0) return origin;
  const row = tables.readSnapshot(sequence);
  if (row !== undefined) return { sequence, digest: checkSnapshot(tables, row).chain };
  const detail = `entry ${sequence} is missing`;
  throw new JournalError("damaged-entry", tables.file, detail, { sequence });
}

function storedLink(tables: JournalTables, sequence: number): Link {
  const row = tables.readEntry(sequence);
  if (row !== undefined) return row;
  const detail = `entry ${sequence} is missing`;
  throw new JournalError("damaged-entry", tables.file, detail, { sequence });
}

/**
 * Entries after a sequence up to the chain's end, each compared with its digest.
 * @throws JournalError at the first that cannot be read, is missing or damaged; those before it
 *   are given out first.
 */
export function* readLinks(
  tables: JournalTables,
  { base, end }: Chain,
  after: number,
): Generator<EntryRow, void, undefined> {
  if (after < base.sequence) {
    const detail = `entries up to ${base.sequence} were dropped`;
    throw new JournalError("dropped", tables.file, detail, { sequence: base.sequence });
  }
  if (after >= end.sequence) return;
  let previous = after === base.sequence ? base : storedLink(tables, after);
  while (previous.sequence < end.sequence) {
    const sequence = previous.sequence + 1;
    const { rows, error } = tables.readEntries(previous.sequence, ROWS_AT_ONCE);
    for (const row of rows) {
      if (previous.sequence === end.sequence) return;
      checkEntry(tables, row, previous);
      previous = { sequence: row.sequence, digest: row.digest };
      yield row;
    }
    if (error !== undefined) {
      const failed = previous.sequence + 1;
      const detail = `entry ${failed} cannot be read: ${error.detail}`;
      throw new JournalError(error.code, tables.file, detail, { sequence: failed, cause: error });
    }
    if (rows.length === 0) {
      const detail = `entry ${sequence} is missing`;
      throw new JournalError("damaged-entry", tables.file, detail, { sequence });
    }
  }
}

function checkEntry(tables: JournalTables, row: EntryRow, previous: Link): void {
  const sequence = previous.sequence + 1;
  const isMissing = row.sequence !== sequence;
  if (!isMissing && linkAfter(previous, row.body).digest === row.digest) return;
  const detail = `entry ${sequence} is ${isMissing ? "missing" : "not what was written"}`;
  throw new JournalError("damaged-entry", tables.file, detail, { sequence });
}

/** A row for this snapshot, which is of the state after `link`. */
export function toSnapshotRow(link: Link, state: unknown): SnapshotRow {
  const text = Buffer.from(JSON.stringify(state));
  const deflated = text.length < DEFLATED_BYTES_MIN ? text : deflateSync(text, { level: 1 });
  const isDeflated = deflated.length < text.length;
  const row = {
    sequence: link.sequence,
    chain: link.digest,
    encoding: isDeflated ? "deflate" : "json",
    state: isDeflated ? deflated : text,
  };
  return { ...row, digest: snapshotDigest(row) };
}

/** @throws JournalError "damaged-snapshot" if it is not what was written. */
export function parseSnapshot(tables: JournalTables, row: SnapshotRow): Snapshot {
  const { sequence, encoding, state } = checkSnapshot(tables, row);
  const text =
    encoding === "deflate" ? inflateSync(state, { maxOutputLength: STATE_BYTES_MAX }) : state;
  return { sequence, state: JSON.parse(Buffer.from(text).toString()) as unknown };
}

/** The row, if it is what was written. @throws JournalError "damaged-snapshot". */
export function checkSnapshot(tables: JournalTables, row: SnapshotRow): SnapshotRow {
  if (isSound(row)) return row;
  const { sequence } = row;
  const detail = `the snapshot of entry ${sequence} is not what was written`;
  throw new JournalError("damaged-snapshot", tables.file, detail, { sequence });
}

export function isSound(row: SnapshotRow): boolean {
  return row.state instanceof Uint8Array && snapshotDigest(row) === row.digest;
}

function snapshotDigest({ sequence, chain, encoding, state }: Omit<SnapshotRow, "digest">): string {
  const digest = createHash("sha256").update(`snapshot\n${chain}\n${sequence}\n${encoding}\n`);
  return digest.update(state).digest("hex");
}
