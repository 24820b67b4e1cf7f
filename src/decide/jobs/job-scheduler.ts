import type { Action, LeaveReason } from "../../model/action.ts";
import type { Amounts } from "../../model/amounts.ts";
import type { Random } from "../../model/random.ts";
import type { Refusal, RefusalCode } from "../../model/refusal.ts";
import { mayFit, minimumPieces, placeGang, speedTiers } from "./gang-placer.ts";
import { growElastic } from "./grow-elastic.ts";
import { gangAmounts } from "./gang-amounts.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord, Member } from "./job-record.ts";
import { chooseKeptRoom, overtake, withRowsClosed } from "./kept-room.ts";
import { letLeave, jobsOnDrainedNodes, placesOf } from "./leave.ts";
import type { Line } from "./pending-lines.ts";
import { reasonToWait, tellWaiting } from "./tell-waiting.ts";
import { makeRoom } from "./victim-search.ts";

/** What one call of `decide` works with. */
export interface Deciding {
  readonly nowMs: number;
  readonly graceMs: number;
  /** How long a job may be overtaken before room is kept for it; absent: for ever (rule J10). */
  readonly patienceMs: number | undefined;
  /** What jobs may share: the cluster without what services hold. */
  readonly shared: Amounts;
  readonly random: Random;
  readonly actions: Action[];
}

/** One pass over all jobs (rules J2 to J10): those due, those drained, suspended, pending, growing. */
export function decideJobs(book: JobBook, deciding: Deciding): void {
  handleDue(book, deciding);
  moveOffDrainedNodes(book, deciding);
  // Others than jobs may start there (rule A8), and nobody but jobs does from here on.
  withRowsClosed(book.ground, book.ground.pressed.keys(), () => {
    resumeSuspended(book, deciding);
    startKept(book, deciding);
    withRowsClosed(book.ground, book.keptRoom?.rows ?? [], () => {
      startPending(book, deciding);
      growElastic(book, deciding);
    });
  });
}

/** The gang that room is kept for comes before all others, wherever it fits (rule J10). */
function startKept(book: JobBook, deciding: Deciding): void {
  chooseKeptRoom(book, deciding);
  if (book.keptRoom === undefined) return;
  const { record } = book.keptRoom;
  if (record.state.kind === "suspended") return tryResume(book, record, deciding);
  const line = book.lines.lineOf(record);
  // Jobs like it were tried while its rows were closed.
  line.failedAt = -1;
  const code = tryStart(book, record, line, deciding);
  if (code !== undefined) tellWaiting(book, line, code, deciding);
}

/** Ends of back-offs and minimum runtimes, and deadlines. */
function handleDue(book: JobBook, deciding: Deciding): void {
  for (;;) {
    const sequence = book.timetable.takeDue(deciding.nowMs);
    if (sequence === undefined) return;
    const record = book.bySequence(sequence);
    if (record === undefined) continue;
    const { state, job } = record;
    if (job.deadlineMs !== undefined && deciding.nowMs >= job.deadlineMs) {
      missDeadline(book, record, deciding);
    } else if (state.kind === "delayed" && state.untilMs <= deciding.nowMs) {
      book.toPending(record);
    } else {
      // A minimum runtime may be over: the job may be made to leave from now on.
      book.mayLeave(record);
    }
  }
}

function missDeadline(book: JobBook, record: JobRecord, deciding: Deciding): void {
  const { state, job } = record;
  if (state.kind === "stopping" && state.isOver) return;
  const message = `job ${job.id} had not ended by its deadline of ${job.deadlineMs} ms`;
  const refusal: Refusal = { kind: "can-never", code: "deadline-missed", message };
  deciding.actions.push({ kind: "give-up-job", job: job.id, refusal });
  endJob(book, record, { code: "deadline", for: "" }, deciding.actions);
}

/** Takes a job out for good, wherever it stands: it leaves first if it is anywhere. */
export function endJob(
  book: JobBook,
  record: JobRecord,
  reason: LeaveReason,
  actions: Action[],
): void {
  const { state, job } = record;
  switch (state.kind) {
    case "pending":
    case "delayed":
      book.forget(record);
      return;
    case "stopping":
      record.state = { ...state, isOver: true };
      return;
    case "running":
    case "suspended": {
      const departure = book.toStopping(record, true);
      actions.push({ kind: "stop-job", job: job.id, save: false, departure, reason });
      return;
    }
  }
}

function moveOffDrainedNodes(book: JobBook, deciding: Deciding): void {
  for (const record of jobsOnDrainedNodes(book)) {
    const reason: LeaveReason = { code: "drained", for: "" };
    // Nobody waits for the node: it takes the time to save.
    const graceMs = Number.POSITIVE_INFINITY;
    letLeave(book, record, { maySuspend: false, graceMs, reserve: 0, reason }, deciding);
  }
}

/** Those that wait in host memory come first where room appeared: they are there already (J5). */
function resumeSuspended(book: JobBook, deciding: Deciding): void {
  // Rows on which room appears later in this decision are looked at in the next one.
  const freedRows = book.ground.takeFreedRows();
  if (book.suspended.size === 0) return;
  const waiting = new Set<JobRecord>();
  for (const row of freedRows) {
    for (const record of book.onRow(row))
      if (record.state.kind === "suspended") waiting.add(record);
  }
  for (const record of book.suspended) if (record.isHeldBack) waiting.add(record);
  const inOrder = [...waiting].toSorted((left, right) => left.sequence - right.sequence);
  for (const record of inOrder) tryResume(book, record, deciding);
}

function tryResume(book: JobBook, record: JobRecord, deciding: Deciding): void {
  const { state, job, counts } = record;
  const { ground } = book;
  if (state.kind !== "suspended" || ground.departures.isOpen(state.departure)) return;
  record.isHeldBack = book.queues.fits(record.leaf, gangAmounts(job, counts)) !== undefined;
  if (record.isHeldBack) return;
  const parks = book.parkOf(record);
  for (const { row, request, devices } of parks) ground.table.release(row, request, devices);
  const members = placeAgain(book, record, deciding);
  if (members === undefined) {
    for (const { row, request, devices } of parks) ground.table.take(row, request, devices);
    return;
  }
  const after = ground.blockersOf(members);
  book.resume(record, members, { nowMs: deciding.nowMs, after });
  const places = placesOf(book, record, members);
  deciding.actions.push({ kind: "resume-job", job: record.job.id, members: places, after });
}

/**
 * Takes room for all members on their rows, or for none: on devices that the policy chooses, or, where
 * they do not suffice like that, on those that the members had.
 */
function placeAgain(
  { ground }: JobBook,
  record: JobRecord,
  { random }: Deciding,
): Member[] | undefined {
  const { table, placer } = ground;
  for (const isAsBefore of [false, true]) {
    const members: Member[] = [];
    for (const member of record.members) {
      const { row, request } = member;
      if (!table.fits(row, request)) break;
      if (isAsBefore && !table.areFree(row, request, member.devices)) break;
      const devices = isAsBefore ? member.devices : placer.pickDevices(row, request, random);
      table.take(row, request, devices);
      members.push({ ...member, devices });
    }
    if (members.length === record.members.length) return members;
    for (const { row, request, devices } of members) table.release(row, request, devices);
  }
  return undefined;
}

/** Starts what fits, queue by queue in the order of rule Q3, until nothing does. */
function startPending(book: JobBook, deciding: Deciding): void {
  const { lines, queues } = book;
  if (lines.size === 0) return;
  /** By leaf: how many of its lines, from the first on, were tried in vain. */
  const passed = new Map<number, number>();
  /** Those that had their turn in vain. */
  let turned: JobRecord[] = [];
  const isLeft = (leaf: number) => (passed.get(leaf) ?? 0) < lines.inOrder(leaf).length;
  for (;;) {
    const leaf = queues.pickLeaf(deciding.shared, isLeft);
    if (leaf === -1) return;
    const order = lines.inOrder(leaf);
    // A line that is passed changes no queue's turn.
    for (let place = passed.get(leaf) ?? 0; place < order.length; place += 1) {
      const line = order[place];
      const code = tryStart(book, line.jobs[0], line, deciding);
      if (code === undefined) {
        overtake(book, turned, deciding);
        turned = [];
        break;
      }
      if (code === "no-room-now") turned.push(line.jobs[0]);
      tellWaiting(book, line, code, deciding);
      passed.set(leaf, place + 1);
    }
  }
}

/** The reason why it waits, or `undefined` after a start. */
function tryStart(
  book: JobBook,
  record: JobRecord,
  line: Line,
  deciding: Deciding,
): RefusalCode | undefined {
  const { ground } = book;
  const limited = book.queues.fits(record.leaf, record.amounts);
  if (limited !== undefined) return limited;
  if (line.failedAt !== ground.roomVersion) {
    for (const classes of mayFit(ground, record) ? speedTiers(ground, record) : []) {
      const pieces = minimumPieces(record, classes);
      const members = placeGang(ground, pieces, record.nextMember, deciding.random);
      if (members === undefined) continue;
      start(book, record, members, deciding);
      return undefined;
    }
    line.failedAt = ground.roomVersion;
  }
  const members = makeRoom(book, record, line, deciding);
  if (members === undefined) return reasonToWait(book, line);
  start(book, record, members, deciding);
  return undefined;
}

function start(
  book: JobBook,
  record: JobRecord,
  members: readonly Member[],
  deciding: Deciding,
): void {
  const { nowMs, actions } = deciding;
  book.toRunning(record, members);
  record.nextMember += members.length;
  record.attempt += 1;
  record.startedMs = nowMs;
  book.saved(record, nowMs);
  record.waitCode = undefined;
  const { id: job, minimumRuntimeMs } = record.job;
  if (minimumRuntimeMs > 0) book.timetable.add(nowMs + minimumRuntimeMs, record.sequence);
  const after = book.ground.blockersOf(members);
  const places = placesOf(book, record, members);
  actions.push({ kind: "start-job", job, attempt: record.attempt, members: places, after });
}
