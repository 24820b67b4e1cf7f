import { type Amounts, NO_AMOUNTS } from "../../model/amounts.ts";
import type { DepartureId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import type { RefusalCode } from "../../model/refusal.ts";
import type { Holding } from "../departures.ts";
import type { Ground } from "../ground.ts";
import { minimumAmounts } from "./gang-amounts.ts";
import type { JobGroup } from "./job-groups.ts";

/** One placed member of a gang. Replaced, never changed. */
export interface Member extends Holding {
  /** Never used again within the job. */
  readonly number: number;
  /** Index in the job's roles. */
  readonly role: number;
}

/**
 * Where a job stands:
 *
 *     pending ──start──► running ──suspend──► suspended ──resume──► running
 *        ▲                  │                     │
 *        └──── departed ── stopping ◄─────────────┘       (or gone, once it has left)
 */
export type JobState =
  | { readonly kind: "pending" }
  /** Waits for the end of its back-off. */
  | { readonly kind: "delayed"; readonly untilMs: number }
  | { readonly kind: "running" }
  | { readonly kind: "suspended"; readonly departure: DepartureId }
  | { readonly kind: "stopping"; readonly departure: DepartureId; readonly isOver: boolean };

/** What the scheduler knows of a job. One object a job; its state is replaced, never changed. */
export interface JobRecord {
  readonly job: BatchJob;
  /** Order of submission: what decides between equals. */
  readonly sequence: number;
  readonly leaf: number;
  /** Class of each role's request. */
  readonly classes: readonly number[];
  /** Jobs of equal shape fit and fail alike. */
  readonly shape: string;
  /** What the gang holds at its minimum. */
  readonly amounts: Amounts;
  state: JobState;
  /** Held places; those of a suspended job are where it goes on, and hold nothing but memory. */
  members: readonly Member[];
  /** Members by role. */
  counts: readonly number[];
  /** Members above the minimum of the role with most of them: how many may be taken away. */
  spare: number;
  /** What its lost time is multiplied by (rule V5). */
  size: number;
  /** What all its members above the minimum hold, while it runs. */
  grown: Amounts;
  /** It is suspended, and its queue may not hold it again at present (rule Q4). */
  isHeldBack: boolean;
  /** While it runs. */
  group: JobGroup | undefined;
  attempt: number;
  failures: number;
  nextMember: number;
  startedMs: number;
  /** When what it has done was last safe: its last checkpoint, or its start. */
  savedMs: number;
  /** Since when it is suspended: it gets no further meanwhile, and has nothing more to lose. */
  suspendedMs: number | undefined;
  /** When a job after it started for the first time since it is pending (rule J10). */
  overtakenMs: number | undefined;
  /** The reason of its last `wait-job`. */
  waitCode: RefusalCode | undefined;
}

/** A job that was just submitted. */
export function newRecord(
  ground: Ground,
  job: BatchJob,
  { leaf, sequence, nowMs }: Pick<JobRecord, "leaf" | "sequence"> & { readonly nowMs: number },
): JobRecord {
  const classes = job.roles.map(({ request }) => ground.model.classes.intern(request, true)!);
  const sizes = job.roles.map(({ replicas }, role) => `${classes[role]}x${replicas.min}`);
  return {
    job,
    sequence,
    leaf,
    classes,
    shape: sizes.join(" "),
    amounts: minimumAmounts(job),
    state: { kind: "pending" },
    members: [],
    counts: [],
    spare: 0,
    size: 0,
    grown: NO_AMOUNTS,
    isHeldBack: false,
    group: undefined,
    attempt: 0,
    failures: 0,
    nextMember: 0,
    startedMs: nowMs,
    savedMs: nowMs,
    suspendedMs: undefined,
    overtakenMs: undefined,
    waitCode: undefined,
  };
}

/** The role with most members above its minimum, the first of equals. */
export function spareRoleOf({ job, counts }: JobRecord): number {
  let best = 0;
  let most = -1;
  for (const [role, { replicas }] of job.roles.entries()) {
    const spare = counts[role] - replicas.min;
    if (spare <= most) continue;
    most = spare;
    best = role;
  }
  return best;
}

/** More than the members that a job ever has: a unit's number tells its job and its member. */
const MEMBERS_MAX = 2 ** 24;

/** Number of the unit that stands for the whole of a job; those of its members are higher. */
export function firstUnitAt(sequence: number): number {
  return sequence * MEMBERS_MAX;
}
