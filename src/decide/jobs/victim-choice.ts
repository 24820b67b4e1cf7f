import { vacateRow } from "../preemption/row-victims.ts";
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
import type { Deciding } from "./job-scheduler.ts";
import { cheapestLeaving } from "./leaving-cost.ts";
import { holdingOf, type LeavingKnown, offerOf, type OfferedUnit } from "./row-offers.ts";
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

/**
 * Who leaves for a single piece at the least cost (rule V2): the best of the rows, each with only
 * what is there. O(jobs on the rows), and a search on the few rows that can be better.
 */
export function searchForOne(
  book: JobBook,
  claim: Claim,
  reserve: number,
  { nowMs, graceMs }: Deciding,
): Vacating | undefined {
  const { ground } = book;
  const [{ request }] = claim.pieces;
  const piece = pieceOf(ground, request);
  const leavingOf = leavingFor(book, { nowMs, graceMs, reserve, maySuspend: true });
  let best:
    | { readonly row: number; readonly set: UnitSet; units: readonly OfferedUnit[] }
    | undefined;
  for (const row of claim.rows ?? rowsOf(ground)) {
    if ((book.rows.maskOf(row) & claim.mask) === 0 || !couldHold(ground, row, request)) continue;
    const { units, spare } = offerOf(book, row, claim, { nowMs, leavingOf });
    if (units.length === 0) continue;
    const set = vacateRow(freeOf(ground, row), units, piece, spare, best?.set);
    if (set !== undefined) best = { row, set, units };
  }
  if (best === undefined) return undefined;
  const { row, set, units } = best;
  const victims = units.filter(({ unit }) => set.units.includes(unit));
  return { victims, places: [{ row }] };
}

/** Who leaves for several pieces (rule V2). */
export function searchForMany(
  book: JobBook,
  claim: Claim,
  reserve: number,
  { nowMs, graceMs }: Deciding,
): Vacating | undefined {
  const { ground } = book;
  const kinds = [...new Set(claim.pieces.map(({ request }) => request))];
  const rows: number[] = [];
  const places = new Map<number, number>();
  for (const row of claim.rows ?? rowsOf(ground)) {
    if (!kinds.some((request) => couldHold(ground, row, request))) continue;
    places.set(row, rows.length);
    rows.push(row);
  }
  const leavingOf = leavingFor(book, { nowMs, graceMs, reserve, maySuspend: true });
  const offered = unitsOf(book, rows, claim, { places, nowMs, leavingOf });
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
    rows: rows.map((row) => freeOf(ground, row)),
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
    for (const record of book.rows.on(row).keys()) {
      if (record.group === undefined) continue;
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
    const { way, lostWork } = cheapestLeaving(book, record, options);
    return { lostWork, keepsMemory: way === "suspend" };
  };
  return (record) => {
    if (record.members.length === 1) return ask(record);
    let leaving = known.get(record);
    if (leaving === undefined) known.set(record, (leaving = ask(record)));
    return leaving;
  };
}

function pieceOf({ model }: Ground, request: number) {
  const { cpu, memory, count, milli } = model.classes;
  return {
    cpu: cpu[request],
    memory: memory[request],
    count: count[request],
    milli: milli[request],
  };
}

function* rowsOf({ table }: Ground): Generator<number> {
  for (let row = 0; row < table.rows; row += 1) yield row;
}

/** Whether an open row would hold the class if nothing ran there. */
function couldHold({ table }: Ground, row: number, request: number): boolean {
  return !table.isRemoved(row) && !table.isClosed(row) && table.fitsEmpty(row, request);
}

function freeOf({ table }: Ground, row: number): VictimRow {
  const devices = table.deviceMilli.subarray(table.deviceStart[row], table.deviceStart[row + 1]);
  return { cpu: table.cpuFree[row], memory: table.memoryFree[row], devices: [...devices] };
}
