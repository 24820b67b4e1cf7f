import type { LeaveReason } from "../../model/action.ts";
import type { Piece } from "./gang-placer.ts";
import type { JobBook } from "./job-book.ts";
import type { JobGroup } from "./job-groups.ts";
import { type JobRecord, type Member, spareRoleOf } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";
import { SPARE_BIT } from "./row-index.ts";

/** Groups whose running jobs may leave, unless within their minimum runtime; undefined: all jobs may. */
export type Groups = ReadonlySet<JobGroup> | undefined;

/** Who may be made to leave (rule V6). */
export interface Whose {
  readonly groups: Groups;
  /** A row whose mask has none of these bits has nobody who may leave. */
  readonly mask: number;
}

/** Who may be made to leave, and for whom. */
export interface Claim extends Whose {
  readonly pieces: readonly Piece[];
  readonly reasonOf: (record: JobRecord) => LeaveReason;
}

/** Mask of all groups and of members to spare. */
export const EVERYBODY = -1;

const NO_GROUPS: ReadonlySet<JobGroup> = new Set();

/** True iff the running job as a whole may be made to leave. O(1). */
export function mayLeave(
  { groups }: Whose,
  { group, job, startedMs }: JobRecord,
  nowMs: number,
): boolean {
  if (group === undefined) return false;
  if (groups === undefined) return true;
  return groups.has(group) && nowMs >= startedMs + job.minimumRuntimeMs;
}

/**
 * Groups whose jobs may leave for a pending one: those of lower priority in its queue, and those of
 * queues that have to give (rule Q5). O(groups of its queue), and O(groups) if its queue may take.
 */
export function groupsFor(
  { groups, queues }: JobBook,
  { leaf, job, amounts }: JobRecord,
  { shared }: Deciding,
): ReadonlySet<JobGroup> {
  let found: Set<JobGroup> | undefined;
  for (const group of groups.of(leaf)) {
    if (group.priority < job.priority) (found ??= new Set()).add(group);
  }
  if (!queues.isLeafEntitled(leaf, amounts, shared)) return found ?? NO_GROUPS;
  for (const group of groups.all()) {
    if (group.leaf === leaf) continue;
    if (!queues.mayReclaim(leaf, group.leaf, amounts, shared, group.holds)) continue;
    (found ??= new Set()).add(group);
  }
  return found ?? NO_GROUPS;
}

/** Mask of these groups and of members to spare, which anybody may have. */
export function maskOf(groups: Iterable<JobGroup>): number {
  let mask = SPARE_BIT;
  for (const { bit } of groups) mask |= bit;
  return mask;
}

/** Of a job's members on a row those that may leave one by one. */
export function spareMembers(record: JobRecord, members: readonly Member[]): readonly Member[] {
  if (record.spare === 0) return [];
  const role = spareRoleOf(record);
  return members.filter((member) => member.role === role);
}
