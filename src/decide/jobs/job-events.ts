import { counted } from "../../model/counted.ts";
import type { Action } from "../../model/action.ts";
import type {
  Departed,
  JobCancelled,
  JobCheckpointed,
  JobEnded,
  JobEvent,
  JobStarted,
  JobSubmitted,
  QueueEvent,
} from "../../model/event.ts";
import type { JobId } from "../../model/ids.ts";
import type { Refusal } from "../../model/refusal.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { unreachable } from "../../model/unreachable.ts";
import { never } from "../refusals.ts";
import { checkJob } from "./check-job.ts";
import { minimumAmounts } from "./gang-amounts.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord } from "./job-record.ts";
import { endJob } from "./job-scheduler.ts";

type Outcome = Result<undefined, Refusal>;

/** Longest wait before a retry: the doubling of rule J6 ends here. */
const BACKOFF_MS_MAX = 60 * 60 * 1000;
/** So often a number may be doubled and stay finite: no wait at all stays none. */
const DOUBLINGS_MAX = 1000;

/** Takes an event about a job in. Actions that follow at once are added to `actions`. */
export function applyJobEvent(
  book: JobBook,
  event: JobEvent,
  nowMs: number,
  actions: Action[],
): Outcome {
  switch (event.kind) {
    case "job-submitted":
      return submit(book, event, nowMs);
    case "job-cancelled":
      return cancel(book, event, actions);
    case "job-started":
    case "job-checkpointed":
      return progress(book, event, nowMs);
    case "job-ended":
      return end(book, event, nowMs, actions);
    default:
      return unreachable(event);
  }
}

/** Takes an event about a queue in: others than before may grow, or be made to leave. */
export function applyQueueEvent(book: JobBook, event: QueueEvent): Outcome {
  const { queues } = book;
  const isSet = event.kind === "queue-set";
  const result = isSet ? queues.set(event.queue) : queues.remove(event.queue);
  if (result.ok) book.victimVersion += 1;
  return result;
}

/** What was told to leave has left. */
export function applyJobDeparted(book: JobBook, { departure }: Departed): void {
  const record = book.departing.get(departure)!;
  book.departing.delete(departure);
  const { state } = record;
  if (state.kind === "suspended" && state.departure === departure) {
    // It may go on from now on: its rows are looked at again.
    for (const { row } of record.members) book.ground.roomAppeared(row);
  }
  if (state.kind !== "stopping" || state.departure !== departure) return;
  if (state.isOver) book.forget(record);
  else book.toPending(record);
}

/** Jobs on a row, or on one device of it, lost their place: each gang starts anew elsewhere. */
export function losePlaces(
  book: JobBook,
  row: number,
  device: number | undefined,
  actions: Action[],
): void {
  const lost = [...book.onRow(row)]
    .filter(({ state, members }) => {
      if (device === undefined) return true;
      // A suspended job is off its devices.
      if (state.kind === "suspended") return false;
      return members.some((member) => member.row === row && member.devices.includes(device));
    })
    .toSorted((left, right) => left.sequence - right.sequence);
  for (const record of lost) {
    const departure = book.toStopping(record, false);
    const code = device === undefined ? "node-lost" : "device-failed";
    const reason = { code, for: "" } as const;
    actions.push({ kind: "stop-job", job: record.job.id, save: false, departure, reason });
  }
}

/** Suspended jobs that will never fit again on the row, which lost a device, start anew elsewhere. */
export function loseStranded(book: JobBook, row: number, actions: Action[]): void {
  const suspended = [...book.onRow(row)]
    .filter(({ state }) => state.kind === "suspended")
    .toSorted((left, right) => left.sequence - right.sequence);
  for (const record of suspended) {
    if (fitsEmptyRow(book, row, record)) continue;
    const departure = book.toStopping(record, false);
    const reason = { code: "device-failed", for: "" } as const;
    actions.push({ kind: "stop-job", job: record.job.id, save: false, departure, reason });
  }
}

/** True iff the job's members on the row fit on its devices, each on those with least left (P4). */
function fitsEmptyRow({ ground, rows }: JobBook, row: number, record: JobRecord): boolean {
  const { count, milli } = ground.model.classes;
  const left = ground.table.emptyMilli(row);
  for (const { request } of rows.on(row).get(record)?.members ?? []) {
    const fitting = [...left.keys()]
      .filter((device) => left[device] >= milli[request])
      .toSorted((one, other) => left[one] - left[other] || one - other);
    if (fitting.length < count[request]) return false;
    for (const device of fitting.slice(0, count[request])) left[device] -= milli[request];
  }
  return true;
}

function submit(book: JobBook, { job }: JobSubmitted, nowMs: number): Outcome {
  if (book.records.has(job.id)) return never("duplicate-job", `job ${job.id} exists already`);
  const invalid = checkJob(job);
  if (invalid !== undefined) return fail(invalid);
  const leaf = book.queues.indexOf(job.queue);
  if (leaf === undefined) {
    return never("unknown-queue", `queue ${job.queue} of job ${job.id} does not exist`);
  }
  if (!book.queues.isLeaf(leaf)) {
    return never("queue-in-use", `queue ${job.queue} of job ${job.id} has queues below it`);
  }
  for (const { request } of job.roles) {
    if (book.ground.model.classes.intern(request, true) === undefined) {
      return never(
        "too-many-device-kinds",
        `job ${job.id} names more device kinds than are told apart`,
      );
    }
  }
  const code = book.queues.canEver(leaf, minimumAmounts(job));
  if (code !== undefined) {
    return never(code, `job ${job.id} needs more than queue ${job.queue} may ever hold`);
  }
  book.add(job, leaf, nowMs);
  return succeed(undefined);
}

function cancel(book: JobBook, { job }: JobCancelled, actions: Action[]): Outcome {
  const record = book.records.get(job);
  if (record === undefined) return unknownJob(job);
  endJob(book, record, { code: "cancelled", for: "" }, actions);
  return succeed(undefined);
}

function progress(
  book: JobBook,
  { kind, job, attempt }: JobStarted | JobCheckpointed,
  nowMs: number,
): Outcome {
  const record = book.records.get(job);
  if (record === undefined) return unknownJob(job);
  if (record.attempt !== attempt || record.state.kind !== "running") return stale(record, attempt);
  book.progressed(record, nowMs, kind === "job-started");
  return succeed(undefined);
}

function end(
  book: JobBook,
  { job, attempt, outcome }: JobEnded,
  nowMs: number,
  actions: Action[],
): Outcome {
  const record = book.records.get(job);
  if (record === undefined) return unknownJob(job);
  const { state } = record;
  if (record.attempt !== attempt) return stale(record, attempt);
  if (state.kind === "stopping") {
    // It ended while it was asked to leave: what it leaves is still to be reported.
    record.state = { ...state, isOver: state.isOver || outcome === "succeeded" };
    return succeed(undefined);
  }
  if (state.kind !== "running" && state.kind !== "suspended") return stale(record, attempt);
  if (state.kind === "suspended" && book.ground.departures.isOpen(state.departure)) {
    // It ended before it was told to be suspended: it has left for good once that is reported.
    book.endSuspending(record, state.departure, outcome === "succeeded");
    return succeed(undefined);
  }
  book.dropPlaces(record);
  switch (outcome) {
    case "succeeded":
      book.forget(record);
      break;
    case "failed":
      retry(book, record, nowMs, actions);
      break;
    case "lost":
      book.toPending(record);
      break;
    default:
      unreachable(outcome);
  }
  return succeed(undefined);
}

/** After a failure of its own: a wait that doubles each time, then no more (rule J6). */
function retry(book: JobBook, record: JobRecord, nowMs: number, actions: Action[]): void {
  const { id, retries } = record.job;
  record.failures += 1;
  if (record.failures > retries.max) {
    const message = `job ${id} failed ${counted(record.failures, "time")}; its retries allow ${retries.max}`;
    const refusal: Refusal = { kind: "can-never", code: "retries-exhausted", message };
    actions.push({ kind: "give-up-job", job: id, refusal });
    book.forget(record);
    return;
  }
  const doublings = Math.min(record.failures - 1, DOUBLINGS_MAX);
  const backoffMs = Math.min(retries.backoffMs * 2 ** doublings, BACKOFF_MS_MAX);
  record.state = { kind: "delayed", untilMs: nowMs + backoffMs };
  book.timetable.add(nowMs + backoffMs, record.sequence);
}

function unknownJob(job: JobId): Outcome {
  return never("unknown-job", `job ${job} is not known`);
}

function stale(record: JobRecord, attempt: number): Outcome {
  const message = `attempt ${attempt} of job ${record.job.id} is not the one that runs`;
  return never("stale-attempt", message);
}
