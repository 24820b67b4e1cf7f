/** Which rows of a table changed, and when: change `c` is of row `rowOf(c)`. A ring of bounded size. */
export class ChangeLog {
  /** Number of changes so far. */
  count = 0;
  /** The last change of each row. */
  last = new Float64Array(64);
  /** A ring whose length is a power of two. */
  #rows = new Int32Array(64);
  /** The first change that the ring has not lost by growing. */
  #start = 0;

  /** O(1). */
  add(row: number): void {
    this.#rows[this.count & (this.#rows.length - 1)] = row;
    this.last[row] = this.count;
    this.count += 1;
  }

  /** Row of a change; only of the last `kept`. */
  rowOf(change: number): number {
    return this.#rows[change & (this.#rows.length - 1)];
  }

  /** How many of the latest changes are known. */
  get kept(): number {
    return Math.min(this.#rows.length, this.count - this.#start);
  }

  /** For more rows there is more to keep; entries move when the ring grows. */
  grow(rows: number): void {
    const last = new Float64Array(rows);
    last.set(this.last);
    this.last = last;
    const before = this.#rows;
    const longer = new Int32Array(before.length * 2);
    const oldest = Math.max(0, this.count - before.length);
    for (let change = oldest; change < this.count; change += 1) {
      longer[change & (longer.length - 1)] = before[change & (before.length - 1)];
    }
    this.#rows = longer;
    this.#start = oldest;
  }
}
