import { counted } from "../../model/counted.ts";
import type {
  GiveUpJob,
  JobAction,
  LeaveReason,
  MemberPlace,
  StopJob,
  SuspendJob,
} from "../../model/action.ts";
import type { JobEnded, JobEvent } from "../../model/event.ts";
import { unreachable } from "../../model/unreachable.ts";
import { dropCondition, type JobRecord, setCondition } from "./records.ts";
import type { Tables } from "./tables.ts";

/** Takes an event about a job into its record; those about jobs without a record are passed over. */
export function foldJobEvent(tables: Tables, event: JobEvent, nowMs: number): void {
  const name = event.kind === "job-submitted" ? event.job.id : event.job;
  const record = tables.BatchJob.get(name);
  if (record === undefined) return;
  tables.touch("BatchJob", name);
  switch (event.kind) {
    case "job-submitted":
      return;
    case "job-cancelled":
      record.ending ??= "Cancelled";
      return endIfIdle(tables, name, record, nowMs);
    case "job-started":
      record.startedMs = nowMs;
      record.hasBegun = true;
      record.stage = "running";
      return say(record, "Running", "started", `attempt ${event.attempt} runs`, nowMs);
    case "job-checkpointed":
      record.checkpointedMs = nowMs;
      return;
    case "job-ended":
      return foldEnd(tables, name, event, nowMs);
    default:
      return unreachable(event);
  }
}

/** Takes an action about a job into its record. */
export function foldJobAction(tables: Tables, action: JobAction, nowMs: number): void {
  const name: string = action.job;
  const record = tables.BatchJob.get(name);
  if (record === undefined) return;
  tables.touch("BatchJob", name);
  switch (action.kind) {
    case "start-job":
      record.attempt = action.attempt;
      record.hasBegun = false;
      return foldPlaces(record, action.members, nowMs);
    case "resume-job":
      return foldPlaces(record, action.members, nowMs);
    case "grow-job":
      record.members = [...record.members, ...action.members];
      return;
    case "shrink-job": {
      const left = new Set(action.members);
      record.members = record.members.filter(({ member }) => !left.has(member));
      return;
    }
    case "suspend-job":
    case "stop-job":
      return foldLeave(tables, record, action, nowMs);
    case "wait-job":
      record.refusal = action.refusal;
      return sayNot(record, "Scheduled", action.refusal, nowMs);
    case "give-up-job":
      return foldGivenUp(tables, action, record, nowMs);
    default:
      return unreachable(action);
  }
}

/** A member ended badly: the first to do so in an attempt tells how the attempt ended. */
export function foldExit(record: JobRecord, exit: NonNullable<JobRecord["exit"]>): void {
  if (exit.attempt > (record.exit?.attempt ?? 0)) record.exit = exit;
}

/** The job has left where it was. */
export function foldJobDeparted(tables: Tables, name: string, nowMs: number): void {
  const record = tables.BatchJob.get(name);
  if (record?.leaving === undefined) return;
  const { goal } = record.leaving;
  delete record.leaving;
  tables.touch("BatchJob", name);
  record.stage = goal;
  if (goal === "waiting") record.members = [];
  endIfIdle(tables, name, record, nowMs);
}

function foldPlaces(record: JobRecord, members: readonly MemberPlace[], nowMs: number): void {
  record.stage = record.hasBegun ? "running" : "starting";
  record.members = members;
  delete record.refusal;
  const nodes = Array.from(new Set(members.map(({ node }) => node))).join(", ");
  const place = `${members.length === 1 ? "1 member" : `${members.length} members`} on ${nodes}`;
  say(record, "Scheduled", "placed", `attempt ${record.attempt}: ${place}`, nowMs);
  if (record.hasBegun) say(record, "Running", "resumed", "goes on where it was", nowMs);
}

function foldLeave(
  tables: Tables,
  record: JobRecord,
  { kind, job, departure, reason }: SuspendJob | StopJob,
  nowMs: number,
): void {
  tables.forgetDeparture(record.leaving?.departure);
  record.leaving = { departure, goal: kind === "suspend-job" ? "suspended" : "waiting" };
  tables.expect(departure, { kind: "BatchJob", name: job });
  record.stage = "leaving";
  const how = kind === "suspend-job" ? "is suspended" : "is stopped";
  const message = `${how} ${forWhom(reason)}`;
  sayNot(record, "Running", { code: reason.code, message }, nowMs);
}

function foldEnd(tables: Tables, name: string, { outcome }: JobEnded, nowMs: number): void {
  const record = tables.BatchJob.get(name)!;
  if (outcome === "succeeded") record.ending ??= "Succeeded";
  if (record.leaving !== undefined) {
    // It ended while it was told to leave: it is over, or waits, once that is reported.
    record.leaving = { ...record.leaving, goal: "waiting" };
    return;
  }
  record.stage = "waiting";
  record.members = [];
  sayNot(
    record,
    "Running",
    { code: outcome, message: `attempt ${record.attempt} ${outcome}` },
    nowMs,
  );
  if (outcome !== "succeeded") {
    if (outcome === "failed") record.failures += 1;
    const { max } = record.manifest.spec.retries;
    const message =
      outcome === "lost"
        ? "it starts anew: how it ended is not known"
        : `it failed ${counted(record.failures, "time")}; its retries allow ${max}`;
    sayNot(record, "Scheduled", { code: "retries", message }, nowMs);
  }
  endIfIdle(tables, name, record, nowMs);
}

function foldGivenUp(
  tables: Tables,
  { job, refusal }: GiveUpJob,
  record: JobRecord,
  nowMs: number,
): void {
  record.ending ??= "Failed";
  record.refusal = refusal;
  sayNot(record, "Completed", refusal, nowMs);
  endIfIdle(tables, job, record, nowMs);
}

/** What is to end for good and is nowhere has ended; it is gone if that was asked for. */
function endIfIdle(tables: Tables, name: string, record: JobRecord, nowMs: number): void {
  const { ending, stage } = record;
  if (ending === undefined || stage !== "waiting") return;
  record.stage = "ended";
  record.endedMs = nowMs;
  dropCondition(record, "Scheduled");
  dropCondition(record, "Running");
  dropCondition(record, "Throttled");
  if (ending === "Succeeded")
    say(record, "Completed", "succeeded", "all members ended well", nowMs);
  if (ending === "Cancelled") {
    sayNot(record, "Completed", { code: "cancelled", message: "it was cancelled" }, nowMs);
  }
  if (record.deletedMs === undefined) tables.ended.push(name);
  else tables.remove("BatchJob", name);
}

/** Such as `for chat (online)`. */
export function forWhom({ code, for: whom }: LeaveReason): string {
  return whom === "" ? `(${code})` : `for ${whom} (${code})`;
}

function say(
  record: JobRecord,
  type: string,
  reason: string,
  message: string,
  nowMs: number,
): void {
  setCondition(record, { type, status: "True", reason, message, sinceMs: nowMs });
}

function sayNot(
  record: JobRecord,
  type: string,
  { code, message }: { readonly code: string; readonly message: string },
  nowMs: number,
): void {
  setCondition(record, { type, status: "False", reason: code, message, sinceMs: nowMs });
}
