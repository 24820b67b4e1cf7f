import type { LeaveReason } from "../../src/model/action.ts";
import { type Amounts, amountsOf, NO_AMOUNTS } from "../../src/model/amounts.ts";
import type { DepartureId } from "../../src/model/ids.ts";
import type { BatchJob, JobRole, Suspension } from "../../src/model/job.ts";
import { requestedMilli, type ResourceRequest } from "../../src/model/resources.ts";
import type { RefusalCode } from "../../src/model/refusal.ts";
import type { Hold } from "./room.ts";
import { plus } from "./queue-watch.ts";

/** One placed member. */
export interface MemberLife {
  readonly role: JobRole;
  readonly node: string;
  /** What it holds by the scheduler's view: its request, or host memory while it is suspended. */
  hold: Hold;
}

/** Where a job is, of which it is exactly one at any time. */
export type JobPlace = "pending" | "delayed" | "running" | "suspended" | "stopping" | "ended";

/** A job that was submitted, as events and actions tell it. */
export interface JobLife {
  readonly job: BatchJob;
  /** Order of submission. */
  readonly sequence: number;
  /** What the gang holds at its minimum. */
  readonly needed: Amounts;
  place: JobPlace;
  attempt: number;
  members: Map<number, MemberLife>;
  /** Numbers of members below this one were used. */
  nextMember: number;
  failures: number;
  startedMs: number;
  /** End of the back-off of a delayed job. */
  untilMs: number;
  waitCode: RefusalCode | undefined;
  /** The order by which it leaves, or left for host memory. */
  departure: DepartureId | undefined;
  /** It is leaving for good. */
  isOver: boolean;
  /** Events say that it has to be told to stop in the next actions, and why. */
  mustStop: LeaveReason["code"] | undefined;
  /** It failed too often: it has to be given up in the next actions. */
  mustGiveUp: boolean;
  outcome: "succeeded" | "cancelled" | "given-up" | undefined;
}

export function beginJob(job: BatchJob, sequence: number, nowMs: number): JobLife {
  return {
    job,
    sequence,
    needed: neededBy(job),
    place: "pending",
    attempt: 0,
    members: new Map(),
    nextMember: 0,
    failures: 0,
    startedMs: nowMs,
    untilMs: 0,
    waitCode: undefined,
    departure: undefined,
    isOver: false,
    mustStop: undefined,
    mustGiveUp: false,
    outcome: undefined,
  };
}

/** What the gang holds at its minimum. */
export function neededBy({ roles }: BatchJob): Amounts {
  return roles.reduce(
    (sum, { request, replicas }) => plus(sum, amountsOf(request), replicas.min),
    NO_AMOUNTS,
  );
}

/** What its members would hold, or hold, if they ran. */
export function heldBy({ members }: JobLife): Amounts {
  let sum = NO_AMOUNTS;
  for (const { role } of members.values()) sum = plus(sum, amountsOf(role.request), 1);
  return sum;
}

/** Members of the role. */
export function countOf({ members }: JobLife, role: JobRole): number {
  let count = 0;
  for (const member of members.values()) if (member.role === role) count += 1;
  return count;
}

/** MiB of host memory that a suspended member holds beside its own memory (rule J5). */
export function parkedBy(request: ResourceRequest, { hostMemory }: Suspension): number {
  return Math.ceil((hostMemory * requestedMilli(request)) / 1000);
}
