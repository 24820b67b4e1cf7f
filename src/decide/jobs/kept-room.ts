import type { Ground } from "../ground.ts";
import { gangAmounts } from "./gang-amounts.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";
import { chooseRows, isOpenRow } from "./rows-for-gang.ts";

/** Rows on which nothing but one gang, that has waited too long, may start (rule J10). */
export interface KeptRoom {
  readonly record: JobRecord;
  readonly rows: readonly number[];
  /** The rows are chosen anew then. */
  readonly untilMs: number;
}

/** These had their turn in vain and now a job after them starts, or they are suspended (J10). */
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
    if (nowMs < keptRoom.untilMs && keptRoom.rows.every((row) => isOpenRow(book.ground, row)))
      return;
  }
  const due = [...book.overtaken].filter(
    (record) => record.overtakenMs! + patienceMs <= nowMs && mayStart(book, record),
  );
  const inOrder = due.toSorted(
    (left, right) => left.overtakenMs! - right.overtakenMs! || left.sequence - right.sequence,
  );
  dropKeptRoom(book);
  for (const record of inOrder) {
    const rows = rowsFor(book, record);
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

/** While it works, nothing is placed on these rows. */
export function withRowsClosed(ground: Ground, rows: Iterable<number>, work: () => void): void {
  const open = [...new Set(rows)].filter((row) => isOpenRow(ground, row));
  for (const row of open) ground.table.setClosed(row, true);
  work();
  for (const row of open) ground.table.setClosed(row, false);
}

/** Whether only room keeps it from starting, or from going on. */
function mayStart({ ground, queues }: JobBook, record: JobRecord): boolean {
  const { state, leaf, amounts, job, counts } = record;
  if (state.kind === "pending") return queues.fits(leaf, amounts) === undefined;
  if (state.kind !== "suspended" || ground.departures.isOpen(state.departure)) return false;
  return queues.fits(leaf, gangAmounts(job, counts)) === undefined;
}

/** A suspended job goes on where it is; a pending one anywhere that it fits. */
function rowsFor({ ground }: JobBook, record: JobRecord): readonly number[] | undefined {
  if (record.state.kind === "pending") return chooseRows(ground, record);
  const rows = [...new Set(record.members.map(({ row }) => row))];
  return rows.every((row) => isOpenRow(ground, row)) ? rows : undefined;
}
