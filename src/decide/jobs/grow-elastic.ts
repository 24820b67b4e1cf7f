import { amountsOf } from "../../model/amounts.ts";
import { placeGang } from "./gang-placer.ts";
import type { JobBook } from "./job-book.ts";
import { withRowsClosed } from "./kept-room.ts";
import type { JobRecord } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";
import { placesOf } from "./leave.ts";

/**
 * Idle room goes to running elastic jobs, one member at a time, in order of submission (rule J7).
 * O(classes of such members), and O(jobs that could use the room) where there is some.
 */
export function growElastic(book: JobBook, deciding: Deciding): void {
  const { ground } = book;
  if (book.grownAt === ground.roomVersion && book.grownFor === book.victimVersion) return;
  const classes = [...book.hungry.keys()].filter((request) => ground.placer.fitsAnywhere(request));
  if (classes.length > 0) {
    withRowsClosed(ground, awaitedRows(book, classes), () => growInTurn(book, deciding));
  }
  book.grownAt = ground.roomVersion;
  book.grownFor = book.victimVersion;
}

/** Rows with room for one of the classes on which a suspended job waits to go on: nobody grows there. */
function awaitedRows({ suspended, ground }: JobBook, classes: readonly number[]): Set<number> {
  const rows = new Set<number>();
  for (const { members } of suspended) {
    for (const { row } of members) {
      if (classes.some((request) => ground.table.fits(row, request))) rows.add(row);
    }
  }
  return rows;
}

function growInTurn(book: JobBook, deciding: Deciding): void {
  const { ground } = book;
  const classes = [...book.hungry.keys()].filter((request) => ground.placer.fitsAnywhere(request));
  const able = new Set<JobRecord>();
  for (const request of classes) for (const record of book.hungry.get(request)!) able.add(record);
  let turn =
    classes.length === 1
      ? [...able]
      : [...able].toSorted((left, right) => left.sequence - right.sequence);
  const isRoom = () => classes.some((request) => ground.placer.fitsAnywhere(request));
  while (turn.length > 0 && isRoom()) {
    const next: JobRecord[] = [];
    for (const record of turn) {
      if (!tryGrow(book, record, deciding)) continue;
      next.push(record);
      if (!isRoom()) break;
    }
    turn = next;
  }
}

function tryGrow(book: JobBook, record: JobRecord, deciding: Deciding): boolean {
  const { ground, queues } = book;
  for (const [role, { replicas, request }] of record.job.roles.entries()) {
    if (record.counts[role] >= replicas.max) continue;
    if (queues.fits(record.leaf, amountsOf(request)) !== undefined) continue;
    const pieces = [{ role, request: record.classes[role] }];
    const members = placeGang(ground, pieces, record.nextMember, deciding.random);
    if (members === undefined) continue;
    record.nextMember += 1;
    book.addMembers(record, members);
    const after = ground.blockersOf(members);
    const places = placesOf(book, record, members);
    deciding.actions.push({ kind: "grow-job", job: record.job.id, members: places, after });
    return true;
  }
  return false;
}
