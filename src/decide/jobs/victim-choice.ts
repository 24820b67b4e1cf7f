import { leastToVacate, vacateRow } from "../preemption/row-victims.ts";
import type { UnitSet } from "../preemption/unit-sets.ts";
import {
  chooseVictims,
  type DemandPiece,
  type VictimRow,
  type VictimUnit,
} from "../preemption/victims.ts";
import type { Ground } from "../ground.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord, Member } from "./job-record.ts";
import { cheapestLeaving } from "./leaving-cost.ts";
import { holdingOf, type LeavingKnown, offerOf, type OfferedUnit } from "./row-offers.ts";
import { quickBound } from "./quick-bound.ts";
import type { RowBounds } from "./row-bounds.ts";
import { type Claim, mayLeave, spareMembers } from "./who-may-leave.ts";

/** The whole of a job, or one member that it has to spare. */
interface Victim {
  readonly record: JobRecord;
  readonly member: Member | undefined;
}

/** Who leaves, in order, and where the pieces go then; without devices where the policy is to choose. */
export interface Vacating {
  readonly victims: readonly Victim[];
  readonly places: readonly { readonly row: number; readonly devices?: readonly number[] }[];
}

/** What both searches work with. */
export interface SearchOptions {
  readonly nowMs: number;
  readonly graceMs: number;
  /** MiB of host memory that have to stay free on each node for whoever comes. */
  readonly reserve: number;
}

interface Found {
  readonly row: number;
  readonly set: UnitSet;
  readonly units: readonly OfferedUnit[];
}

/**
 * Who leaves for a single piece at the least cost (rule V2): the best of the rows, each with only
 * what is there. The row of least bound goes first, and rows that cannot be better are passed over:
 * O(rows), and O(jobs on the row) and a search for each that may be.
 */
export function searchForOne(
  book: JobBook,
  claim: Claim,
  bounds: RowBounds,
  options: SearchOptions,
): Vacating | undefined {
  const look = lookerAt(book, claim, bounds, options);
  const [{ request }] = claim.pieces;
  bounds.prime((row) => quickBound(book, row, request, claim, options));
  let best = lookAtFirst(bounds, look);
  if (best === undefined) return undefined;
  for (let place = 0; place < bounds.rows.length; place += 1) {
    if (bounds.mayBeat(place, best.set)) best = look(place, best) ?? best;
  }
  const { set, units } = best;
  const victims = units.filter(({ unit }) => set.units.includes(unit));
  const rows = victims[0].record.members.map(({ row }) => row);
  // Those of equal sets that are on several rows leave the first of them.
  for (const row of rows.toSorted((left, right) => left - right)) {
    if (row >= best.row) break;
    const place = bounds.placeOf(row);
    if (place === undefined) continue;
    const found = look(place, undefined);
    if (found !== undefined && isSameSet(found.set, set)) {
      best = found;
      break;
    }
  }
  return { victims, places: [{ row: best.row }] };
}

/** A set of the row of least bound that has one. A bound may be too low, and stays so for one in vain. */
function lookAtFirst(bounds: RowBounds, look: ReturnType<typeof lookerAt>): Found | undefined {
  const looked = new Set<number>();
  for (let place = bounds.least(); place !== -1 && !looked.has(place); place = bounds.least()) {
    looked.add(place);
    const found = look(place, undefined);
    if (found !== undefined) return found;
  }
  for (let place = 0; place < bounds.rows.length; place += 1) {
    if (looked.has(place)) continue;
    const found = look(place, undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Looks at one row for a set that is better than the best so far, and keeps what it learns of it. */
function lookerAt(book: JobBook, claim: Claim, bounds: RowBounds, options: SearchOptions) {
  const { ground } = book;
  const piece = pieceOf(ground, claim.pieces[0].request);
  const leavingOf = leavingFor(book, { ...options, maySuspend: true });
  const { nowMs } = options;
  return (place: number, best: Found | undefined): Found | undefined => {
    const row = bounds.rows[place];
    const { units, spare } = offerOf(book, row, claim, { nowMs, leavingOf });
    const free = freeOf(ground, row, claim.pieces[0].request);
    const isSteady = units.every(({ cost, leastCost }) => cost === leastCost);
    const cheapest = isSteady ? units : units.map((unit) => ({ ...unit, cost: unit.leastCost }));
    const { cost, count } = leastToVacate(free, cheapest, piece);
    bounds.put(place, cost, count, units.length === 0 ? 0 : units[0].unit);
    if (cost === Infinity || (best !== undefined && !bounds.mayBeat(place, best.set))) {
      return undefined;
    }
    const set = vacateRow(free, units, piece, spare, best?.set);
    if (set !== undefined) {
      if (isSteady) bounds.put(place, set.cost, set.units.length, set.units[0]);
      return { row, set, units };
    }
    if (isSteady && best === undefined) bounds.put(place, Infinity, 1, 0);
    else if (isSteady)
      bounds.put(place, best!.set.cost, best!.set.units.length, best!.set.units[0]);
    return undefined;
  };
}

function isSameSet(left: UnitSet, right: UnitSet): boolean {
  return (
    left.units.length === right.units.length &&
    left.units.every((unit, place) => unit === right.units[place])
  );
}

/** Who leaves for several pieces (rule V2). */
export function searchForMany(
  book: JobBook,
  claim: Claim,
  among: readonly number[],
  options: SearchOptions,
): Vacating | undefined {
  const { ground } = book;
  const kinds = [...new Set(claim.pieces.map(({ request }) => request))];
  const rows: number[] = [];
  const places = new Map<number, number>();
  for (const row of among) {
    if (!kinds.some((request) => couldHold(ground, row, request))) continue;
    places.set(row, rows.length);
    rows.push(row);
  }
  const leavingOf = leavingFor(book, { ...options, maySuspend: true });
  const offered = unitsOf(book, rows, claim, { places, nowMs: options.nowMs, leavingOf });
  if (offered.units.length === 0) return undefined;
  const suiting = new Map<number, number[]>(
    kinds.map((request) => [
      request,
      rows.flatMap((row, place) => (couldHold(ground, row, request) ? [place] : [])),
    ]),
  );
  const demand: DemandPiece[] = claim.pieces.map(({ request }) => ({
    ...pieceOf(ground, request),
    rows: suiting.get(request)!,
  }));
  const { victims, units, spare } = offered;
  const choice = chooseVictims({
    rows: rows.map((row) => freeOf(ground, row, claim.pieces[0].request)),
    units,
    spare,
    demand,
  });
  return (
    choice && {
      victims: choice.units.map((unit) => victims[unit]),
      places: choice.places.map(({ row, devices }) => ({ row: rows[row], devices })),
    }
  );
}

interface Offered {
  readonly victims: Victim[];
  readonly units: VictimUnit[];
  readonly spare: number[];
}

interface Offering {
  readonly places: ReadonlyMap<number, number>;
  readonly nowMs: number;
  readonly leavingOf: (record: JobRecord) => LeavingKnown;
}

/** Who may leave these rows: by submission, of one job the whole before its members. */
function unitsOf(book: JobBook, rows: readonly number[], claim: Claim, how: Offering): Offered {
  const { places, nowMs, leavingOf } = how;
  const found = new Set<JobRecord>();
  for (const row of rows) {
    if ((book.rows.maskOf(row) & claim.mask) === 0) continue;
    for (const { record } of book.rows.running(row)) {
      if (record.spare > 0 || mayLeave(claim, record, nowMs)) found.add(record);
    }
  }
  const offered: Offered = { victims: [], units: [], spare: [] };
  const holdingsOf = (members: readonly Member[], keepsMemory: boolean) =>
    members.flatMap((member) => {
      const row = places.get(member.row);
      return row === undefined ? [] : [{ row, ...holdingOf(book, member, keepsMemory) }];
    });
  for (const record of [...found].toSorted((left, right) => left.sequence - right.sequence)) {
    const group = offered.spare.length;
    offered.spare.push(record.spare);
    if (mayLeave(claim, record, nowMs)) {
      const { lostWork: cost, keepsMemory } = leavingOf(record);
      const holdings = holdingsOf(record.members, keepsMemory);
      offered.victims.push({ record, member: undefined });
      offered.units.push({ cost, holdings, group, isWhole: true });
    }
    for (const member of spareMembers(record, record.members)) {
      const holdings = holdingsOf([member], false);
      if (holdings.length === 0) continue;
      offered.victims.push({ record, member });
      offered.units.push({ cost: 0, holdings, group, isWhole: false });
    }
  }
  return offered;
}

/** How jobs leave: asked once for each job that is on several rows. */
function leavingFor(
  book: JobBook,
  options: Parameters<typeof cheapestLeaving>[2],
): (record: JobRecord) => LeavingKnown {
  const known = new Map<JobRecord, LeavingKnown>();
  const ask = (record: JobRecord): LeavingKnown => {
    const { way, lostWork, lostAtLeast = lostWork } = cheapestLeaving(book, record, options);
    return { lostWork, lostAtLeast, keepsMemory: way === "suspend" };
  };
  return (record) => {
    if (record.members.length === 1) return ask(record);
    let leaving = known.get(record);
    if (leaving === undefined) known.set(record, (leaving = ask(record)));
    return leaving;
  };
}

export function pieceOf({ model }: Ground, request: number) {
  const { cpu, memory, count, milli } = model.classes;
  return {
    cpu: cpu[request],
    memory: memory[request],
    count: count[request],
    milli: milli[request],
  };
}

/** Whether an open row would hold the class if nothing ran there. */
export function couldHold({ table }: Ground, row: number, request: number): boolean {
  return !table.isRemoved(row) && !table.isClosed(row) && table.fitsEmpty(row, request);
}

export function freeOf({ table }: Ground, row: number, request: number): VictimRow {
  const devices = table.deviceMilli.subarray(table.deviceStart[row], table.deviceStart[row + 1]);
  return { cpu: table.cpuFor(row, request), memory: table.memoryFree[row], devices: [...devices] };
}
