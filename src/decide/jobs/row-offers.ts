import type { RowUnit } from "../preemption/row-victims.ts";
import type { RowHolding } from "../preemption/room.ts";
import type { JobBook } from "./job-book.ts";
import { firstUnitAt, type JobRecord, type Member } from "./job-record.ts";
import { mayLeave, spareMembers, type Whose } from "./who-may-leave.ts";

/** A unit in the words of jobs: the whole of one, or one member to spare. */
export interface OfferedUnit extends RowUnit {
  readonly record: JobRecord;
  readonly member: Member | undefined;
}

/** Who may leave a row. */
export interface RowOffer {
  /** Ascending by submission; of one job the whole before its members. */
  readonly units: readonly OfferedUnit[];
  /** By group of the units. */
  readonly spare: readonly number[];
}

/** How a job would leave, as the search is to know it. */
export interface LeavingKnown {
  readonly lostWork: number;
  readonly keepsMemory: boolean;
}

/** Who may leave the row for the claim, and what it gives back there. O(jobs on the row). */
export function offerOf(
  book: JobBook,
  row: number,
  claim: Whose,
  search: { readonly nowMs: number; readonly leavingOf: (record: JobRecord) => LeavingKnown },
): RowOffer {
  const units: OfferedUnit[] = [];
  const spare: number[] = [];
  for (const { record, members } of book.rows.running(row)) {
    const leavesWhole = mayLeave(claim, record, search.nowMs);
    if (!leavesWhole && record.spare === 0) continue;
    const group = spare.length;
    const number = firstUnitAt(record.sequence);
    spare.push(record.spare);
    if (leavesWhole) {
      const { lostWork: cost, keepsMemory } = search.leavingOf(record);
      const holdings = members.map((member) => holdingOf(book, member, keepsMemory));
      const isWhole = true;
      const member = undefined;
      units.push({ unit: number, cost, holdings, group, isWhole, record, member });
    }
    for (const member of spareMembers(record, members)) {
      const holdings = [holdingOf(book, member, false)];
      const unit = number + 1 + member.number;
      const isWhole = false;
      units.push({ unit, cost: 0, holdings, group, isWhole, record, member });
    }
  }
  return { units, spare };
}

/** What a member gives back of its row; that of a job suspended in place keeps its memory. */
export function holdingOf(
  { ground }: JobBook,
  { request, devices }: Member,
  keepsMemory: boolean,
): RowHolding {
  const { cpu, memory, milli } = ground.model.classes;
  return {
    cpu: cpu[request],
    memory: keepsMemory ? 0 : memory[request],
    milli: milli[request],
    devices,
  };
}
