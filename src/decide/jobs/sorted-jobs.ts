import type { JobRecord } from "./job-record.ts";

/** Jobs in order of submission. O(log jobs) to find one, and a move of those behind it. */
export class SortedJobs implements Iterable<JobRecord> {
  readonly #jobs: JobRecord[] = [];

  get size(): number {
    return this.#jobs.length;
  }

  add(record: JobRecord): void {
    const place = this.#placeOf(record);
    if (this.#jobs[place] !== record) this.#jobs.splice(place, 0, record);
  }

  delete(record: JobRecord): void {
    const place = this.#placeOf(record);
    if (this.#jobs[place] === record) this.#jobs.splice(place, 1);
  }

  [Symbol.iterator](): Iterator<JobRecord> {
    return this.#jobs[Symbol.iterator]();
  }

  /** Where the record stands, or belongs. */
  #placeOf({ sequence }: JobRecord): number {
    let low = 0;
    let high = this.#jobs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#jobs[middle].sequence < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
