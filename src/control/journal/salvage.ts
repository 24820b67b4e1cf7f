import { isSound, type Link, linkAfter, originLink } from "./chain.ts";
import { JournalError } from "./journal-error.ts";
import type { EntryRow, JournalTables, OriginRow, SnapshotRow } from "./journal-tables.ts";

/** The longest way to the latest state that what can be read still holds. */
export interface Salvage {
  readonly origin: OriginRow;
  /** The origin, or the snapshot at which the entries begin. */
  readonly base: Link;
  /** The last entry, or the base itself. */
  readonly end: Link;
  /** Sound ones from `base` to `end`, ascending. */
  readonly snapshots: readonly number[];
  /** Ascending. */
  readonly snapshotsLost: readonly number[];
  /** Sequences of the oldest and the newest entry that any source still knows of. */
  readonly oldest: number;
  readonly newest: number;
}

/**
 * Looks through journals of one home, the most trusted first. An entry may come from any of them:
 * the chain says whether it belongs. `undefined` if none has a sound origin. O(entries).
 */
export function salvage(sources: readonly JournalTables[]): Salvage | undefined {
  const origin = firstOf(sources, (source) => {
    const row = source.readOrigin();
    return row !== undefined && originLink(row.body).digest === row.digest ? row : undefined;
  });
  if (origin === undefined) return undefined;
  const listed = listSnapshots(sources);
  const rows = listed.map((sequence) => findSnapshot(sources, sequence));
  const links = rows.flatMap((row) =>
    row === undefined ? [] : [{ sequence: row.sequence, digest: row.chain }],
  );
  const run = findLongest(sources, [originLink(origin.body), ...links]);
  const sequences = links.map(({ sequence }) => sequence);
  const ranges = tryEach(sources, (source) => source.entryRange());
  return {
    origin,
    ...run,
    snapshots: sequences.filter(
      (sequence) => sequence >= run.base.sequence && sequence <= run.end.sequence,
    ),
    snapshotsLost: listed.filter((sequence) => !sequences.includes(sequence)),
    oldest: Math.min(run.base.sequence + 1, ...ranges.map(({ first }) => first)),
    newest: Math.max(run.end.sequence, ...listed, ...ranges.map(({ last }) => last)),
  };
}

/** The entry that follows this link in any source; nothing if none that can be read does. */
export function entryAfter(sources: readonly JournalTables[], link: Link): EntryRow | undefined {
  const sequence = link.sequence + 1;
  return firstOf(sources, (source) => {
    const row = source.readEntry(sequence);
    if (row === undefined) return undefined;
    const { digest } = linkAfter(link, row.body);
    if (digest === row.digest) return row;
    // If the next entry goes on from this text, it is the stored digest that is damaged.
    const isFollowed = hasEntryAfter(sources, { sequence, digest });
    return isFollowed ? { sequence, body: row.body, digest } : undefined;
  });
}

/** A sound snapshot of this sequence in any source. */
export function findSnapshot(
  sources: readonly JournalTables[],
  sequence: number,
): SnapshotRow | undefined {
  return firstOf(sources, (source) => {
    const row = source.readSnapshot(sequence);
    return row !== undefined && isSound(row) ? row : undefined;
  });
}

/** `starts` ascend. Ties go to the earlier start: the longer history. */
function findLongest(
  sources: readonly JournalTables[],
  starts: readonly [Link, ...Link[]],
): { readonly base: Link; readonly end: Link } {
  const [origin] = starts;
  let longest = { base: origin, end: origin };
  for (const [index, base] of starts.entries()) {
    if (index > 0 && base.sequence <= longest.end.sequence) continue;
    let end = base;
    for (let next = entryAfter(sources, end); next !== undefined; ) {
      end = { sequence: next.sequence, digest: next.digest };
      next = entryAfter(sources, end);
    }
    longest = { base, end };
  }
  return longest;
}

function hasEntryAfter(sources: readonly JournalTables[], link: Link): boolean {
  const rows = tryEach(sources, (source) => source.readEntry(link.sequence + 1));
  return rows.some(({ body, digest }) => linkAfter(link, body).digest === digest);
}

function listSnapshots(sources: readonly JournalTables[]): number[] {
  const lists = tryEach(sources, (source) => source.snapshotSequences());
  return [...new Set(lists.flat())].toSorted((one, other) => one - other);
}

function firstOf<Value>(
  sources: readonly JournalTables[],
  read: (source: JournalTables) => Value | undefined,
): Value | undefined {
  for (const source of sources) {
    const value = tryRead(source, read);
    if (value !== undefined) return value;
  }
  return undefined;
}

function tryEach<Value>(
  sources: readonly JournalTables[],
  read: (source: JournalTables) => Value | undefined,
): Value[] {
  return sources.flatMap((source) => {
    const value = tryRead(source, read);
    return value === undefined ? [] : [value];
  });
}

/** What cannot be read is not there. */
function tryRead<Value>(
  source: JournalTables,
  read: (source: JournalTables) => Value | undefined,
): Value | undefined {
  try {
    return read(source);
  } catch (error) {
    if (error instanceof JournalError) return undefined;
    throw error;
  }
}
