import { holdingOf, pack, pickDevices } from "./packing.ts";
import { giveBack, type Room, roomOf, take } from "./room.ts";
import { type RowUnit, vacateCheapest } from "./row-victims.ts";
import { costOf, isCheaper, mayJoin, type Outlay, withoutNeedless } from "./unit-sets.ts";
import type { VictimChoice, VictimPlace, VictimProblem, VictimUnit } from "./victims.ts";

/** Units of which every set is looked at. */
const EXACT_UNITS_MAX = 14;

/** A unit with its index in the problem. */
export type Candidate = VictimUnit & { readonly unit: number };

/** The units with their indices. */
export function candidatesOf(units: readonly VictimUnit[]): Candidate[] {
  return units.map(({ cost, group, isWhole, holdings }, unit) => {
    return { cost, group, isWhole, holdings, unit };
  });
}

/** Those of them that hold something where the demand may go. O(holdings + rows of each kind). */
function candidatesFor({ units, demand }: VictimProblem): Candidate[] {
  const rows = new Set<number>();
  for (const kind of new Set(demand.map(({ rows }) => rows))) for (const row of kind) rows.add(row);
  return candidatesOf(units).filter(({ holdings }) => holdings.some(({ row }) => rows.has(row)));
}

/** By row, what the units have there. O(holdings + rows). */
export function unitsByRow(rows: number, units: readonly Candidate[]): RowUnit[][] {
  const byRow: RowUnit[][] = Array.from({ length: rows }, () => []);
  for (const unit of units) {
    const { holdings } = unit;
    if (holdings.length === 1) {
      byRow[holdings[0].row].push(unit);
      continue;
    }
    for (const row of new Set(holdings.map(({ row }) => row))) {
      const here = holdings.filter((holding) => holding.row === row);
      const { cost, group, isWhole } = unit;
      byRow[row].push({ cost, group, isWhole, unit: unit.unit, holdings: here });
    }
  }
  return byRow;
}

/** The choice for any number of pieces, as `chooseVictims` says. */
export function chooseForMany(problem: VictimProblem): VictimChoice | undefined {
  const places = pack(problem.rows.map(roomOf), problem.demand);
  if (places !== undefined) return choiceOf([], places);
  const candidates = candidatesFor(problem);
  const first = firstChoice(problem, candidates);
  if (candidates.length > EXACT_UNITS_MAX) return first;
  const bound = { cost: first?.cost ?? Infinity, count: (first?.units.length ?? Infinity) + 1 };
  const search: Search = { problem, candidates, chosen: [], bound, found: undefined };
  if (suffices(problem, candidates)) searchFrom(search, 0, 0);
  return search.found ?? first;
}

interface Search {
  readonly problem: VictimProblem;
  readonly candidates: readonly Candidate[];
  readonly chosen: Candidate[];
  /** Only what is cheaper counts. */
  bound: Outlay;
  found: VictimChoice | undefined;
}

/**
 * Looks among the chosen, which do not suffice, with candidates from `from` on, which together might.
 * Sets of one size come in the order of their indices, so that the first of equals wins.
 */
function searchFrom(search: Search, from: number, cost: number): void {
  const { problem, candidates, chosen } = search;
  if (from === candidates.length) return;
  const rest = candidates.slice(from);
  const cheapest = Math.min(...rest.map(({ cost }) => cost));
  if (!isCheaper({ cost: cost + cheapest, count: chosen.length + 1 }, search.bound)) return;
  const unit = rest[0];
  if (mayJoin(unit, chosen, problem.spare)) {
    chosen.push(unit);
    const outlay = { cost: cost + unit.cost, count: chosen.length };
    const places = packWithout(problem, chosen);
    if (places === undefined) searchFrom(search, from + 1, outlay.cost);
    else if (isCheaper(outlay, search.bound)) {
      search.bound = outlay;
      search.found = choiceOf(chosen, places);
    }
    chosen.pop();
  }
  if (suffices(problem, [...chosen, ...rest.slice(1)])) searchFrom(search, from + 1, cost);
}

/** A choice that is valid and of which nobody is needless, piece by piece; `undefined` if none is found. */
function firstChoice(
  problem: VictimProblem,
  candidates: readonly Candidate[],
): VictimChoice | undefined {
  const withWhole = new Set(candidates.flatMap(({ group, isWhole }) => (isWhole ? [group] : [])));
  // A group whose members were taken cannot leave as a whole any more: then without those.
  const wholesFirst = candidates.filter(({ group, isWhole }) => isWhole || !withWhole.has(group));
  const choice = pieceByPiece(problem, candidates) ?? pieceByPiece(problem, wholesFirst);
  if (choice === undefined) return undefined;
  const needed = withoutNeedless(choice.units, (rest) => suffices(problem, rest));
  const units = needed.toSorted((left, right) => left.unit - right.unit);
  return choiceOf(units, packWithout(problem, units) ?? choice.places);
}

function choiceOf(units: readonly Candidate[], places: readonly VictimPlace[]): VictimChoice {
  return { units: units.map(({ unit }) => unit), cost: costOf(units), places };
}

/** Each piece in turn to the row that is cheapest for it; who is leaving already costs nothing. */
function pieceByPiece(
  { rows, spare, demand }: VictimProblem,
  candidates: readonly Candidate[],
): { readonly units: readonly Candidate[]; readonly places: readonly VictimPlace[] } | undefined {
  const rooms = rows.map(roomOf);
  const units: Candidate[] = [];
  const places: VictimPlace[] = [];
  const spareLeft = [...spare];
  let open = candidates;
  let openByRow = unitsByRow(rows.length, open);
  for (const piece of demand) {
    const found = vacateCheapest(rooms, openByRow, piece, spareLeft);
    if (found === undefined) return undefined;
    const { row, set } = found;
    if (set.units.length > 0) {
      const leaving = new Set(set.units);
      for (const each of open) {
        if (!leaving.has(each.unit)) continue;
        units.push(each);
        if (!each.isWhole) spareLeft[each.group] -= 1;
        for (const holding of each.holdings) giveBack(rooms[holding.row], holding);
      }
      open = openBeside(open, units, spareLeft);
      openByRow = unitsByRow(rows.length, open);
    }
    const devices = pickDevices(rooms[row], piece, "least left");
    take(rooms[row], holdingOf(piece, devices));
    places.push({ row, devices });
  }
  return { units, places };
}

/** Of `open` those that may still leave beside the chosen. */
function openBeside(
  open: readonly Candidate[],
  chosen: readonly Candidate[],
  spareLeft: readonly number[],
): Candidate[] {
  const taken = new Set(chosen.map(({ group }) => group));
  const units = new Set(chosen);
  const wholes = new Set(chosen.flatMap(({ group, isWhole }) => (isWhole ? [group] : [])));
  return open.filter((each) => {
    if (units.has(each) || wholes.has(each.group)) return false;
    return each.isWhole ? !taken.has(each.group) : spareLeft[each.group] > 0;
  });
}

function suffices(problem: VictimProblem, leaving: readonly Candidate[]): boolean {
  return packWithout(problem, leaving) !== undefined;
}

/** Places for the demand with these gone; where a whole is among them, its members are part of it. */
function packWithout(
  { rows, demand }: VictimProblem,
  leaving: readonly Candidate[],
): VictimPlace[] | undefined {
  const rooms: Room[] = rows.map(roomOf);
  const wholes = new Set(leaving.flatMap(({ group, isWhole }) => (isWhole ? [group] : [])));
  for (const { group, isWhole, holdings } of leaving) {
    if (!isWhole && wholes.has(group)) continue;
    for (const holding of holdings) giveBack(rooms[holding.row], holding);
  }
  return pack(rooms, demand);
}
