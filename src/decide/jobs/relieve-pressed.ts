import type { LeaveReason } from "../../model/action.ts";
import type { JobBook } from "./job-book.ts";
import type { Member } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";
import { cheapestLeaving, type LeavingOptions } from "./leaving-cost.ts";
import { letLeave, shrink } from "./leave.ts";
import type { RowJob } from "./row-index.ts";
import { spareMembers } from "./who-may-leave.ts";

/** Who leaves a node, whole or these members alone. */
interface Leaver {
  readonly record: RowJob["record"];
  /** Empty: the whole job. */
  readonly spare: readonly Member[];
  readonly lostWork: number;
}

/**
 * From each node that was told as pressed since this was last called the job of least lost work goes
 * (rule A8). O(jobs on these nodes).
 */
export function relievePressed(book: JobBook, deciding: Deciding): void {
  const { pressed, table } = book.ground;
  const toldAnew = [...pressed].flatMap(([row, isToldAnew]) => (isToldAnew ? [row] : []));
  const { nowMs, graceMs } = deciding;
  // In host memory it would still be in the way.
  const options = { graceMs, maySuspend: false, reserve: 0 };
  for (const row of toldAnew.toSorted((left, right) => left - right)) {
    pressed.set(row, false);
    const leaver = leastOf(book, row, { ...options, nowMs });
    if (leaver === undefined) continue;
    const { record, spare } = leaver;
    const reason: LeaveReason = { code: "pressed", for: table.ids[row] };
    if (spare.length > 0) shrink(book, record, spare, { reason, deciding });
    else letLeave(book, record, { ...options, reason }, deciding);
  }
}

/** Who loses least by leaving the row, the first submitted of equals; suspended ones where none runs. */
function leastOf(book: JobBook, row: number, options: LeavingOptions): Leaver | undefined {
  const running = book.rows.running(row);
  const there = running.length > 0 ? running : book.rows.on(row).values();
  let least: Leaver | undefined;
  for (const { record, members } of there) {
    const spare = spareMembers(record, members).slice(0, record.spare);
    const lostWork = spare.length > 0 ? 0 : cheapestLeaving(book, record, options).lostWork;
    if (least === undefined || isBefore({ record, lostWork }, least)) {
      least = { record, spare, lostWork };
    }
  }
  return least;
}

function isBefore(left: Omit<Leaver, "spare">, right: Leaver): boolean {
  if (left.lostWork !== right.lostWork) return left.lostWork < right.lostWork;
  return left.record.sequence < right.record.sequence;
}
