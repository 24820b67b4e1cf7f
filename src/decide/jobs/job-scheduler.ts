import type { Action, LeaveReason } from "../../model/action.ts";
import { type Amounts, amountsOf } from "../../model/amounts.ts";
import type { Random } from "../../model/random.ts";
import type { Refusal, RefusalCode } from "../../model/refusal.ts";
import type { Ground } from "../ground.ts";
import { minimumPieces, placeGang, speedTiers } from "./gang-placer.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord, Member } from "./job-record.ts";
import { letLeave, jobsOnDrainedNodes, placesOf } from "./leave.ts";
import { comparePending, type Line } from "./pending-lines.ts";
import { makeRoom } from "./victim-search.ts";

/** What one call of `decide` works with. */
export interface Deciding {
  readonly nowMs: number;
  readonly graceMs: number;
  /** What jobs may share: the cluster without what services hold. */
  readonly shared: Amounts;
  readonly random: Random;
  readonly actions: Action[];
}

/** One pass over all jobs (rules J2 to J8): those due, those drained, suspended, pending, growing. */
export function decideJobs(book: JobBook, deciding: Deciding): void {
  handleDue(book, deciding);
  moveOffDrainedNodes(book, deciding);
  resumeSuspended(book, deciding);
  startPending(book, deciding);
  growElastic(book, deciding);
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
      book.victimVersion += 1;
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
  const { ground } = book;
  if (book.suspended.size === 0) return;
  const waiting = new Set<JobRecord>();
  for (const row of ground.freedRows) {
    for (const record of book.onRow(row))
      if (record.state.kind === "suspended") waiting.add(record);
  }
  const inOrder = [...waiting].toSorted((left, right) => left.sequence - right.sequence);
  for (const record of inOrder) tryResume(book, record, deciding);
}

function tryResume(book: JobBook, record: JobRecord, deciding: Deciding): void {
  const { state } = record;
  const { ground } = book;
  if (state.kind !== "suspended" || ground.departures.isOpen(state.departure)) return;
  const parks = book.parkOf(record);
  for (const { row, request, devices } of parks) ground.table.release(row, request, devices);
  const members: Member[] = [];
  for (const member of record.members) {
    const { row, request } = member;
    if (!ground.table.fits(row, request)) break;
    const devices = ground.placer.pickDevices(row, request, deciding.random);
    ground.table.take(row, request, devices);
    members.push({ ...member, devices });
  }
  if (members.length < record.members.length) {
    for (const { row, request, devices } of members) ground.table.release(row, request, devices);
    for (const { row, request, devices } of parks) ground.table.take(row, request, devices);
    return;
  }
  book.toRunning(record, members);
  const after = ground.blockersOf(members);
  const places = placesOf(book, record, members);
  deciding.actions.push({ kind: "resume-job", job: record.job.id, members: places, after });
}

/** Starts what fits, queue by queue in the order of rule Q3, until nothing does. */
function startPending(book: JobBook, deciding: Deciding): void {
  if (book.lines.size === 0) return;
  const passed = new Set<Line>();
  for (;;) {
    const leaf = book.queues.pickLeaf(
      deciding.shared,
      (row) => bestLine(book, row, passed) !== undefined,
    );
    if (leaf === -1) return;
    const line = bestLine(book, leaf, passed)!;
    const [record] = line.jobs;
    const code = tryStart(book, record, line, deciding);
    if (code === undefined) continue;
    passed.add(line);
    tellWaiting(book, line, code, deciding);
  }
}

/** The line whose first job goes first in the queue, of those not tried in vain. */
function bestLine(book: JobBook, leaf: number, passed: ReadonlySet<Line>): Line | undefined {
  let best: Line | undefined;
  for (const line of book.lines.ofLeaf(leaf)) {
    if (passed.has(line)) continue;
    if (best === undefined || comparePending(line.jobs[0], best.jobs[0]) < 0) best = line;
  }
  return best;
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
    for (const classes of speedTiers(ground, record)) {
      const pieces = minimumPieces(record, classes);
      const members = placeGang(ground, pieces, record.nextMember, deciding.random);
      if (members === undefined) continue;
      start(book, record, members, deciding);
      return undefined;
    }
    line.failedAt = ground.roomVersion;
  }
  const members = makeRoom(book, record, line, deciding);
  if (members === undefined) return refusalCode(ground, record);
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
  record.savedMs = nowMs;
  record.waitCode = undefined;
  const { id: job, minimumRuntimeMs } = record.job;
  if (minimumRuntimeMs > 0) book.timetable.add(nowMs + minimumRuntimeMs, record.sequence);
  const after = book.ground.blockersOf(members);
  const places = placesOf(book, record, members);
  actions.push({ kind: "start-job", job, attempt: record.attempt, members: places, after });
}

/** Says why a line waits, to each of its jobs that does not know. */
function tellWaiting(book: JobBook, line: Line, code: RefusalCode, deciding: Deciding): void {
  for (const record of line.jobs) {
    if (record.waitCode === code) continue;
    record.waitCode = code;
    const refusal = refusalOf(book, record, code);
    deciding.actions.push({ kind: "wait-job", job: record.job.id, refusal });
  }
}

function refusalCode({ table }: Ground, record: JobRecord): RefusalCode {
  const fits = record.job.roles.every(({ replicas }, role) => {
    let room = 0;
    for (let row = 0; row < table.rows && room < replicas.min; row += 1) {
      if (!table.isRemoved(row)) room += table.emptyRoomFor(row, record.classes[role]);
    }
    return room >= replicas.min;
  });
  return fits ? "no-room-now" : "larger-than-cluster";
}

function refusalOf(book: JobBook, record: JobRecord, code: RefusalCode): Refusal {
  const who = `job ${record.job.id}`;
  const nodes = book.ground.rowOf.size;
  const queue = book.queues.queueAt(record.leaf).id;
  if (code === "larger-than-cluster") {
    const message = `${who} would not fit on the ${nodes} nodes even if all were empty`;
    return { kind: "can-never", code, message };
  }
  const message =
    code === "no-room-now"
      ? `${who} does not fit whole on the ${nodes} nodes at the moment`
      : `${who} would take queue ${queue} above what it may hold at the moment`;
  return { kind: "cannot-now", code, message };
}

/** Idle room goes to running elastic jobs, one member at a time, in order of submission (J7). */
function growElastic(book: JobBook, deciding: Deciding): void {
  const { ground } = book;
  if (book.grownAt === ground.roomVersion && book.grownFor === book.victimVersion) return;
  const inOrder = [...book.elastic].toSorted((left, right) => left.sequence - right.sequence);
  let room = inOrder.filter(({ state }) => state.kind === "running");
  while (room.length > 0) room = room.filter((record) => tryGrow(book, record, deciding));
  book.grownAt = ground.roomVersion;
  book.grownFor = book.victimVersion;
}

function tryGrow(book: JobBook, record: JobRecord, deciding: Deciding): boolean {
  const { ground, queues } = book;
  for (const [role, { replicas, request }] of record.job.roles.entries()) {
    const count = record.members.filter((member) => member.role === role).length;
    if (count >= replicas.max || queues.fits(record.leaf, amountsOf(request)) !== undefined)
      continue;
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
