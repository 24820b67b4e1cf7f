import type { JobRecord, Member } from "./job-record.ts";

/** Set in a row's mask where an elastic job has members to spare. */
export const SPARE_BIT = 1 << 30;
const UNKNOWN = -1;
const NOBODY: ReadonlyMap<JobRecord, readonly Member[]> = new Map();

/** Who has members on each row, running or suspended. */
export class RowIndex {
  #rows = new Map<number, Map<JobRecord, Member[]>>();
  /** By row: bits of the groups that run there and SPARE_BIT, or UNKNOWN. */
  #masks: number[] = [];

  /** Members on the row by job, in no particular order. */
  on(row: number): ReadonlyMap<JobRecord, readonly Member[]> {
    return this.#rows.get(row) ?? NOBODY;
  }

  add(record: JobRecord, members: readonly Member[]): void {
    for (const member of members) {
      let on = this.#rows.get(member.row);
      if (on === undefined) this.#rows.set(member.row, (on = new Map()));
      const own = on.get(record);
      if (own === undefined) on.set(record, [member]);
      else own.push(member);
    }
    this.changed(members);
  }

  remove(record: JobRecord, members: readonly Member[]): void {
    const leaving = new Set(members);
    for (const { row } of members) {
      const on = this.#rows.get(row);
      const left = on?.get(record)?.filter((member) => !leaving.has(member)) ?? [];
      if (left.length > 0) on!.set(record, left);
      else on?.delete(record);
      if (on?.size === 0) this.#rows.delete(row);
    }
    this.changed(members);
  }

  /** What runs on the rows of these members, or what it has to spare, is not what it was. */
  changed(members: readonly Member[]): void {
    for (const { row } of members) this.#masks[row] = UNKNOWN;
  }

  /**
   * Bits of the groups that run on the row, and SPARE_BIT where a member can be spared. Groups may
   * share a bit, so a bit that is not set is the only certainty. O(1) while the row stays.
   */
  maskOf(row: number): number {
    const known = this.#masks[row] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    let mask = 0;
    for (const { group, spare } of this.on(row).keys()) {
      if (group === undefined) continue;
      mask |= spare > 0 ? group.bit | SPARE_BIT : group.bit;
    }
    while (this.#masks.length <= row) this.#masks.push(UNKNOWN);
    this.#masks[row] = mask;
    return mask;
  }

  /** A copy whose records are `copyOf` the original's. */
  fork(copyOf: (record: JobRecord) => JobRecord): RowIndex {
    const copy = new RowIndex();
    for (const [row, on] of this.#rows) {
      const made = new Map<JobRecord, Member[]>();
      for (const [record, members] of on) made.set(copyOf(record), [...members]);
      copy.#rows.set(row, made);
    }
    return copy;
  }
}
