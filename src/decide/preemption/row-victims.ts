import { fits, giveBack, type Room, type RowHolding, type RowPiece, roomOf, take } from "./room.ts";
import {
  costOf,
  isBetterSet,
  isCheaper,
  largestSet,
  mayJoin,
  type Outlay,
  type UnitSet,
  withoutNeedless,
} from "./unit-sets.ts";
import type { DemandPiece, VictimRow } from "./victims.ts";

/** Nodes of the search on one row, which 12 units cannot reach; beyond it the best so far is taken. */
const ROW_STEPS_MAX = 8192;

/** More than the rounding of a sum of counts, and less than any part of one that matters. */
const ROUNDING = 1e-9;

/** What a unit has on one row. */
export interface RowUnit {
  /** Its index, which the answer names and ties go by. */
  readonly unit: number;
  /** Lost work if it leaves, in milliseconds × milli; all of it, though it may hold other rows too. */
  readonly cost: number;
  readonly group: number;
  readonly isWhole: boolean;
  readonly holdings: readonly RowHolding[];
}

/** Stands for no choice yet: any is better. */
const NO_SET: UnitSet = { cost: Infinity, units: [] };
const NOBODY: UnitSet = { cost: 0, units: [] };
const NOTHING: Outlay = { cost: 0, count: 0 };

/**
 * The best units (rule V4) on one row that make room for one piece; `undefined` if no set does, or
 * none better than `best`, which is how rows are compared: give each the best so far. `units` ascend;
 * `spare` says by group how many of its members may leave.
 *
 * A row whose lower bound is no better costs O(holdings + devices²). Otherwise branch and bound,
 * exact up to ROW_STEPS_MAX nodes; beyond them still a set of which nobody is needless.
 */
export function vacateRow(
  row: VictimRow,
  units: readonly RowUnit[],
  piece: RowPiece,
  spare: readonly number[],
  best: UnitSet = NO_SET,
): UnitSet | undefined {
  if (fits(row, piece)) return isBetterSet(NOBODY, best) ? NOBODY : undefined;
  if (units.length === 0) return undefined;
  const mayWinTie = units[0].unit <= best.units[0];
  let bound: Outlay = { cost: best.cost, count: best.units.length + (mayWinTie ? 1 : 0) };
  if (leastOutlay({ row, piece, units, bound }, 0, NOTHING) === undefined) return undefined;
  const suffices = (leaving: readonly RowUnit[]) => fits(roomWithout(row, leaving), piece);
  const first = firstSet(units, spare, suffices);
  if (first !== undefined) {
    const enough = { cost: costOf(first), count: first.length + 1 };
    if (isCheaper(enough, bound)) bound = enough;
  }
  const search = { row: roomOf(row), units, piece, spare, chosen: [], bound, steps: 0 };
  let found = searchFrom(search, 0, 0) ?? first;
  if (found === undefined) return undefined;
  if (search.steps === ROW_STEPS_MAX) found = withoutNeedless(found, suffices);
  const set = { cost: costOf(found), units: found.map(({ unit }) => unit) };
  return isBetterSet(set, best) ? set : undefined;
}

/** Lower bound of what it costs to make room for the piece; infinite if all units do not. O(holdings + devices²). */
export function leastToVacate(row: VictimRow, units: readonly RowUnit[], piece: RowPiece): number {
  return fits(row, piece) ? 0 : leastSum({ row, piece, units }, 0, "cost");
}

/** The best of all rows that may hold the piece, the first of equals; `undefined` if none makes room. */
export function vacateCheapest(
  rows: readonly VictimRow[],
  unitsByRow: readonly (readonly RowUnit[])[],
  piece: DemandPiece,
  spare: readonly number[],
): { readonly row: number; readonly set: UnitSet } | undefined {
  let best: { readonly row: number; readonly set: UnitSet } | undefined;
  for (const row of piece.rows) {
    const set = vacateRow(rows[row], unitsByRow[row], piece, spare, best?.set);
    if (set === undefined) continue;
    best = { row, set };
    if (set.units.length === 0) break;
  }
  return best;
}

/** Units of whom nobody is needless, found without a search; `undefined` if it finds none. */
function firstSet(
  units: readonly RowUnit[],
  spare: readonly number[],
  suffices: (leaving: readonly RowUnit[]) => boolean,
): RowUnit[] | undefined {
  for (const prefers of ["members", "whole"] as const) {
    const all = largestSet(units, spare, prefers);
    if (suffices(all)) return withoutNeedless(all, suffices);
  }
  return undefined;
}

function roomWithout(row: VictimRow, leaving: readonly RowUnit[]): Room {
  const room = roomOf(row);
  for (const { holdings } of leaving) for (const holding of holdings) giveBack(room, holding);
  return room;
}

/** One row and what is to be had there. */
interface RowBound {
  readonly row: VictimRow;
  readonly units: readonly RowUnit[];
  readonly piece: RowPiece;
  /** Only what is cheaper counts. */
  bound: Outlay;
}

interface RowSearch extends RowBound {
  /** With the chosen gone. */
  readonly row: Room;
  readonly spare: readonly number[];
  readonly chosen: RowUnit[];
  steps: number;
}

/**
 * The best set of the chosen, whose cost is given, and units from `from` on. With each unit before
 * without it, sets of one size come in the order of their indices, so that the first of equals wins.
 */
function searchFrom(search: RowSearch, from: number, cost: number): RowUnit[] | undefined {
  const { row, units, spare, chosen } = search;
  if (search.steps === ROW_STEPS_MAX) return undefined;
  search.steps += 1;
  const outlay = { cost, count: chosen.length };
  const least = leastOutlay(search, from, outlay);
  if (least === undefined) return undefined;
  if (least.count === outlay.count) {
    search.bound = outlay;
    return [...chosen];
  }
  const unit = units[from];
  let found: RowUnit[] | undefined;
  if (mayJoin(unit, chosen, spare)) {
    for (const holding of unit.holdings) giveBack(row, holding);
    chosen.push(unit);
    found = searchFrom(search, from + 1, cost + unit.cost);
    chosen.pop();
    for (const holding of unit.holdings) take(row, holding);
  }
  return searchFrom(search, from + 1, cost) ?? found;
}

/** Lower bound with units from `from` on beside what is spent; `undefined` if it is not below the bound. */
function leastOutlay(search: RowBound, from: number, spent: Outlay): Outlay | undefined {
  const cost = spent.cost + leastSum(search, from, "cost");
  if (!isCheaper({ cost, count: spent.count }, search.bound)) return undefined;
  const count = spent.count + Math.ceil(leastSum(search, from, "count") - ROUNDING);
  return isCheaper({ cost, count }, search.bound) ? { cost, count } : undefined;
}

/**
 * Lower bound of what units from `from` on cost, or count, that make the room; Infinity if all of them
 * do not. O(holdings + devices²).
 *
 * A unit's price is split evenly over the devices that it holds. A device that lacks `missing` milli is
 * not freed below the least, over its holdings, of split price × max(1, missing / milli): either one
 * holding covers it, or several do and each pays at least in proportion. The cheapest devices are
 * summed. CPU and memory are bounded alike, unsplit.
 */
function leastSum(
  { row, piece, units }: Omit<RowBound, "bound">,
  from: number,
  what: "cost" | "count",
): number {
  const left: number[] = [];
  const prices: number[] = [];
  for (const free of row.devices) {
    left.push(piece.milli - free);
    prices.push(piece.milli > free ? Infinity : 0);
  }
  const cpu = shortageOf(piece.cpu - row.cpu);
  const memory = shortageOf(piece.memory - row.memory);
  for (let place = from; place < units.length; place += 1) {
    const { cost, holdings } = units[place];
    const price = what === "cost" ? cost : 1;
    let [cpuHeld, memoryHeld, split] = [0, 0, 0];
    for (const holding of holdings) {
      cpuHeld += holding.cpu;
      memoryHeld += holding.memory;
      split += holding.devices.length;
    }
    offer(cpu, cpuHeld, price);
    offer(memory, memoryHeld, price);
    for (const { milli, devices } of holdings) {
      for (const device of devices) {
        const missing = piece.milli - row.devices[device];
        if (missing <= 0 || milli === 0) continue;
        left[device] -= milli;
        const times = missing > milli ? missing / milli : 1;
        prices[device] = Math.min(prices[device], (price / split) * times);
      }
    }
  }
  if (cpu.left > 0 || memory.left > 0) return Infinity;
  for (let device = 0; device < left.length; device += 1) {
    if (left[device] > 0) prices[device] = Infinity;
  }
  return Math.max(cpu.price, memory.price, sumOfLeast(prices, piece.count));
}

/** What is missing of CPU or memory of a row, and the least that makes it up. */
interface Shortage {
  readonly missing: number;
  left: number;
  price: number;
}

function shortageOf(missing: number): Shortage {
  return { missing, left: missing, price: missing > 0 ? Infinity : 0 };
}

function offer(shortage: Shortage, amount: number, price: number): void {
  const { missing } = shortage;
  if (missing <= 0 || amount === 0) return;
  shortage.left -= amount;
  shortage.price = Math.min(shortage.price, price * Math.max(1, missing / amount));
}

/** Sum of the `count` least of `values`, which it reorders; Infinity if there are fewer. */
function sumOfLeast(values: number[], count: number): number {
  if (count > values.length) return Infinity;
  let sum = 0;
  for (let place = 0; place < count; place += 1) {
    let least = place;
    for (let other = place + 1; other < values.length; other += 1) {
      if (values[other] < values[least]) least = other;
    }
    sum += values[least];
    values[least] = values[place];
  }
  return sum;
}
