import type { Ground } from "../ground.ts";
import type { JobBook } from "./job-book.ts";
import { parkedMemory } from "../../model/resources.ts";
import type { JobRecord, Member } from "./job-record.ts";

/** So many cores count for a device in jobs that hold none. */
const CORES_A_DEVICE = 16;

/** How a job leaves, and what that costs. */
export interface Leaving {
  readonly way: "suspend" | "save" | "kill";
  /** Milliseconds in which it gets no further or which it has to do again × its milli (rule V5). */
  readonly lostWork: number;
}

export interface LeavingOptions {
  readonly nowMs: number;
  readonly graceMs: number;
  /** Whether it may stay in host memory; otherwise it leaves its nodes altogether. */
  readonly maySuspend: boolean;
  /** MiB of host memory that have to stay free on each node for whoever comes. */
  readonly reserve: number;
}

/** The way to leave within `graceMs` that loses least; among equals suspension, then saving. */
export function cheapestLeaving(
  book: JobBook,
  record: JobRecord,
  { nowMs, graceMs, reserve, maySuspend }: LeavingOptions,
): Leaving {
  const { checkpoint, suspension } = record.job;
  const milli = record.size;
  const sinceSavedMs = Math.max(0, (record.suspendedMs ?? nowMs) - record.savedMs);
  const restartMs = checkpoint?.restartMs ?? 0;
  let best: Leaving = { way: "kill", lostWork: (sinceSavedMs + restartMs) * milli };
  if (checkpoint?.onRequest === true && checkpoint.saveMs <= graceMs) {
    const lostWork = (checkpoint.saveMs + restartMs) * milli;
    if (lostWork <= best.lostWork) best = { way: "save", lostWork };
  }
  const isSwift = suspension !== undefined && suspension.suspendMs <= graceMs;
  if (maySuspend && isSwift) {
    const lostWork = (suspension.suspendMs + suspension.resumeMs) * milli;
    if (lostWork <= best.lostWork && canPark(book, record, reserve)) {
      best = { way: "suspend", lostWork };
    }
  }
  return best;
}

/** Whether there is a way to leave by which the job loses nothing at any time. */
export function mayLoseNothing({ job: { checkpoint, suspension }, size }: JobRecord): boolean {
  const savedMs = checkpoint === undefined ? 1 : checkpoint.saveMs + checkpoint.restartMs;
  const suspendedMs = suspension === undefined ? 1 : suspension.suspendMs + suspension.resumeMs;
  return size === 0 || savedMs === 0 || suspendedMs === 0;
}

/** At most what `cheapestLeaving` says is lost, whatever host memory there is. O(1). */
export function leastLostWork(
  record: JobRecord,
  { nowMs, graceMs }: Pick<LeavingOptions, "nowMs" | "graceMs">,
): number {
  const { checkpoint, suspension } = record.job;
  const restartMs = checkpoint?.restartMs ?? 0;
  let lostMs = Math.max(0, nowMs - record.savedMs) + restartMs;
  if (checkpoint?.onRequest === true && checkpoint.saveMs <= graceMs) {
    lostMs = Math.min(lostMs, checkpoint.saveMs + restartMs);
  }
  if (suspension !== undefined && suspension.suspendMs <= graceMs) {
    lostMs = Math.min(lostMs, suspension.suspendMs + suspension.resumeMs);
  }
  return lostMs * record.size;
}

/**
 * True iff all of the job's nodes have host memory for what it keeps there, and the reserve. It takes
 * that memory at once, so what others still hold while they leave does not count as free.
 */
function canPark({ ground }: JobBook, { job, members }: JobRecord, reserve: number): boolean {
  const { table } = ground;
  const isFree = (row: number, memory: number) =>
    memory + Math.max(reserve, ground.memoryHeldOn(row)) <= table.memoryFree[row];
  const { hostMemory } = job.suspension!;
  // Its own memory it keeps; what its devices hold comes to it.
  const parkedOf = ({ role }: Member) => parkedMemory(job.roles[role].request, hostMemory);
  if (members.length === 1) {
    return isFree(members[0].row, parkedOf(members[0]));
  }
  const need = new Map<number, number>();
  for (const member of members) {
    need.set(member.row, (need.get(member.row) ?? 0) + parkedOf(member));
  }
  for (const [row, memory] of need) if (!isFree(row, memory)) return false;
  return true;
}

/** Milli of devices that the job holds; without devices, its cores at CORES_A_DEVICE a device. */
export function sizeOf({ model }: Ground, { members }: JobRecord): number {
  const { cpu, count, milli } = model.classes;
  let devices = 0;
  let cores = 0;
  for (const { request } of members) {
    devices += count[request] * milli[request];
    cores += cpu[request];
  }
  return devices > 0 ? devices : cores / CORES_A_DEVICE;
}
