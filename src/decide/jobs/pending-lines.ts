import type { JobRecord } from "./job-record.ts";

/** Pending jobs of one queue and one shape: by priority, the highest first, then by submission. */
export interface Line {
  readonly leaf: number;
  readonly shape: string;
  readonly jobs: JobRecord[];
  /** The room version at which its first job last failed to fit; it need not be tried again. */
  failedAt: number;
  /** The victim and room versions at which nobody could be made to leave for it. */
  victimsFailedAt: number;
  victimsFailedIn: number;
}

/** All pending jobs. What one of a shape cannot have, the others behind it cannot have either. */
export class PendingLines {
  #lines = new Map<number, Map<string, Line>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** O(log jobs of the line) to find the place. */
  add(record: JobRecord): void {
    const { leaf, shape } = record;
    let lines = this.#lines.get(leaf);
    if (lines === undefined) this.#lines.set(leaf, (lines = new Map()));
    let line = lines.get(shape);
    if (line === undefined)
      lines.set(
        shape,
        (line = { leaf, shape, jobs: [], failedAt: -1, victimsFailedAt: -1, victimsFailedIn: -1 }),
      );
    const place = placeOf(line.jobs, record);
    if (place === 0) line.victimsFailedAt = -1;
    line.jobs.splice(place, 0, record);
    this.#size += 1;
  }

  remove(record: JobRecord): void {
    const lines = this.#lines.get(record.leaf)!;
    const line = lines.get(record.shape)!;
    line.jobs.splice(placeOf(line.jobs, record), 1);
    if (line.jobs.length === 0) lines.delete(record.shape);
    this.#size -= 1;
  }

  /** The lines of a queue, in order of their making. */
  ofLeaf(leaf: number): Iterable<Line> {
    return this.#lines.get(leaf)?.values() ?? [];
  }

  *all(): Generator<Line> {
    for (const lines of this.#lines.values()) yield* lines.values();
  }

  /** A copy whose records are `copyOf` the original's. */
  fork(copyOf: (record: JobRecord) => JobRecord): PendingLines {
    const copy = new PendingLines();
    copy.#size = this.#size;
    for (const [leaf, lines] of this.#lines) {
      const copies = new Map<string, Line>();
      for (const line of lines.values()) {
        copies.set(line.shape, { ...line, jobs: line.jobs.map(copyOf) });
      }
      copy.#lines.set(leaf, copies);
    }
    return copy;
  }
}

/** Negative iff `left` goes first. */
export function comparePending(left: JobRecord, right: JobRecord): number {
  return right.job.priority - left.job.priority || left.sequence - right.sequence;
}

/** Index of the record, or where it belongs. */
function placeOf(jobs: readonly JobRecord[], record: JobRecord): number {
  let low = 0;
  let high = jobs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (comparePending(jobs[middle], record) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
