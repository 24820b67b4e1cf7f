import type { LeaveReason } from "../../model/action.ts";
import type { Amounts } from "../../model/amounts.ts";
import {
  chooseVictims,
  type DemandPiece,
  type VictimChoice,
  type VictimRow,
  type VictimUnit,
} from "../preemption/victims.ts";
import type { Holding } from "../departures.ts";
import type { Ground } from "../ground.ts";
import { minimumPieces, type Piece } from "./gang-placer.ts";
import type { JobBook } from "./job-book.ts";
import { type JobRecord, type Member, spareRoleOf } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";
import { letLeave, shrink } from "./leave.ts";
import { cheapestLeaving, type Leaving } from "./leaving-cost.ts";
import type { Line } from "./pending-lines.ts";

/** A unit of the choice, in the words of jobs: the whole of one, or one member to spare. */
interface Victim {
  readonly record: JobRecord;
  readonly member: Member | undefined;
}

/** Who may be made to leave, and for whom. */
interface Claim {
  readonly pieces: readonly Piece[];
  readonly isEligible: (record: JobRecord) => boolean;
  readonly reasonOf: (record: JobRecord) => LeaveReason;
  /** Rows that will do; absent: all. */
  readonly rows?: readonly number[] | undefined;
}

/**
 * Makes room for a pending gang by letting others leave: members that elastic jobs have to spare,
 * jobs of lower priority in its own queue, and jobs of queues that hold more than they deserve
 * (rules V1 to V6). Returns the places, whose room is taken, or `undefined`; then nobody left.
 */
export function makeRoom(
  book: JobBook,
  record: JobRecord,
  line: Line,
  deciding: Deciding,
): Member[] | undefined {
  const { roomVersion } = book.ground;
  if (line.victimsFailedAt === book.victimVersion && line.victimsFailedIn === roomVersion) {
    return undefined;
  }
  const { leaf, job } = record;
  const { queues } = book;
  const { nowMs, shared } = deciding;
  if (!mayHaveVictims(book, record, shared)) return undefined;
  const pieces = minimumPieces(record, record.classes);
  const gives = new Map<number, boolean>();
  const leafGives = (other: number): boolean => {
    let known = gives.get(other);
    if (known === undefined) {
      known = queues.mayReclaim(leaf, other, record.amounts, shared);
      gives.set(other, known);
    }
    return known;
  };
  const isEligible = (other: JobRecord): boolean => {
    if (nowMs < other.startedMs + other.job.minimumRuntimeMs) return false;
    if (other.leaf === leaf) return other.job.priority < job.priority;
    if (!leafGives(other.leaf)) return false;
    return queues.mayReclaim(leaf, other.leaf, record.amounts, shared, other.amounts);
  };
  const reasonOf = (other: JobRecord): LeaveReason => ({
    code: other.leaf === leaf ? "priority" : "reclaim",
    for: job.id,
  });
  const placed = vacate(book, { pieces, isEligible, reasonOf }, deciding);
  if (placed === undefined) {
    line.victimsFailedAt = book.victimVersion;
    line.victimsFailedIn = roomVersion;
    return undefined;
  }
  return placed.map(({ row, request, devices }, index) => {
    const { role } = pieces[index];
    return { row, request, devices, role, number: record.nextMember + index };
  });
}

/** A cheap look before the search. O(leaves + priorities + elastic jobs). */
function mayHaveVictims(book: JobBook, record: JobRecord, shared: Amounts): boolean {
  const { leaf, amounts, job } = record;
  if (book.spare > 0) return true;
  for (const group of book.groups.all()) {
    if (group.leaf === leaf) {
      if (group.priority < job.priority) return true;
    } else if (book.queues.mayReclaim(leaf, group.leaf, amounts, shared, group.holds)) return true;
  }
  return false;
}

/** Makes room for one replica of a service, whoever has to leave (rule A4). */
export function makeRoomForReplica(
  book: JobBook,
  request: number,
  rows: readonly number[] | undefined,
  order: { readonly service: string; readonly deciding: Deciding },
): Holding | undefined {
  const reason: LeaveReason = { code: "online", for: order.service };
  const claim = {
    pieces: [{ role: 0, request }],
    isEligible: () => true,
    reasonOf: () => reason,
    rows,
  };
  return vacate(book, claim, order.deciding)?.[0];
}

/** Makes the victims leave and takes the places of the pieces, in their order. */
function vacate(book: JobBook, claim: Claim, deciding: Deciding): Holding[] | undefined {
  const found = search(book, claim, deciding);
  if (found === undefined) return undefined;
  const { choice, victims } = found;
  const { graceMs } = deciding;
  const reserve = reserveOf(book.ground, claim.pieces);
  for (const index of choice.units) {
    const { record, member } = victims[index];
    const reason = claim.reasonOf(record);
    if (member !== undefined) shrink(book, record, [member], { reason, deciding });
    else letLeave(book, record, { maySuspend: true, graceMs, reserve, reason }, deciding);
  }
  return claim.pieces.map(({ request }, index) => {
    const { row, devices: proven } = choice.places[index];
    // Several pieces fit together on the devices that were tried; a single one goes by the policy.
    const devices =
      claim.pieces.length > 1
        ? proven
        : book.ground.placer.pickDevices(row, request, deciding.random);
    const holding = { row, request, devices: devices.toSorted((left, right) => left - right) };
    book.ground.take(holding);
    return holding;
  });
}

function search(
  book: JobBook,
  { pieces, isEligible, rows: only }: Claim,
  deciding: Deciding,
): { readonly choice: VictimChoice; readonly victims: readonly Victim[] } | undefined {
  const { ground } = book;
  const { nowMs, graceMs } = deciding;
  const reserve = reserveOf(ground, pieces);
  const kinds = [...new Set(pieces.map(({ request }) => request))];
  const rows: number[] = [];
  const places = new Map<number, number>();
  for (const row of only ?? rowsOf(ground)) {
    if (!kinds.some((request) => couldHold(ground, row, request))) continue;
    places.set(row, rows.length);
    rows.push(row);
  }
  const victims: Victim[] = [];
  const units: VictimUnit[] = [];
  const spare: number[] = [];
  for (const record of runningOn(book, rows)) {
    addUnits({ victims, units, spare }, record, {
      places,
      ground,
      isEligible,
      elastic: book.elastic,
      leavingOf: (other) =>
        cheapestLeaving(book, other, { nowMs, graceMs, reserve, maySuspend: true }),
    });
  }
  if (units.length === 0) return undefined;
  const { cpu, memory, count, milli } = ground.model.classes;
  const suiting = new Map<number, number[]>(
    kinds.map((request) => [
      request,
      rows.flatMap((row, place) => (couldHold(ground, row, request) ? [place] : [])),
    ]),
  );
  const demand: DemandPiece[] = pieces.map(({ request }) => ({
    cpu: cpu[request],
    memory: memory[request],
    count: count[request],
    milli: milli[request],
    rows: suiting.get(request)!,
  }));
  const choice = chooseVictims({
    rows: rows.map((row) => freeOf(ground, row)),
    units,
    spare,
    demand,
  });
  if (choice === undefined) return undefined;
  return { choice: toTableRows(choice, rows), victims };
}

/** The choice with rows of the table instead of rows of the problem. */
function toTableRows(choice: VictimChoice, rows: readonly number[]): VictimChoice {
  const places = choice.places.map(({ row, devices }) => ({ row: rows[row], devices }));
  return { ...choice, places };
}

interface Collected {
  readonly victims: Victim[];
  readonly units: VictimUnit[];
  readonly spare: number[];
}

interface Collecting {
  readonly places: ReadonlyMap<number, number>;
  readonly ground: Ground;
  readonly elastic: ReadonlySet<JobRecord>;
  readonly isEligible: (record: JobRecord) => boolean;
  readonly leavingOf: (record: JobRecord) => Leaving;
}

/** The job as a whole, if it may be made to leave, and single members of the role with most to spare. */
function addUnits(to: Collected, record: JobRecord, how: Collecting): void {
  const isEligible = how.isEligible(record);
  if (!isEligible && !how.elastic.has(record)) return;
  const group = to.spare.length;
  const most = record.spare;
  to.spare.push(most);
  if (isEligible) {
    to.victims.push({ record, member: undefined });
    const { way, lostWork } = how.leavingOf(record);
    const keepsMemory = way === "suspend";
    const holdings = record.members.flatMap((member) => holdingOf(member, how, keepsMemory));
    to.units.push({ cost: lostWork, holdings, group, isWhole: true });
  }
  if (most === 0) return;
  const role = spareRoleOf(record);
  for (const member of record.members) {
    const holdings = holdingOf(member, how);
    if (member.role !== role || holdings.length === 0) continue;
    to.victims.push({ record, member });
    to.units.push({ cost: 0, holdings, group, isWhole: false });
  }
}

/** What the member gives back of a row that matters; a suspended one keeps its memory. */
function holdingOf(
  { row, request, devices }: Member,
  { places, ground }: Collecting,
  keepsMemory = false,
) {
  const place = places.get(row);
  if (place === undefined) return [];
  const { cpu, memory, milli } = ground.model.classes;
  return [
    {
      row: place,
      cpu: cpu[request],
      memory: keepsMemory ? 0 : memory[request],
      milli: milli[request],
      devices,
    },
  ];
}

function runningOn(book: JobBook, rows: readonly number[]): JobRecord[] {
  const found = new Set<JobRecord>();
  for (const row of rows) {
    for (const record of book.onRow(row)) if (record.state.kind === "running") found.add(record);
  }
  return [...found].toSorted((left, right) => left.sequence - right.sequence);
}

function* rowsOf({ table }: Ground): Generator<number> {
  for (let row = 0; row < table.rows; row += 1) yield row;
}

/** Host memory that those who come may need on one node: what all of them need. */
function reserveOf({ model }: Ground, pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { request }) => sum + model.classes.memory[request], 0);
}

/** Whether an open row would hold the class if nothing ran there. */
function couldHold({ table }: Ground, row: number, request: number): boolean {
  return !table.isRemoved(row) && !table.isClosed(row) && table.fitsEmpty(row, request);
}

function freeOf({ table }: Ground, row: number): VictimRow {
  const devices = table.deviceMilli.subarray(table.deviceStart[row], table.deviceStart[row + 1]);
  return { cpu: table.cpuFree[row], memory: table.memoryFree[row], devices: [...devices] };
}
