import type { LeaveReason } from "../../model/action.ts";
import type { Piece } from "./gang-placer.ts";
import type { JobGroup } from "./job-groups.ts";
import { type JobRecord, type Member, spareRoleOf } from "./job-record.ts";

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
  /** The groups by slot, as a choice of groups has them; absent: everybody. */
  readonly slots: Uint8Array | undefined;
  readonly reasonOf: (record: JobRecord) => LeaveReason;
}

/** All jobs, at any time. */
export const EVERYBODY = { groups: undefined, mask: -1, slots: undefined } as const;

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

/** Of a job's members on a row those that may leave one by one. */
export function spareMembers(record: JobRecord, members: readonly Member[]): readonly Member[] {
  if (record.spare === 0) return [];
  const role = spareRoleOf(record);
  return members.filter((member) => member.role === role);
}
