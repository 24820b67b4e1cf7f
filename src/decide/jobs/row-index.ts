import type { RequestClasses } from "../cluster/request-classes.ts";
import { costsOf } from "./row-costs.ts";
import { firstUnitAt, type JobRecord, type Member } from "./job-record.ts";

/** Set in a row's mask where an elastic job has members to spare. */
export const SPARE_BIT = 1 << 30;
const UNKNOWN = -1;
const NO_COSTS = new Float64Array(0);
const NOBODY: ReadonlyMap<JobRecord, RowJob> = new Map();

/** A job on a row, and what its members hold there. Replaced, never changed. */
export interface RowJob {
  readonly record: JobRecord;
  readonly members: readonly Member[];
  /** Milli of devices in all. */
  readonly milli: number;
  /** Devices that they hold, one that two hold counted twice. */
  readonly devices: number;
  readonly cpu: number;
  readonly memory: number;
}

/** Who has members on each row, running or suspended. */
export class RowIndex {
  readonly #classes: RequestClasses;
  readonly #rows = new Map<number, Map<JobRecord, RowJob>>();
  /** By row: bits of the groups that run there and SPARE_BIT, or UNKNOWN. */
  #masks: number[] = [];
  /** By row: jobs that run there, by submission, as far as they are known. */
  #running: (readonly RowJob[] | undefined)[] = [];
  /** By row: the costs of these, as they were at that change of the row and with that grace. */
  #costs: Float64Array[] = [];
  #costsAt: number[] = [];
  #graceMs = 0;
  /** By row: anybody's leaving costs at least so much, while the costs are as they were. */
  #least: number[] = [];
  /** By row: the first unit of its first job. */
  #firsts: number[] = [];

  constructor(classes: RequestClasses) {
    this.#classes = classes;
  }

  /** By job what is on the row, running or suspended, in no particular order. */
  on(row: number): ReadonlyMap<JobRecord, RowJob> {
    return this.#rows.get(row) ?? NOBODY;
  }

  /** Jobs that run on the row, by submission. O(1) while the row stays. */
  running(row: number): readonly RowJob[] {
    let known = this.#running[row];
    if (known !== undefined) return known;
    known = [...this.on(row).values()]
      .filter(({ record }) => record.group !== undefined)
      .sort((left, right) => left.record.sequence - right.record.sequence);
    while (this.#running.length <= row) this.#running.push(undefined);
    this.#running[row] = known;
    return known;
  }

  /**
   * What leaving the row costs, as RowCost says, by submission; the row last changed at that change of
   * the table. O(1) while the row stays, and the grace.
   */
  costs(row: number, changedAt: number, graceMs: number): Float64Array {
    if (graceMs !== this.#graceMs) this.#costsAt = [];
    this.#graceMs = graceMs;
    if (this.#costsAt[row] === changedAt) return this.#costs[row];
    const running = this.running(row);
    while (this.#costs.length <= row) {
      this.#costs.push(NO_COSTS);
      this.#least.push(0);
      this.#firsts.push(0);
    }
    while (this.#costsAt.length <= row) this.#costsAt.push(UNKNOWN);
    this.#costs[row] = costsOf(running, graceMs);
    this.#costsAt[row] = changedAt;
    this.#least[row] = 0;
    this.#firsts[row] = running.length === 0 ? 0 : firstUnitAt(running[0].record.sequence);
    return this.#costs[row];
  }

  /**
   * Whoever leaves the row, it costs at least so much: 0 where nothing is known. It stays true while
   * the row does, since what a job loses by leaving grows with time until it saves. O(1).
   */
  leastCost(row: number, changedAt: number): number {
    return this.#costsAt[row] === changedAt ? this.#least[row] : 0;
  }

  /** No unit of the row has a lower number: 0 where nothing is known. O(1). */
  firstUnit(row: number, changedAt: number): number {
    return this.#costsAt[row] === changedAt ? this.#firsts[row] : 0;
  }

  /** It is known now, of the costs that `costs` gave last. */
  setLeastCost(row: number, cost: number): void {
    this.#least[row] = cost;
  }

  add(record: JobRecord, members: readonly Member[]): void {
    for (const member of members) {
      let on = this.#rows.get(member.row);
      if (on === undefined) this.#rows.set(member.row, (on = new Map()));
      const before = on.get(record)?.members ?? [];
      on.set(record, this.#rowJob(record, [...before, member]));
    }
    this.changed(members);
  }

  remove(record: JobRecord, members: readonly Member[]): void {
    const leaving = new Set(members);
    for (const { row } of members) {
      const on = this.#rows.get(row);
      const left = on?.get(record)?.members.filter((member) => !leaving.has(member)) ?? [];
      if (left.length > 0) on!.set(record, this.#rowJob(record, left));
      else on?.delete(record);
      if (on?.size === 0) this.#rows.delete(row);
    }
    this.changed(members);
  }

  /** What runs on the rows of these members, or what it has to spare, is not what it was. */
  changed(members: readonly Member[]): void {
    for (const { row } of members) {
      this.#masks[row] = UNKNOWN;
      this.#running[row] = undefined;
      this.#costsAt[row] = UNKNOWN;
    }
  }

  /**
   * Bits of the groups that run on the row, and SPARE_BIT where a member can be spared. Groups may
   * share a bit, so a bit that is not set is the only certainty. O(1) while the row stays.
   */
  maskOf(row: number): number {
    const known = this.#masks[row] ?? UNKNOWN;
    if (known !== UNKNOWN) return known;
    let mask = 0;
    for (const { record } of this.running(row)) {
      mask |= record.spare > 0 ? record.group!.bit | SPARE_BIT : record.group!.bit;
    }
    while (this.#masks.length <= row) this.#masks.push(UNKNOWN);
    this.#masks[row] = mask;
    return mask;
  }

  #rowJob(record: JobRecord, members: readonly Member[]): RowJob {
    const { cpu, memory, count, milli } = this.#classes;
    let [milliHeld, devices, cpuHeld, memoryHeld] = [0, 0, 0, 0];
    for (const { request } of members) {
      milliHeld += count[request] * milli[request];
      devices += count[request];
      cpuHeld += cpu[request];
      memoryHeld += memory[request];
    }
    return { record, members, milli: milliHeld, devices, cpu: cpuHeld, memory: memoryHeld };
  }
}
