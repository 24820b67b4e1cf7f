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
import { holdingOf, type LeavingKnown } from "./row-offers.ts";
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
export function leavingFor(
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
