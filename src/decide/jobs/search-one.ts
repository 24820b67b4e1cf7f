import { vacateRow } from "../preemption/row-victims.ts";
import type { UnitSet } from "../preemption/unit-sets.ts";
import { deviceBound } from "./device-bound.ts";
import type { JobBook } from "./job-book.ts";
import { LeastHeap } from "./least-heap.ts";
import { type BoundFor, leastSet, quickBound } from "./quick-bound.ts";
import { type OfferedUnit, offerOf } from "./row-offers.ts";
import {
  couldHold,
  freeOf,
  leavingFor,
  pieceOf,
  type SearchOptions,
  type Vacating,
} from "./victim-choice.ts";
import type { Claim } from "./who-may-leave.ts";

/** Costs closer than one part in this many may be equal but for rounding. */
const COST_STEPS = 1e12;

interface Found {
  readonly row: number;
  readonly set: UnitSet;
  readonly units: readonly OfferedUnit[];
}

/** A row, and what is known of its sets: they cost at least so much, and then at least so many leave. */
interface Bounded {
  readonly row: number;
  cost: number;
  count: number;
  /** Nobody of a lower number is in a set that costs so much. */
  first: number;
  /** How it was bounded: whoever leaves, by amounts, or device by device. */
  by: "least" | "amounts" | "devices";
}

/**
 * Who leaves for a single piece at the least cost (rule V2): the best of these rows, each with only
 * what is there. Rows are looked at from the least bound on, until none can be better: O(jobs on the
 * rows) for the bounds, and a search for each row looked at.
 */
export function searchForOne(
  book: JobBook,
  claim: Claim,
  among: Iterable<number>,
  options: SearchOptions,
): Vacating | undefined {
  const [{ request }] = claim.pieces;
  const bound = { ...options, slots: claim.slots };
  const rows = boundsOf(book, claim, among);
  const look = lookerAt(book, claim, options);
  const heap = new LeastHeap([...rows], compareBounds);
  let best: Found | undefined;
  for (let each = heap.pop(); each !== undefined; each = heap.pop()) {
    if (best !== undefined && isAbove(each.cost, best.set.cost)) break;
    if (best !== undefined && !mayBeat(each, best.set)) continue;
    if (each.by === "devices") best = look(each.row, best) ?? best;
    else {
      sharpen(book, each, request, bound);
      if (each.cost < Infinity) heap.push(each);
    }
  }
  if (best === undefined) return undefined;
  const { set, units } = best;
  const victims = units.filter(({ unit }) => set.units.includes(unit));
  const others = new Set(victims[0].record.members.map((member) => member.row));
  // Those of equal sets that are on several rows leave the first of them.
  for (const row of [...others].toSorted((left, right) => left - right)) {
    if (row >= best.row) break;
    if (!rows.some((each) => each.row === row) || !couldHold(book.ground, row, request)) continue;
    const found = look(row, undefined);
    if (found !== undefined && isSameSet(found.set, set)) {
      best = found;
      break;
    }
  }
  return { victims, places: [{ row: best.row }] };
}

/** Rows on which somebody may leave, with what is known of them already. */
function boundsOf({ rows, ground }: JobBook, { mask }: Claim, among: Iterable<number>): Bounded[] {
  const { last } = ground.table.changes;
  const bounds: Bounded[] = [];
  for (const row of among) {
    if ((rows.maskOf(row) & mask) === 0) continue;
    const cost = rows.leastCost(row, last[row]);
    const first = rows.firstUnit(row, last[row]);
    bounds.push({ row, cost, count: 1, first, by: "least" });
  }
  return bounds;
}

/** The next better bound of the row. */
function sharpen(book: JobBook, bounded: Bounded, request: number, bound: BoundFor): void {
  const { row, cost } = bounded;
  if (bounded.by === "least") {
    bounded.by = "amounts";
    const isAble = couldHold(book.ground, row, request);
    bounded.cost = isAble ? quickBound(book, row, request, bound) : Infinity;
  } else {
    bounded.by = "devices";
    bounded.cost = Math.max(cost, deviceBound(book, row, request, bound));
    if (bounded.cost === cost) return;
  }
  if (bounded.cost === Infinity) return;
  const { count, first } = leastSet(book, row, request, bounded.cost, bound);
  bounded.count = count;
  bounded.first = first;
}

/** By rule V4, as far as the bounds tell. */
function compareBounds(left: Bounded, right: Bounded): number {
  return (
    left.cost - right.cost ||
    left.count - right.count ||
    left.first - right.first ||
    left.row - right.row
  );
}

/** Whether the row may have a set that goes before this one (rule V4). */
function mayBeat({ cost, count, first }: Bounded, { cost: most, units }: UnitSet): boolean {
  if (isAbove(most, cost)) return true;
  return count < units.length || (count === units.length && first <= units[0]);
}

/** Whether it is more, and not by rounding alone. */
function isAbove(cost: number, other: number): boolean {
  return cost > other + other / COST_STEPS;
}

/** Looks at one row for a set that is better than the best so far. */
function lookerAt(book: JobBook, claim: Claim, options: SearchOptions) {
  const { ground } = book;
  const [{ request }] = claim.pieces;
  const piece = pieceOf(ground, request);
  const leavingOf = leavingFor(book, { ...options, maySuspend: true });
  const { nowMs } = options;
  return (row: number, best: Found | undefined): Found | undefined => {
    const { units, spare } = offerOf(book, row, claim, { nowMs, leavingOf });
    const set = vacateRow(freeOf(ground, row, request), units, piece, spare, best?.set);
    return set && { row, set, units };
  };
}

function isSameSet(left: UnitSet, right: UnitSet): boolean {
  return (
    left.units.length === right.units.length &&
    left.units.every((unit, place) => unit === right.units[place])
  );
}
