import { type Candidate, candidatesOf } from "./candidates.ts";
import { CheapestRow } from "./cheapest-row.ts";
import { OpenUnits } from "./open-units.ts";
import { holdingOf, isSame, pack, pickDevices } from "./packing.ts";
import { fits, giveBack, type Room, roomOf, take } from "./room.ts";
import { costOf, isCheaper, mayJoin, type Outlay, withoutNeedless } from "./unit-sets.ts";
import type { DemandPiece, VictimChoice, VictimPlace, VictimProblem } from "./victims.ts";

/** Units of which every set is looked at. */
const EXACT_UNITS_MAX = 14;

/** Those of them that hold something where the demand may go. O(holdings + rows of each kind). */
function candidatesFor({ units, demand }: VictimProblem): Candidate[] {
  const rows = new Set<number>();
  for (const kind of new Set(demand.map(({ rows }) => rows))) for (const row of kind) rows.add(row);
  return candidatesOf(units).filter(({ holdings }) => holdings.some(({ row }) => rows.has(row)));
}

/** The choice for any number of pieces, as `chooseVictims` says. */
export function chooseForMany(whole: VictimProblem): VictimChoice | undefined {
  const places = pack(whole.rows.map(roomOf), whole.demand);
  if (places !== undefined) return choiceOf([], places);
  const candidates = candidatesFor(whole);
  const problem = withinReach(whole, candidates);
  const first = firstChoice(problem, candidates);
  if (candidates.length > EXACT_UNITS_MAX) return first;
  const bound = { cost: first?.cost ?? Infinity, count: (first?.units.length ?? Infinity) + 1 };
  const rooms = problem.rows.map(roomOf);
  const search: Search = { rooms, problem, candidates, chosen: [], bound, found: undefined };
  if (suffices(search, candidates)) searchFrom(search, 0, 0);
  return search.found ?? first;
}

/** The same with those rows alone that a piece fits on when all candidates have left. */
function withinReach(problem: VictimProblem, candidates: readonly Candidate[]): VictimProblem {
  const rooms = problem.rows.map(roomOf);
  for (const { holdings } of candidates) {
    for (const holding of holdings) giveBack(rooms[holding.row], holding);
  }
  const demand: DemandPiece[] = [];
  let before: DemandPiece | undefined;
  for (const piece of problem.demand) {
    const known = before !== undefined && isSame(before, piece) ? demand.at(-1) : undefined;
    const rows = known?.rows ?? piece.rows.filter((row) => fits(rooms[row], piece));
    demand.push({ ...piece, rows });
    before = piece;
  }
  return { ...problem, demand };
}

interface Search {
  /** Rooms of the rows with nobody gone; as before after each use. */
  readonly rooms: readonly Room[];
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
    const places = packWithout(search, chosen);
    if (places === undefined) searchFrom(search, from + 1, outlay.cost);
    else if (isCheaper(outlay, search.bound)) {
      search.bound = outlay;
      search.found = choiceOf(chosen, places);
    }
    chosen.pop();
  }
  if (suffices(search, [...chosen, ...rest.slice(1)])) searchFrom(search, from + 1, cost);
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
  const needed = withoutNeedless(choice.units, sufficesBeside(problem, choice.units));
  const units = needed.toSorted((left, right) => left.unit - right.unit);
  return choiceOf(
    units,
    packWithout({ rooms: problem.rows.map(roomOf), problem }, units) ?? choice.places,
  );
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
  const open = new OpenUnits(rows.length, candidates, spare);
  const units: Candidate[] = [];
  const places: VictimPlace[] = [];
  let cheapest: CheapestRow | undefined;
  for (const piece of demand) {
    if (cheapest === undefined || !isSame(cheapest.piece, piece)) {
      cheapest = new CheapestRow(rooms, open.byRow, piece);
    }
    const found = cheapest.find(open.spareLeft);
    if (found === undefined) return undefined;
    const { row, set } = found;
    for (const unit of open.take(set.units)) {
      units.push(unit);
      for (const holding of unit.holdings) giveBack(rooms[holding.row], holding);
    }
    for (const changed of open.takeChanged()) cheapest.changed(changed);
    const devices = pickDevices(rooms[row], piece, "least left");
    take(rooms[row], holdingOf(piece, devices));
    cheapest.changed(row);
    places.push({ row, devices });
  }
  return { units, places };
}

/**
 * Whether pieces fit with some of these units gone, who are all that leave: asked for one less each
 * time, as `withoutNeedless` does. O(a packing), and the holdings of who is to stay.
 */
function sufficesBeside(
  { rows, demand }: VictimProblem,
  leaving: readonly Candidate[],
): (rest: readonly Candidate[]) => boolean {
  const rooms = rows.map(roomOf);
  for (const { holdings } of leaving) {
    for (const holding of holdings) giveBack(rooms[holding.row], holding);
  }
  return (rest) => {
    const left = new Set(rest);
    const staying = leaving.filter((unit) => !left.has(unit));
    for (const { holdings } of staying) {
      for (const holding of holdings) take(rooms[holding.row], holding);
    }
    const isEnough = pack(rooms, demand) !== undefined;
    for (const { holdings } of staying) {
      for (const holding of holdings) giveBack(rooms[holding.row], holding);
    }
    return isEnough;
  };
}

type Packable = Pick<Search, "rooms" | "problem">;

function suffices(search: Packable, leaving: readonly Candidate[]): boolean {
  return packWithout(search, leaving) !== undefined;
}

/** Places for the demand with these gone; where a whole is among them, its members are part of it. */
function packWithout(
  { rooms, problem }: Packable,
  leaving: readonly Candidate[],
): VictimPlace[] | undefined {
  const wholes = new Set(leaving.flatMap(({ group, isWhole }) => (isWhole ? [group] : [])));
  const gone = leaving.filter(({ group, isWhole }) => isWhole || !wholes.has(group));
  for (const { holdings } of gone) {
    for (const holding of holdings) giveBack(rooms[holding.row], holding);
  }
  const places = pack(rooms, problem.demand);
  for (const { holdings } of gone) {
    for (const holding of holdings) take(rooms[holding.row], holding);
  }
  return places;
}
