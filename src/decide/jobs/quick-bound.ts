import type { JobBook } from "./job-book.ts";
import { leastLostWork } from "./leaving-cost.ts";
import { firstUnitOf } from "./row-offers.ts";
import type { SearchOptions } from "./victim-choice.ts";
import { mayLeave, type Whose } from "./who-may-leave.ts";

/** What is known of who leaves a row: at least this cost, and nobody with a lower number. */
export interface QuickBound {
  readonly cost: number;
  readonly first: number;
}

/**
 * Lower bound of what leaving the row for one member of the class costs (rule V5): what is missing of
 * devices, CPU and memory there once all spare members are gone, at the least that a job gives up of
 * its work for each part of it; an infinite cost if it is not to be had. O(jobs on the row).
 */
export function quickBound(
  book: JobBook,
  row: number,
  request: number,
  claim: Whose,
  options: SearchOptions,
): QuickBound {
  const { table, model } = book.ground;
  const { classes } = model;
  let milli = table.milliMissing(row, request);
  let cpu = classes.cpu[request] - table.cpuFor(row, request);
  let memory = classes.memory[request] - table.memoryFree[row];
  const jobs = book.rows.running(row);
  let first = Infinity;
  for (const job of jobs) {
    const { record } = job;
    if (record.spare === 0) continue;
    first = Math.min(first, firstUnitOf(record));
    milli -= job.milli;
    cpu -= job.cpu;
    memory -= job.memory;
  }
  let [milliPrice, cpuPrice, memoryPrice] = [Infinity, Infinity, Infinity];
  for (const job of jobs) {
    const { record } = job;
    if (!mayLeave(claim, record, options.nowMs)) continue;
    first = Math.min(first, firstUnitOf(record));
    const cost = leastLostWork(record, options);
    if (job.milli > 0) milliPrice = Math.min(milliPrice, priceOf(cost, milli, job.milli));
    if (job.cpu > 0) cpuPrice = Math.min(cpuPrice, priceOf(cost, cpu, job.cpu));
    if (job.memory > 0) memoryPrice = Math.min(memoryPrice, priceOf(cost, memory, job.memory));
  }
  const cost = Math.max(
    milli > 0 ? milliPrice : 0,
    cpu > 0 ? cpuPrice : 0,
    memory > 0 ? memoryPrice : 0,
  );
  return { cost: first === Infinity ? Infinity : cost, first };
}

/** One job covers what is missing, or several do and each pays at least in proportion. */
function priceOf(cost: number, missing: number, held: number): number {
  return missing > held ? (cost * missing) / held : cost;
}
