import type { JobBook } from "./job-book.ts";
import type { JobRecord } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";

/** Rows on which nothing but one gang, that has waited too long, may start (rule J10). */
export interface KeptRoom {
  readonly record: JobRecord;
  readonly rows: readonly number[];
  /** The rows are chosen anew then. */
  readonly untilMs: number;
}

/** These had their turn in vain, and now a job after them starts (rule J10). */
export function overtake(
  book: JobBook,
  records: readonly JobRecord[],
  { nowMs, patienceMs }: Deciding,
): void {
  if (patienceMs === undefined) return;
  for (const record of records) {
    if (record.overtakenMs !== undefined) continue;
    record.overtakenMs = nowMs;
    book.overtaken.add(record);
    book.timetable.add(nowMs + patienceMs, record.sequence);
  }
}

/**
 * The job to keep room for: of those that may start and have been overtaken for longer than the
 * patience, the first that was. It stays the same until it starts, ends or may not start any more.
 * O(jobs overtaken), and O(nodes × log nodes) when rows are chosen.
 */
export function chooseKeptRoom(book: JobBook, { nowMs, patienceMs }: Deciding): void {
  const { keptRoom } = book;
  if (patienceMs === undefined) return;
  if (keptRoom !== undefined && mayStart(book, keptRoom.record)) {
    if (nowMs < keptRoom.untilMs && keptRoom.rows.every((row) => isOpen(book, row))) return;
  }
  const due = [...book.overtaken].filter(
    (record) => record.overtakenMs! + patienceMs <= nowMs && mayStart(book, record),
  );
  const inOrder = due.toSorted(
    (left, right) => left.overtakenMs! - right.overtakenMs! || left.sequence - right.sequence,
  );
  dropKeptRoom(book);
  for (const record of inOrder) {
    const rows = chooseRows(book, record);
    if (rows === undefined) continue;
    const untilMs = nowMs + patienceMs;
    book.keptRoom = { record, rows, untilMs };
    book.timetable.add(untilMs, record.sequence);
    return;
  }
}

/** Nothing is kept any more: others may have the room. */
export function dropKeptRoom(book: JobBook): void {
  for (const row of book.keptRoom?.rows ?? []) book.ground.roomAppeared(row);
  book.keptRoom = undefined;
}

/** While it works, nothing is placed on the rows that are kept. */
export function withKeptRoomClosed(book: JobBook, work: () => void): void {
  const { table } = book.ground;
  const rows = (book.keptRoom?.rows ?? []).filter((row) => isOpen(book, row));
  for (const row of rows) table.setClosed(row, true);
  work();
  for (const row of rows) table.setClosed(row, false);
}

/** Whether only room keeps it from starting. */
function mayStart({ queues }: JobBook, { state, leaf, amounts }: JobRecord): boolean {
  return state.kind === "pending" && queues.fits(leaf, amounts) === undefined;
}

interface Candidate {
  readonly row: number;
  /** Members that it would hold if it were empty. */
  readonly room: number;
  /** Part of these for which there is no room now, 0 to 1. */
  readonly partInUse: number;
  /** Milli of devices that one more member misses. */
  readonly missing: number;
}

function compareCandidates(left: Candidate, right: Candidate): number {
  const byUse = left.partInUse - right.partInUse || left.missing - right.missing;
  return byUse || left.row - right.row;
}

function isOpen({ ground: { table } }: JobBook, row: number): boolean {
  return !table.isRemoved(row) && !table.isClosed(row);
}

/**
 * Rows that would hold the gang if they were empty: for each role those of whose room for it the least
 * part is in use, then those whose devices miss least for one member, then the lowest. `undefined` if there are not enough.
 */
function chooseRows(book: JobBook, { job, classes }: JobRecord): readonly number[] | undefined {
  const { table } = book.ground;
  const chosen = new Set<number>();
  for (const [role, { replicas }] of job.roles.entries()) {
    const rows: Candidate[] = [];
    for (let row = 0; row < table.rows; row += 1) {
      if (!isOpen(book, row) || chosen.has(row)) continue;
      const room = table.emptyRoomFor(row, classes[role]);
      if (room === 0) continue;
      const partInUse = 1 - table.roomFor(row, classes[role]) / room;
      rows.push({ row, room, partInUse, missing: table.milliMissing(row, classes[role]) });
    }
    rows.sort(compareCandidates);
    let missing = replicas.min;
    for (const { row, room } of rows) {
      if (missing <= 0) break;
      chosen.add(row);
      missing -= room;
    }
    if (missing > 0) return undefined;
  }
  return [...chosen].toSorted((left, right) => left - right);
}
