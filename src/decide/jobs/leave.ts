import type { LeaveReason, MemberPlace } from "../../model/action.ts";
import type { DepartureId } from "../../model/ids.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord, Member } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";
import { overtake } from "./kept-room.ts";
import { cheapestLeaving, type LeavingOptions } from "./leaving-cost.ts";

export interface LeaveOrder extends Omit<LeavingOptions, "nowMs"> {
  readonly reason: LeaveReason;
}

/** Makes a running or suspended job leave the cheapest way; its room is free at once (rule J4). */
export function letLeave(
  book: JobBook,
  record: JobRecord,
  { reason, ...options }: LeaveOrder,
  deciding: Deciding,
): DepartureId {
  const { nowMs, actions } = deciding;
  const job = record.job.id;
  const { way } = cheapestLeaving(book, record, { ...options, nowMs });
  if (way === "suspend") {
    const departure = book.toSuspended(record, nowMs);
    overtake(book, [record], deciding);
    actions.push({ kind: "suspend-job", job, departure, reason });
    return departure;
  }
  const departure = book.toStopping(record, false);
  actions.push({ kind: "stop-job", job, save: way === "save", departure, reason });
  return departure;
}

/** Takes members above the minimum away from a running job. */
export function shrink(
  book: JobBook,
  record: JobRecord,
  leaving: readonly Member[],
  order: { readonly reason: LeaveReason; readonly deciding: Deciding },
): void {
  const departure = book.removeMembers(record, leaving);
  order.deciding.actions.push({
    kind: "shrink-job",
    job: record.job.id,
    members: leaving.map(({ number }) => number),
    departure,
    reason: order.reason,
  });
}

/** Jobs, running or suspended, with a member on a drained node; in order of submission. */
export function jobsOnDrainedNodes(book: JobBook): JobRecord[] {
  const found = new Set<JobRecord>();
  for (const row of book.ground.drained) for (const record of book.onRow(row)) found.add(record);
  return [...found].toSorted((left, right) => left.sequence - right.sequence);
}

/** The members' places in the words of an action. */
export function placesOf(
  book: JobBook,
  record: JobRecord,
  members: readonly Member[],
): MemberPlace[] {
  return members.map(({ number, role, row, devices }) => ({
    member: number,
    role: record.job.roles[role].name,
    node: book.ground.table.ids[row],
    devices,
  }));
}
