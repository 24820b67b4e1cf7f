import type { JobBook } from "./job-book.ts";
import { leastLostWork } from "./leaving-cost.ts";
import type { SearchOptions } from "./victim-choice.ts";
import { mayLeave, type Whose } from "./who-may-leave.ts";

/**
 * Lower bound of what leaving the row for one member of the class costs (rule V5): what is missing of
 * devices, CPU and memory there, at the least that a job gives up of its work for each part of it.
 * Infinity if what is missing is not to be had. O(jobs on the row).
 */
export function quickBound(
  book: JobBook,
  row: number,
  request: number,
  claim: Whose,
  options: SearchOptions,
): number {
  const { table, model } = book.ground;
  const { classes } = model;
  const milli = table.milliMissing(row, request);
  const cpu = classes.cpu[request] - table.cpuFor(row, request);
  const memory = classes.memory[request] - table.memoryFree[row];
  let [milliPrice, cpuPrice, memoryPrice] = [Infinity, Infinity, Infinity];
  for (const { record, milli: milliHeld, cpu: cpuHeld, memory: memoryHeld } of book.rows.running(
    row,
  )) {
    if (record.spare > 0) return 0;
    if (!mayLeave(claim, record, options.nowMs)) continue;
    const cost = leastLostWork(record, options);
    if (milliHeld > 0) milliPrice = Math.min(milliPrice, priceOf(cost, milli, milliHeld));
    if (cpuHeld > 0) cpuPrice = Math.min(cpuPrice, priceOf(cost, cpu, cpuHeld));
    if (memoryHeld > 0) memoryPrice = Math.min(memoryPrice, priceOf(cost, memory, memoryHeld));
  }
  return Math.max(milli > 0 ? milliPrice : 0, cpu > 0 ? cpuPrice : 0, memory > 0 ? memoryPrice : 0);
}

/** One job covers what is missing, or several do and each pays at least in proportion. */
function priceOf(cost: number, missing: number, held: number): number {
  return missing > held ? (cost * missing) / held : cost;
}
