import type { Ground } from "../ground.ts";
import type { JobRecord } from "./job-record.ts";

interface Candidate {
  readonly row: number;
  /** Part of the members that it would hold if it were empty for which there is no room now. */
  readonly partInUse: number;
  /** Milli of devices that one more member misses. */
  readonly missing: number;
}

/** What is left of a row that was empty before the members of a gang were put there. */
class EmptiedRow {
  readonly #ground: Ground;
  readonly #row: number;
  #cpu: number;
  #memory: number;
  #milli: number[];

  constructor(ground: Ground, row: number) {
    this.#ground = ground;
    this.#row = row;
    const { cpu, memory } = ground.table.capacityOf(row);
    this.#cpu = cpu;
    this.#memory = memory;
    this.#milli = ground.table.emptyMilli(row);
  }

  /** Puts a member of the class on the devices with least left that do; false if it does not fit. */
  take(request: number): boolean {
    const { table, model } = this.#ground;
    const { cpu, memory, count, milli } = model.classes;
    if (!table.fitsEmpty(this.#row, request)) return false;
    if (cpu[request] > this.#cpu || memory[request] > this.#memory) return false;
    const inOrder = this.#milli.toSorted((left, right) => left - right);
    const first = inOrder.findIndex((left) => left >= milli[request]);
    const wanted = count[request];
    if (wanted > 0 && (first === -1 || inOrder.length - first < wanted)) return false;
    for (let device = first; device < first + wanted; device += 1)
      inOrder[device] -= milli[request];
    this.#milli = inOrder;
    this.#cpu -= cpu[request];
    this.#memory -= memory[request];
    return true;
  }
}

/**
 * Open rows that would hold the gang at its minimum if they were empty (rule J10): role by role, the
 * one with the largest members first, on rows that are chosen already, then on those of whose room for
 * it the least part is in use, then on those whose devices miss least for one member, then on the
 * lowest. `undefined` if they do not hold it. O(roles × nodes × log nodes).
 */
export function chooseRows(ground: Ground, { job, classes }: JobRecord): number[] | undefined {
  const { cpu, count, milli } = ground.model.classes;
  const chosen = new Map<number, EmptiedRow>();
  const sizeOf = (role: number) => count[classes[role]] * milli[classes[role]];
  const roles = [...job.roles.keys()].toSorted(
    (left, right) =>
      sizeOf(right) - sizeOf(left) || cpu[classes[right]] - cpu[classes[left]] || left - right,
  );
  for (const role of roles) {
    let missing = job.roles[role].replicas.min;
    const rows = [...chosen.keys(), ...candidatesFor(ground, classes[role], chosen)];
    for (const row of rows) {
      if (missing === 0) break;
      const emptied = chosen.get(row) ?? new EmptiedRow(ground, row);
      const before = missing;
      while (missing > 0 && emptied.take(classes[role])) missing -= 1;
      if (missing < before) chosen.set(row, emptied);
    }
    if (missing > 0) return undefined;
  }
  return [...chosen.keys()].toSorted((left, right) => left - right);
}

/** Whether anything may be placed on the row. */
export function isOpenRow({ table }: Ground, row: number): boolean {
  return !table.isRemoved(row) && !table.isClosed(row);
}

function candidatesFor(
  ground: Ground,
  request: number,
  chosen: ReadonlyMap<number, EmptiedRow>,
): number[] {
  const { table } = ground;
  const rows: Candidate[] = [];
  for (let row = 0; row < table.rows; row += 1) {
    if (!isOpenRow(ground, row) || chosen.has(row)) continue;
    const room = table.emptyRoomFor(row, request);
    if (room === 0) continue;
    const partInUse = 1 - table.roomFor(row, request) / room;
    rows.push({ row, partInUse, missing: table.milliMissing(row, request) });
  }
  return rows.sort(compareCandidates).map(({ row }) => row);
}

function compareCandidates(left: Candidate, right: Candidate): number {
  const byUse = left.partInUse - right.partInUse || left.missing - right.missing;
  return byUse || left.row - right.row;
}
