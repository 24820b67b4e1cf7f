import type { Refusal, RefusalCode } from "../../model/refusal.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";
import { comparePending, type Line } from "./pending-lines.ts";

/** Nodes that a refusal names one by one. */
const NODES_NAMED_MAX = 3;

/**
 * Says why a line waits, to each of its jobs that does not know. O(jobs that are told), and O(jobs of
 * the line) when the reason has changed.
 */
export function tellWaiting(
  book: JobBook,
  line: Line,
  code: RefusalCode,
  { actions }: Deciding,
): void {
  const isSame = line.told === code;
  if (isSame && line.untold.length === 0) return;
  const listeners = isSame ? line.untold.toSorted(comparePending) : line.jobs;
  for (const record of listeners) {
    if (record.waitCode === code) continue;
    record.waitCode = code;
    actions.push({ kind: "wait-job", job: record.job.id, refusal: refusalOf(book, record, code) });
  }
  line.told = code;
  line.untold = [];
}

/**
 * Why a line waits whose jobs would be within their queue's limits: because of others, or whatever
 * others do. O(1) while nodes stay, O(nodes × roles) otherwise.
 */
export function reasonToWait(book: JobBook, line: Line): RefusalCode {
  const { layoutVersion } = book.ground.table;
  if (line.fitsEmptyAt !== layoutVersion) {
    line.fitsEmpty = fitsEmptyCluster(book, line.jobs[0]);
    line.fitsEmptyAt = layoutVersion;
  }
  return line.fitsEmpty ? "no-room-now" : "larger-than-cluster";
}

function fitsEmptyCluster({ ground: { table } }: JobBook, record: JobRecord): boolean {
  return record.job.roles.every(({ replicas }, role) => {
    let room = 0;
    for (let row = 0; row < table.rows && room < replicas.min; row += 1) {
      if (!table.isRemoved(row)) room += table.emptyRoomFor(row, record.classes[role]);
    }
    return room >= replicas.min;
  });
}

function refusalOf(book: JobBook, record: JobRecord, code: RefusalCode): Refusal {
  const who = `job ${record.job.id}`;
  const nodes = book.ground.rowOf.size;
  const queue = book.queues.queueAt(record.leaf).id;
  if (code === "larger-than-cluster") {
    const message = `${who} would not fit on ${theNodes(nodes)} even if all were empty`;
    return { kind: "can-never", code, message };
  }
  const message =
    code === "no-room-now"
      ? `${who} does not fit whole on ${theNodes(nodes)} at the moment${heldBack(book)}`
      : `${who} would take queue ${queue} above what it may hold at the moment`;
  return { kind: "cannot-now", code, message };
}

/** What is to be known of nodes on which no job may start (rule A8). */
function heldBack({ ground: { pressed, table } }: JobBook): string {
  if (pressed.size === 0) return "";
  const rows = [...pressed.keys()].toSorted((left, right) => left - right);
  const named = rows.slice(0, NODES_NAMED_MAX).map((row) => table.ids[row]);
  const others = rows.length - named.length;
  const nodes = others === 0 ? named.join(", ") : `${named.join(", ")} and ${others} more`;
  return `; for the sake of online work no job may start on ${nodes}`;
}

function theNodes(count: number): string {
  return count === 1 ? "the only node" : `the ${count} nodes`;
}
