import { grown } from "../cluster/grown.ts";
import type { JobBook } from "./job-book.ts";
import { mayLeave, type Whose } from "./who-may-leave.ts";
import { spareRoleOf } from "./job-record.ts";

/** Used within one call. */
let milliLeft = new Int32Array(16);

/**
 * Upper bound of the members of a class that the row would hold if all left who may (rule V6): nobody
 * keeps memory, and an elastic job spares all of its members there. O(jobs and devices on the row).
 */
export function roomWithout(
  book: JobBook,
  row: number,
  request: number,
  claim: Whose,
  nowMs: number,
): number {
  const { table, model } = book.ground;
  if (table.isRemoved(row) || table.isClosed(row) || !table.fitsEmpty(row, request)) return 0;
  if ((book.rows.maskOf(row) & claim.mask) === 0) return table.roomFor(row, request);
  const { classes } = model;
  const start = table.deviceStart[row];
  const devices = table.deviceStart[row + 1] - start;
  milliLeft = grown(milliLeft, devices);
  for (let device = 0; device < devices; device += 1) {
    milliLeft[device] = table.deviceMilli[start + device];
  }
  let cpu = table.cpuFor(row, request);
  let memory = table.memoryFree[row];
  for (const { record, members } of book.rows.running(row)) {
    const leavesWhole = mayLeave(claim, record, nowMs);
    if (!leavesWhole && record.spare === 0) continue;
    const role = leavesWhole ? -1 : spareRoleOf(record);
    for (const member of members) {
      if (!leavesWhole && member.role !== role) continue;
      cpu += classes.cpu[member.request];
      memory += classes.memory[member.request];
      const milli = classes.milli[member.request];
      for (const device of member.devices) milliLeft[device] += milli;
    }
  }
  let room = Number.POSITIVE_INFINITY;
  if (classes.cpu[request] > 0) room = Math.floor(cpu / classes.cpu[request]);
  if (classes.memory[request] > 0) {
    room = Math.min(room, Math.floor(memory / classes.memory[request]));
  }
  const count = classes.count[request];
  if (count === 0 || room <= 0) return Math.max(0, room);
  const milli = classes.milli[request];
  let able = 0;
  let pieces = 0;
  for (let device = 0; device < devices; device += 1) {
    if (milliLeft[device] < milli) continue;
    able += 1;
    pieces += Math.floor(milliLeft[device] / milli);
  }
  return able < count ? 0 : Math.min(room, Math.floor(pieces / count));
}
