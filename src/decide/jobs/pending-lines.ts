import type { RefusalCode } from "../../model/refusal.ts";
import type { JobRecord } from "./job-record.ts";
import type { VictimMemo } from "./victim-memo.ts";

/** Pending jobs of one queue and one shape: by priority, the highest first, then by submission. */
export interface Line {
  readonly leaf: number;
  readonly shape: string;
  readonly jobs: JobRecord[];
  /** The room version at which its first job last failed to fit; it need not be tried again. */
  failedAt: number;
  /** What is known of those who may leave for it. */
  memo: VictimMemo | undefined;
  /** The last reason to wait that its jobs were told, all but those in `untold`. */
  told: RefusalCode | undefined;
  untold: JobRecord[];
  /** Whether its jobs would fit on an empty cluster, as found at that layout of the table. */
  fitsEmpty: boolean;
  fitsEmptyAt: number;
}

const NO_LINES: readonly Line[] = [];

/** All pending jobs. What one of a shape cannot have, the others behind it cannot have either. */
export class PendingLines {
  readonly #lines = new Map<number, Map<string, Line>>();
  /** By leaf: its lines, by their first jobs. */
  readonly #inOrder = new Map<number, Line[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** O(log jobs of the line) to find the place, and O(lines of the queue) if it is the first. */
  add(record: JobRecord): void {
    const line = this.lineOf(record);
    const place = placeOf(line.jobs, record);
    if (place === 0) this.#takeOut(line);
    line.jobs.splice(place, 0, record);
    if (place === 0) this.#putIn(line);
    if (record.waitCode === undefined) line.untold.push(record);
    else line.told = record.waitCode;
    this.#size += 1;
  }

  remove(record: JobRecord): void {
    const line = this.lineOf(record);
    const place = placeOf(line.jobs, record);
    if (place === 0) this.#takeOut(line);
    line.jobs.splice(place, 1);
    if (line.jobs.length === 0) this.#lines.get(record.leaf)!.delete(record.shape);
    else if (place === 0) this.#putIn(line);
    const untold = line.untold.indexOf(record);
    if (untold !== -1) line.untold.splice(untold, 1);
    this.#size -= 1;
  }

  /** The lines of a queue, by their first jobs. The list is alive: it follows every change. */
  inOrder(leaf: number): readonly Line[] {
    return this.#inOrder.get(leaf) ?? NO_LINES;
  }

  /** The first job of each line that was last tried in vain at that room version. */
  *failedAt(roomVersion: number): Generator<JobRecord> {
    for (const lines of this.#inOrder.values()) {
      for (const { failedAt, jobs } of lines) if (failedAt === roomVersion) yield jobs[0];
    }
  }

  /** The line that a job stands in, or would. */
  lineOf({ leaf, shape }: JobRecord): Line {
    let lines = this.#lines.get(leaf);
    if (lines === undefined) {
      lines = new Map();
      this.#lines.set(leaf, lines);
      this.#inOrder.set(leaf, []);
    }
    let line = lines.get(shape);
    if (line === undefined) {
      line = {
        leaf,
        shape,
        jobs: [],
        failedAt: -1,
        memo: undefined,
        told: undefined,
        untold: [],
        fitsEmpty: false,
        fitsEmptyAt: -1,
      };
      lines.set(shape, line);
    }
    return line;
  }

  #takeOut(line: Line): void {
    if (line.jobs.length === 0) return;
    const order = this.#inOrder.get(line.leaf)!;
    order.splice(lineIndex(order, line.jobs[0]), 1);
  }

  #putIn(line: Line): void {
    const order = this.#inOrder.get(line.leaf)!;
    order.splice(lineIndex(order, line.jobs[0]), 0, line);
  }
}

/** Negative iff `left` goes first. */
export function comparePending(left: JobRecord, right: JobRecord): number {
  return right.job.priority - left.job.priority || left.sequence - right.sequence;
}

/** Index of the record, or where it belongs. */
function placeOf(jobs: readonly JobRecord[], record: JobRecord): number {
  return firstAt(jobs.length, (place) => comparePending(jobs[place], record) >= 0);
}

/** Index of the line whose first job is `first`, or where it belongs. */
function lineIndex(order: readonly Line[], first: JobRecord): number {
  return firstAt(order.length, (place) => comparePending(order[place].jobs[0], first) >= 0);
}

/** The first of `count` places at which it is true, once and for all; `count` if there is none. */
function firstAt(count: number, isThere: (place: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isThere(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
