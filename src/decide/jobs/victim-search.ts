import type { LeaveReason } from "../../model/action.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { mib, milliCpu } from "../../model/units.ts";
import type { Holding } from "../departures.ts";
import type { Ground } from "../ground.ts";
import { minimumPieces, type Piece } from "./gang-placer.ts";
import type { JobBook } from "./job-book.ts";
import type { JobRecord, Member } from "./job-record.ts";
import type { Deciding } from "./job-scheduler.ts";
import { letLeave, shrink } from "./leave.ts";
import type { Line } from "./pending-lines.ts";
import { searchForOne } from "./search-one.ts";
import { spareOne } from "./spare-first.ts";
import { searchForMany, type SearchOptions, type Vacating } from "./victim-choice.ts";
import { VictimMemo } from "./victim-memo.ts";
import { type Claim, EVERYBODY } from "./who-may-leave.ts";

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
  const { groups, mask, slots } = book.choices.of(book, record, deciding.shared);
  if (groups.size === 0 && book.sparing.size === 0) return undefined;
  const { leaf, job } = record;
  const reasonOf = (other: JobRecord): LeaveReason => ({
    code: other.leaf === leaf ? "priority" : "reclaim",
    for: job.id,
  });
  const pieces = minimumPieces(record, record.classes);
  const claim = { pieces, groups, mask, slots, reasonOf };
  const options = optionsFor(book, pieces, deciding);
  const { table } = book.ground;
  line.memo?.widen(book, groups, deciding.nowMs);
  // Only where several pieces could be is worth knowing before a search has failed.
  if (pieces.length > 1) line.memo ??= new VictimMemo(table, pieces, claim);
  if (line.memo?.isHopeful(book, groups, deciding.nowMs) === false) return undefined;
  const found =
    pieces.length === 1
      ? (spareOne(book, claim, options) ?? searchForOne(book, claim, allRows(book), options))
      : searchForMany(book, claim, line.memo!.rows(), options);
  if (found === undefined) {
    line.memo ??= new VictimMemo(table, pieces, claim);
    line.memo.failed(book, groups, deciding.nowMs);
    return undefined;
  }
  return vacate(book, claim, found, deciding).map(({ row, request, devices }, index) => {
    const { role } = pieces[index];
    return { row, request, devices, role, number: record.nextMember + index };
  });
}

/** Makes room for one replica of a service, whoever has to leave (rule A4). */
export function makeRoomForReplica(
  book: JobBook,
  request: number,
  rows: readonly number[] | undefined,
  order: { readonly service: string; readonly deciding: Deciding },
): Holding | undefined {
  const reason: LeaveReason = { code: "online", for: order.service };
  const pieces = [{ role: 0, request }];
  const { deciding } = order;
  const claim = { pieces, ...EVERYBODY, reasonOf: () => reason };
  const options = optionsFor(book, pieces, deciding);
  const memo = rows === undefined ? book.replicaMemos.get(request) : undefined;
  if (memo?.isHopeful(book, undefined, deciding.nowMs) === false) return undefined;
  const found =
    (rows === undefined ? spareOne(book, claim, options) : undefined) ??
    searchForOne(book, claim, rows ?? allRows(book), options);
  if (found === undefined && rows === undefined) {
    const failed = memo ?? new VictimMemo(book.ground.table, pieces, EVERYBODY);
    failed.failed(book, undefined, deciding.nowMs);
    book.replicaMemos.set(request, failed);
  }
  return found && vacate(book, claim, found, deciding)[0];
}

/** Less is not missing on an overloaded node: one milli-CPU. */
const LEAST_CPU: ResourceRequest = { cpu: milliCpu(1), memory: mib(0) };

/** Jobs leave the nodes on which they hold more CPU than is lent to them (rule A7). */
export function relieveOverloaded(book: JobBook, deciding: Deciding): void {
  const { ground } = book;
  if (ground.overloaded.size === 0) return;
  const request = ground.model.classes.intern(LEAST_CPU, true)!;
  const pieces = [{ role: 0, request }];
  for (const row of [...ground.overloaded].toSorted((left, right) => left - right)) {
    if (ground.table.cpuFor(row, request) >= 0) continue;
    const reason: LeaveReason = { code: "overload", for: ground.table.ids[row] };
    const claim = { pieces, ...EVERYBODY, reasonOf: () => reason };
    const options = optionsFor(book, pieces, deciding);
    const found = searchForOne(book, claim, [row], options);
    if (found === undefined) continue;
    for (const holding of vacate(book, claim, found, deciding)) ground.release(holding);
  }
  ground.overloaded.clear();
}

/** All rows of the table. */
function* allRows({ ground }: JobBook): Generator<number> {
  for (let row = 0; row < ground.table.rows; row += 1) yield row;
}

function optionsFor(
  { ground }: JobBook,
  pieces: readonly Piece[],
  deciding: Deciding,
): SearchOptions {
  const { nowMs, graceMs } = deciding;
  return { nowMs, graceMs, reserve: reserveOf(ground, pieces) };
}

/** Makes the victims leave and takes the places of the pieces, in their order. */
function vacate(book: JobBook, claim: Claim, found: Vacating, deciding: Deciding): Holding[] {
  const { ground } = book;
  const reserve = reserveOf(ground, claim.pieces);
  const { graceMs } = deciding;
  for (const { record, member } of found.victims) {
    const reason = claim.reasonOf(record);
    if (member !== undefined) shrink(book, record, [member], { reason, deciding });
    else letLeave(book, record, { maySuspend: true, graceMs, reserve, reason }, deciding);
  }
  return claim.pieces.map(({ request }, index) => {
    const { row, devices: proven } = found.places[index];
    // Several pieces fit together on the devices that were tried; a single one goes by the policy.
    const devices = proven ?? ground.placer.pickDevices(row, request, deciding.random);
    const holding = { row, request, devices: devices.toSorted((left, right) => left - right) };
    ground.take(holding);
    return holding;
  });
}

/** Host memory that those who come may need on one node: what all of them need. */
function reserveOf({ model }: Ground, pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { request }) => sum + model.classes.memory[request], 0);
}
