import { DEVICE_MILLI } from "../../model/units.ts";
import { grown } from "./grown.ts";
import { TupleTable } from "./tuple-table.ts";

const UNKNOWN = -1;

/**
 * What is left on the devices of a node, as a multiset: which device holds which amount does not
 * matter for what fits, so nodes that differ only in that share an id here.
 */
export class DeviceSets {
  readonly #tuples = new TupleTable();
  readonly #steps = new TupleTable();
  /** Target of each step in `#steps`, or UNKNOWN. */
  #stepTargets = new Int32Array(256).fill(UNKNOWN);
  readonly #step = new Int32Array(3);
  #buffer = new Int32Array(32);
  /** Sum of the milli left (R in SPEC), by set. */
  milliFree = new Int32Array(64);
  /** Number of devices wholly free, by set. */
  wholeFree = new Int32Array(64);

  get size(): number {
    return this.#tuples.size;
  }

  /** Number of devices of the set. */
  count(set: number): number {
    return this.#tuples.starts[set + 1] - this.#tuples.starts[set];
  }

  /** Milli left on the device of rank `rank`; ranks ascend from 0, the device with least left. */
  at(set: number, rank: number): number {
    return this.#tuples.cells[this.#tuples.starts[set] + rank];
  }

  /** True iff `count` devices have `milli` or more left each. O(1). */
  fits(set: number, count: number, milli: number): boolean {
    const end = this.#tuples.starts[set + 1];
    return end - this.#tuples.starts[set] >= count && this.#tuples.cells[end - count] >= milli;
  }

  /** Id of the multiset of `milli[start … start + count - 1]`, in any order. O(count²). */
  intern(milli: Int32Array, start: number, count: number): number {
    this.#buffer = grown(this.#buffer, count);
    for (let device = 0; device < count; device += 1) {
      insertSorted(this.#buffer, device, milli[start + device]);
    }
    return this.#internBuffer(count);
  }

  /** The set after one device that has `from` left has `to` left. O(1) once seen. */
  replace(set: number, from: number, to: number): number {
    const step = this.#stepId(set, from, to);
    if (this.#stepTargets[step] === UNKNOWN) {
      this.#stepTargets[step] = this.#replaced(set, from, to);
    }
    return this.#stepTargets[step];
  }

  /** The set after the `count` devices with least left that still fit gave `milli` each. */
  take(set: number, count: number, milli: number): number {
    let after = set;
    const first = this.firstFitting(set, milli);
    for (let taken = 0; taken < count; taken += 1) {
      const from = this.at(set, first + taken);
      after = this.replace(after, from, from - milli);
    }
    return after;
  }

  /** Rank of the first device with `milli` or more left; the number of devices if none has. */
  firstFitting(set: number, milli: number): number {
    const count = this.count(set);
    let rank = 0;
    while (rank < count && this.at(set, rank) < milli) rank += 1;
    return rank;
  }

  #stepId(set: number, from: number, to: number): number {
    this.#step[0] = set;
    this.#step[1] = from;
    this.#step[2] = to;
    const id = this.#steps.intern(this.#step, 3);
    this.#stepTargets = grown(this.#stepTargets, id + 1, UNKNOWN);
    return id;
  }

  #replaced(set: number, from: number, to: number): number {
    const count = this.count(set);
    this.#buffer = grown(this.#buffer, count);
    let kept = 0;
    let found = false;
    for (let rank = 0; rank < count; rank += 1) {
      const milli = this.at(set, rank);
      if (milli === from && !found) {
        found = true;
        continue;
      }
      this.#buffer[kept] = milli;
      kept += 1;
    }
    if (!found) throw new Error(`device set ${set} has no device with ${from} milli left`);
    insertSorted(this.#buffer, kept, to);
    return this.#internBuffer(count);
  }

  #internBuffer(count: number): number {
    const id = this.#tuples.intern(this.#buffer, count);
    this.milliFree = grown(this.milliFree, id + 1);
    this.wholeFree = grown(this.wholeFree, id + 1);
    let sum = 0;
    let whole = 0;
    for (let rank = 0; rank < count; rank += 1) {
      sum += this.#buffer[rank];
      if (this.#buffer[rank] === DEVICE_MILLI) whole += 1;
    }
    this.milliFree[id] = sum;
    this.wholeFree[id] = whole;
    return id;
  }
}

/** Inserts `value` into the ascending `array[0 … length - 1]`. */
function insertSorted(array: Int32Array, length: number, value: number): void {
  let place = length;
  while (place > 0 && array[place - 1] > value) {
    array[place] = array[place - 1];
    place -= 1;
  }
  array[place] = value;
}
