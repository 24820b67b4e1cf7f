import type { JobBook } from "./job-book.ts";
import { firstUnitAt } from "./job-record.ts";
import { ROW_COST_WIDTH, RowCost } from "./row-costs.ts";

/** Costs closer than one part in this many may be equal but for rounding. */
const COST_STEPS = 1e11;

/** Who may leave, and when. */
export interface BoundFor {
  /** By slot 1 for groups that may leave; absent: everybody may, at any time. */
  readonly slots: Uint8Array | undefined;
  readonly nowMs: number;
  readonly graceMs: number;
  /** MiB of host memory that have to stay free on each node for whoever comes. */
  readonly reserve: number;
}

/**
 * Lower bound of what leaving the row for one member of the class costs (rule V5): what is missing of
 * devices, CPU and memory there once all spare members are gone, at the least that a job gives up of
 * its work for each part of it; infinite if it is not to be had. O(jobs on the row), no allocation.
 */
export function quickBound(book: JobBook, row: number, request: number, bound: BoundFor): number {
  const { table, model } = book.ground;
  const { classes } = model;
  let milli = table.milliMissing(row, request);
  let cpu = classes.cpu[request] - table.cpuFor(row, request);
  let memory = classes.memory[request] - table.memoryFree[row];
  const costs = book.rows.costs(row, table.changes.last[row], bound.graceMs);
  const parking = table.memoryFree[row] - bound.reserve;
  let isAnybody = false;
  for (let at = 0; at < costs.length; at += ROW_COST_WIDTH) {
    if (costs[at + RowCost.spare] === 0) continue;
    isAnybody = true;
    milli -= costs[at + RowCost.milli];
    cpu -= costs[at + RowCost.cpu];
    memory -= costs[at + RowCost.memory];
  }
  let least = isAnybody ? 0 : Infinity;
  let milliPrice = milli > 0 ? Infinity : 0;
  let cpuPrice = cpu > 0 ? Infinity : 0;
  let memoryPrice = memory > 0 ? Infinity : 0;
  for (let at = 0; at < costs.length; at += ROW_COST_WIDTH) {
    const cost = leastLost(costs, at, bound.nowMs, parking);
    // Others ask for less host memory than this one, and for other groups.
    least = Math.min(least, leastLost(costs, at, bound.nowMs, Infinity));
    if (!isAllowed(costs, at, bound)) continue;
    isAnybody = true;
    milliPrice = Math.min(milliPrice, priceOf(cost, milli, costs[at + RowCost.milli]));
    cpuPrice = Math.min(cpuPrice, priceOf(cost, cpu, costs[at + RowCost.cpu]));
    memoryPrice = Math.min(memoryPrice, priceOf(cost, memory, costs[at + RowCost.memory]));
  }
  book.rows.setLeastCost(row, least);
  return isAnybody ? Math.max(milliPrice, cpuPrice, memoryPrice) : Infinity;
}

/** What is known of the sets of a row that cost so much: at least so many leave, nobody with a lower number. */
export interface LeastSet {
  readonly count: number;
  readonly first: number;
}

/** At least who leaves the row for one member of the class at no more than this cost. O(jobs on the row). */
export function leastSet(
  book: JobBook,
  row: number,
  request: number,
  cost: number,
  bound: BoundFor,
): LeastSet {
  const { table, model } = book.ground;
  const { classes } = model;
  const costs = book.rows.costs(row, table.changes.last[row], bound.graceMs);
  const most = cost + cost / COST_STEPS;
  const parking = table.memoryFree[row] - bound.reserve;
  let first = Infinity;
  let [milli, cpu, memory] = [0, 0, 0];
  for (let at = 0; at < costs.length; at += ROW_COST_WIDTH) {
    const isCheap =
      isAllowed(costs, at, bound) && leastLost(costs, at, bound.nowMs, parking) <= most;
    if (!isCheap && costs[at + RowCost.spare] === 0) continue;
    // Jobs are in order of submission.
    if (first === Infinity) first = firstUnitAt(costs[at + RowCost.sequence]);
    milli = Math.max(milli, costs[at + RowCost.milli]);
    cpu = Math.max(cpu, costs[at + RowCost.cpu]);
    memory = Math.max(memory, costs[at + RowCost.memory]);
  }
  const count = Math.max(
    1,
    countOf(table.milliMissing(row, request), milli),
    countOf(classes.cpu[request] - table.cpuFor(row, request), cpu),
    countOf(classes.memory[request] - table.memoryFree[row], memory),
  );
  return { count, first };
}

/** How many that hold at most so much make up what is missing, at least. */
function countOf(missing: number, held: number): number {
  return missing <= 0 ? 0 : Math.ceil(missing / held);
}

/** As `mayLeave` says, from the costs of a row. */
export function isAllowed(costs: Float64Array, at: number, { slots, nowMs }: BoundFor): boolean {
  if (slots === undefined) return true;
  return slots[costs[at + RowCost.slot]] === 1 && nowMs >= costs[at + RowCost.leavesFrom];
}

/** MiB of host memory that who is suspended on the row may take there. */
export function parkingOn({ ground }: JobBook, row: number, { reserve }: BoundFor): number {
  return ground.table.memoryFree[row] - Math.max(reserve, ground.memoryHeldOn(row));
}

/** At most what `cheapestLeaving` says is lost, from the costs of a row with so much parking. */
export function leastLost(costs: Float64Array, at: number, nowMs: number, parking: number): number {
  let lostMs = Math.max(0, nowMs - costs[at + RowCost.saved]) + costs[at + RowCost.restart];
  lostMs = Math.min(lostMs, costs[at + RowCost.save]);
  if (costs[at + RowCost.parked] <= parking) {
    lostMs = Math.min(lostMs, costs[at + RowCost.suspend]);
  }
  return lostMs * costs[at + RowCost.size];
}

/** One job covers what is missing, or several do and each pays at least in proportion. */
function priceOf(cost: number, missing: number, held: number): number {
  if (held <= 0) return Infinity;
  return missing > held ? (cost * missing) / held : cost;
}
