import { grownFloats } from "../cluster/grown.ts";
import type { JobBook } from "./job-book.ts";
import { type BoundFor, isAllowed, leastLost, parkingOn } from "./quick-bound.ts";
import { ROW_COST_WIDTH, RowCost } from "./row-costs.ts";

/** Used within one call: by device, the milli missing when all have left, and the price to free it. */
let left = new Float64Array(16);
let prices = new Float64Array(16);

/**
 * Lower bound of what leaving the row for one member of the class costs, device by device, as
 * `leastSum` of the row's search has it; infinite if the devices are not to be had. Tighter than
 * `quickBound` where devices are shared. O(holdings + devices²), no allocation.
 */
export function deviceBound(book: JobBook, row: number, request: number, bound: BoundFor): number {
  const { table, model } = book.ground;
  const { classes } = model;
  const count = classes.count[request];
  if (count === 0) return 0;
  const milli = classes.milli[request];
  const start = table.deviceStart[row];
  const devices = table.deviceStart[row + 1] - start;
  left = grownFloats(left, devices);
  prices = grownFloats(prices, devices);
  for (let device = 0; device < devices; device += 1) {
    left[device] = milli - table.deviceMilli[start + device];
    prices[device] = left[device] > 0 ? Infinity : 0;
  }
  const costs = book.rows.costs(row, table.changes.last[row], bound.graceMs);
  const parking = parkingOn(book, row, bound);
  let at = 0;
  for (const { members, devices: held } of book.rows.running(row)) {
    const hasSpare = costs[at + RowCost.spare] === 1;
    if (hasSpare || isAllowed(costs, at, bound)) {
      // A member to spare costs nothing; any of them may be.
      const price = hasSpare ? 0 : leastLost(costs, at, bound.nowMs, parking) / held;
      for (const { request: own, devices: on } of members) {
        offer(table.deviceMilli, start, { milli, own: classes.milli[own], on, price });
      }
    }
    at += ROW_COST_WIDTH;
  }
  for (let device = 0; device < devices; device += 1) {
    if (left[device] > 0) prices[device] = Infinity;
  }
  return sumOfLeast(devices, count);
}

interface Offer {
  /** Milli that are to be free on a device. */
  readonly milli: number;
  /** Milli that the member holds on each of these devices. */
  readonly own: number;
  readonly on: readonly number[];
  /** What freeing one of them costs. */
  readonly price: number;
}

/** A member may leave its devices: it covers what is missing, or pays in proportion. */
function offer(free: Int32Array, start: number, { milli, own, on, price }: Offer): void {
  for (const device of on) {
    const missing = milli - free[start + device];
    if (missing <= 0) continue;
    left[device] -= own;
    const times = missing > own ? missing / own : 1;
    prices[device] = Math.min(prices[device], price * times);
  }
}

/** Sum of the `count` least of the prices of so many devices, which it reorders. */
function sumOfLeast(devices: number, count: number): number {
  if (count > devices) return Infinity;
  let sum = 0;
  for (let place = 0; place < count; place += 1) {
    let least = place;
    for (let other = place + 1; other < devices; other += 1) {
      if (prices[other] < prices[least]) least = other;
    }
    sum += prices[least];
    prices[least] = prices[place];
  }
  return sum;
}
