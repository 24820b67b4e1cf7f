import { vacateRow } from "../preemption/row-victims.ts";
import type { UnitSet } from "../preemption/unit-sets.ts";
import { deviceBound } from "./device-bound.ts";
import type { JobBook } from "./job-book.ts";
import { type BoundFor, type LeastSet, leastSet, quickBound } from "./quick-bound.ts";
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

/** A row, and at least what it costs. */
interface Bounded {
  readonly row: number;
  cost: number;
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
  const rows = boundsOf(book, claim, among, bound);
  const look = lookerAt(book, claim, options);
  let best = lookAtFirst(rows, look);
  if (best === undefined) return undefined;
  for (const { row, cost } of thatMayBeat(book, rows, { set: best.set, request }, bound)) {
    if (isAbove(cost, best.set.cost)) break;
    best = look(row, best) ?? best;
  }
  const { set, units } = best;
  const victims = units.filter(({ unit }) => set.units.includes(unit));
  const others = new Set(victims[0].record.members.map((member) => member.row));
  // Those of equal sets that are on several rows leave the first of them.
  for (const row of [...others].toSorted((left, right) => left - right)) {
    if (row >= best.row) break;
    if (!rows.some((each) => each.row === row)) continue;
    const found = look(row, undefined);
    if (found !== undefined && isSameSet(found.set, set)) {
      best = found;
      break;
    }
  }
  return { victims, places: [{ row: best.row }] };
}

/** Rows on which somebody may leave and that could hold the piece, with their bounds, all finite. */
function boundsOf(
  book: JobBook,
  { mask, pieces: [{ request }] }: Claim,
  among: Iterable<number>,
  bound: BoundFor,
): Bounded[] {
  const bounds: Bounded[] = [];
  for (const row of among) {
    if ((book.rows.maskOf(row) & mask) === 0 || !couldHold(book.ground, row, request)) continue;
    const cost = quickBound(book, row, request, bound);
    if (cost < Infinity) bounds.push({ row, cost });
  }
  return bounds;
}

/** A set of the row of least bound that has one; those looked at are not to be looked at again. */
function lookAtFirst(rows: Bounded[], look: ReturnType<typeof lookerAt>): Found | undefined {
  if (rows.length === 0) return undefined;
  for (;;) {
    let least = 0;
    for (let place = 1; place < rows.length; place += 1) {
      if (rows[place].cost < rows[least].cost) least = place;
    }
    if (rows[least].cost === Infinity) return undefined;
    const found = look(rows[least].row, undefined);
    rows[least].cost = Infinity;
    if (found !== undefined) return found;
  }
}

/** Rows that may have a set that goes before this one (rule V4): from the least bound on. */
function thatMayBeat(
  book: JobBook,
  rows: readonly Bounded[],
  { set: { cost, units }, request }: { readonly set: UnitSet; readonly request: number },
  bound: BoundFor,
): Bounded[] {
  const able: (Bounded & LeastSet)[] = [];
  for (const each of rows) {
    if (isAbove(each.cost, cost)) continue;
    const least = Math.max(each.cost, deviceBound(book, each.row, request, bound));
    if (isAbove(least, cost)) continue;
    const { count, first } = leastSet(book, each.row, request, least, bound);
    // One that costs as much has to be smaller, or of the same size and earlier.
    const mayTie = count < units.length || (count === units.length && first <= units[0]);
    if (mayTie || isAbove(cost, least)) able.push({ row: each.row, cost: least, count, first });
  }
  return able.sort(compareBounds);
}

function compareBounds(left: Bounded & LeastSet, right: Bounded & LeastSet): number {
  return (
    left.cost - right.cost ||
    left.count - right.count ||
    left.first - right.first ||
    left.row - right.row
  );
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
