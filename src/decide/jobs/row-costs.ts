import { parkedMemory } from "../../model/resources.ts";
import type { JobRecord, Member } from "./job-record.ts";
import type { RowJob } from "./row-index.ts";

/**
 * What each job of a row has in its costs: RowCost numbers a job, at these places. The rest of the
 * search's world is objects; this is what all rows are compared by, so it lies together.
 */
export const RowCost = {
  /** When its work was last safe, and how long a restart takes, in milliseconds. */
  saved: 0,
  restart: 1,
  /** Time that it loses if it saves; infinite if it cannot within the grace. */
  save: 2,
  /** What lost time is multiplied by (rule V5). */
  size: 3,
  /** End of its minimum runtime. */
  leavesFrom: 4,
  /** Slot of its group. */
  slot: 5,
  /** What it holds on the row. */
  milli: 6,
  cpu: 7,
  memory: 8,
  /** 1 if it has members to spare, else 0. */
  spare: 9,
  sequence: 10,
  /** Time that it loses if it is suspended, and host memory that this takes here; infinite as above. */
  suspend: 11,
  parked: 12,
} as const;

/** Numbers a job. */
export const ROW_COST_WIDTH = 13;

/** Costs of these jobs, which run on one row, in their order. O(jobs). */
export function costsOf(jobs: readonly RowJob[], graceMs: number): Float64Array {
  const costs = new Float64Array(jobs.length * ROW_COST_WIDTH);
  let at = 0;
  for (const { record, members, milli, cpu, memory } of jobs) {
    const { checkpoint, suspension, minimumRuntimeMs } = record.job;
    const restartMs = checkpoint?.restartMs ?? 0;
    const mayAsk = checkpoint?.onRequest === true && checkpoint.saveMs <= graceMs;
    const maySuspend = suspension !== undefined && suspension.suspendMs <= graceMs;
    costs[at + RowCost.saved] = record.savedMs;
    costs[at + RowCost.restart] = restartMs;
    costs[at + RowCost.save] = mayAsk ? checkpoint.saveMs + restartMs : Infinity;
    costs[at + RowCost.suspend] = maySuspend
      ? suspension.suspendMs + suspension.resumeMs
      : Infinity;
    costs[at + RowCost.parked] = maySuspend ? parkedBy(record, members) : 0;
    costs[at + RowCost.size] = record.size;
    costs[at + RowCost.leavesFrom] = record.startedMs + minimumRuntimeMs;
    costs[at + RowCost.slot] = record.group!.slot;
    costs[at + RowCost.milli] = milli;
    costs[at + RowCost.cpu] = cpu;
    costs[at + RowCost.memory] = memory;
    costs[at + RowCost.spare] = record.spare > 0 ? 1 : 0;
    costs[at + RowCost.sequence] = record.sequence;
    at += ROW_COST_WIDTH;
  }
  return costs;
}

/** Host memory that the content of these members' devices takes. */
function parkedBy({ job }: JobRecord, members: readonly Member[]): number {
  const { hostMemory } = job.suspension!;
  let memory = 0;
  for (const { role } of members) memory += parkedMemory(job.roles[role].request, hostMemory);
  return memory;
}
