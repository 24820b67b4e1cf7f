import { fits } from "../preemption/room.ts";
import type { JobBook } from "./job-book.ts";
import type { Member } from "./job-record.ts";
import { leastLostWork } from "./leaving-cost.ts";
import { holdingOf } from "./row-offers.ts";
import { couldHold, freeOf, pieceOf, type SearchOptions, type Vacating } from "./victim-choice.ts";
import { type Claim, mayLeave, spareMembers } from "./who-may-leave.ts";

/**
 * The first member to spare whose leaving alone makes room for the single piece: it costs nothing, so
 * nobody else would be better (rules V2 and V4), but an earlier job that loses nothing by leaving.
 * `undefined` if there is no such member or there may be such a job. O(members to spare).
 */
export function spareOne(
  book: JobBook,
  claim: Claim,
  options: SearchOptions,
): Vacating | undefined {
  const earliest = earliestCostless(book, claim, options);
  const [{ request }] = claim.pieces;
  for (const record of book.sparing) {
    if (record.sequence >= earliest) return undefined;
    for (const member of spareMembers(record, record.members)) {
      if (makesRoom(book, request, member)) {
        return { victims: [{ record, member }], places: [{ row: member.row }] };
      }
    }
  }
  return undefined;
}

function makesRoom(book: JobBook, request: number, member: Member): boolean {
  const { ground } = book;
  const { row } = member;
  const { count, milli } = ground.model.classes;
  // What is missing of devices is more than the member holds: the usual case, and cheap to see.
  const held = count[member.request] * milli[member.request];
  if (ground.table.milliMissing(row, request) > held || !couldHold(ground, row, request))
    return false;
  const room = freeOf(ground, row, request);
  const { cpu, memory, milli: given, devices } = holdingOf(book, member, false);
  const left = [...room.devices];
  for (const device of devices) left[device] += given;
  const after = { cpu: room.cpu + cpu, memory: room.memory + memory, devices: left };
  return fits(after, pieceOf(ground, request));
}

/** Sequence of the first job that may leave and would lose nothing; infinite if there is none. */
function earliestCostless(book: JobBook, claim: Claim, options: SearchOptions): number {
  let earliest = Infinity;
  for (const jobs of [book.costless, book.freshAt(options.nowMs)]) {
    for (const record of jobs) {
      if (record.sequence >= earliest || !mayLeave(claim, record, options.nowMs)) continue;
      if (leastLostWork(record, options) === 0) earliest = record.sequence;
    }
  }
  return earliest;
}
