import { DEVICE_MILLI } from "../../model/units.ts";

/** Milli of one step of the grid on which sizes are told apart: sizes round up, residuals down. */
export const GRID_MILLI = 10;
const STEPS = DEVICE_MILLI / GRID_MILLI;

/** Improvement below which a pattern is no better: far above rounding, far below any real gain. */
const TOLERANCE = 1e-9;
/** Pivots after which the values found so far are taken; typical workloads need some dozens. */
const PIVOTS_MAX = 2000;

/** Pieces of one size that a workload cuts from devices. */
export interface Demand {
  /** 1 to 1000. */
  readonly milli: number;
  readonly pieces: number;
}

/**
 * What a residual of a device is worth to a workload: V(g), in devices, by g in steps of the grid.
 *
 * The linear program "fewest devices that serve the demands" has one variable for each pattern of
 * pieces that fits on a device; its dual gives each size a value u such that no pattern is worth
 * more than one device and the demands are worth as much as the devices they need. V(g) is the best
 * pattern that fits into g: V(g) = max Σ u·k subject to Σ size·k ≤ g. Patterns are generated as they
 * are needed (Gilmore and Gomory, "A Linear Programming Approach to the Cutting-Stock Problem",
 * Operations Research 9, 1961). O(pivots × sizes × (sizes + steps)).
 */
export function residualValues(demands: readonly Demand[]): Float64Array {
  const { sizes, pieces } = gather(demands);
  const prices = dualPrices(sizes, pieces);
  return bestPatterns(sizes, prices).values;
}

/**
 * How much of a residual the workload's common sizes can fill, in milli, by g in steps of the grid:
 * the largest sum of sizes that is at most g. Sizes below `leastShare` of all pieces are left out.
 */
export function fillableMilli(demands: readonly Demand[], leastShare: number): Float64Array {
  const { sizes, pieces } = gather(demands);
  const total = pieces.reduce((sum, count) => sum + count, 0);
  const common = sizes.filter((_, row) => pieces[row] > leastShare * total);
  const worth = Float64Array.from(common, (size) => size * GRID_MILLI);
  return bestPatterns(common, worth).values;
}

/** Distinct sizes in steps of the grid, ascending, with their number of pieces. */
function gather(demands: readonly Demand[]): { sizes: number[]; pieces: number[] } {
  const bySize = new Float64Array(STEPS + 1);
  for (const { milli, pieces } of demands) bySize[Math.ceil(milli / GRID_MILLI)] += pieces;
  const sizes: number[] = [];
  for (let size = 1; size <= STEPS; size += 1) if (bySize[size] > 0) sizes.push(size);
  return { sizes, pieces: sizes.map((size) => bySize[size]) };
}

/**
 * The simplex method on the primal, whose basis starts with one pattern a size (that size alone, as
 * often as it fits). Each pivot brings in the pattern that the current prices value most.
 */
function dualPrices(sizes: readonly number[], pieces: readonly number[]): Float64Array {
  const rows = sizes.length;
  // The inverse of the basis, row by row, and the amounts of its patterns.
  const inverse = sizes.map((size, row) => {
    const line = new Float64Array(rows);
    line[row] = 1 / Math.floor(STEPS / size);
    return line;
  });
  const amounts = inverse.map((line, row) => line[row] * pieces[row]);
  for (let pivot = 0; ; pivot += 1) {
    const prices = new Float64Array(rows);
    for (const line of inverse) {
      for (let row = 0; row < rows; row += 1) prices[row] += line[row];
    }
    const { values, choice } = bestPatterns(sizes, prices);
    if (values[STEPS] <= 1 + TOLERANCE || pivot === PIVOTS_MAX) return normalized(prices, values);
    enter(inverse, amounts, patternOf(sizes, choice));
  }
}

/** Prices may not value a device above one device; scaled down if the search was cut short. */
function normalized(prices: Float64Array, values: Float64Array): Float64Array {
  return values[STEPS] > 1 ? prices.map((price) => price / values[STEPS]) : prices;
}

/** Unbounded knapsack over all residuals: best value, and the size taken last to reach it. */
function bestPatterns(
  sizes: readonly number[],
  prices: Float64Array,
): { values: Float64Array; choice: Int32Array } {
  const values = new Float64Array(STEPS + 1);
  const choice = new Int32Array(STEPS + 1).fill(-1);
  for (let room = 1; room <= STEPS; room += 1) {
    values[room] = values[room - 1];
    for (let row = 0; row < sizes.length && sizes[row] <= room; row += 1) {
      const value = values[room - sizes[row]] + prices[row];
      if (value > values[room]) {
        values[room] = value;
        choice[room] = row;
      }
    }
  }
  return { values, choice };
}

/** Pieces of each size in the best pattern of a whole device. */
function patternOf(sizes: readonly number[], choice: Int32Array): Float64Array {
  const pattern = new Float64Array(sizes.length);
  let room = STEPS;
  while (room > 0) {
    const row = choice[room];
    if (row === -1) {
      room -= 1;
      continue;
    }
    pattern[row] += 1;
    room -= sizes[row];
  }
  return pattern;
}

/** Brings the pattern into the basis in place of the one that runs out first. */
function enter(inverse: Float64Array[], amounts: number[], pattern: Float64Array): void {
  const rows = amounts.length;
  const direction = inverse.map((line) => {
    let sum = 0;
    for (let row = 0; row < rows; row += 1) sum += line[row] * pattern[row];
    return sum;
  });
  let leaving = -1;
  for (let row = 0; row < rows; row += 1) {
    if (direction[row] <= TOLERANCE) continue;
    if (leaving === -1 || amounts[row] * direction[leaving] < amounts[leaving] * direction[row]) {
      leaving = row;
    }
  }
  if (leaving === -1) throw new Error("cutting stock: a pattern that no basis pattern limits");
  const pivotLine = inverse[leaving].map((cell) => cell / direction[leaving]);
  const pivotAmount = amounts[leaving] / direction[leaving];
  for (let row = 0; row < rows; row += 1) {
    if (row === leaving) continue;
    const factor = direction[row];
    inverse[row] = inverse[row].map((cell, column) => cell - factor * pivotLine[column]);
    amounts[row] -= factor * pivotAmount;
  }
  inverse[leaving] = pivotLine;
  amounts[leaving] = pivotAmount;
}
