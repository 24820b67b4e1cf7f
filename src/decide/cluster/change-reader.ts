import type { ClusterTable } from "./cluster-table.ts";

/**
 * Reads the rows of a table that changed since it last did, each once; all rows the first time, and
 * when the table's log does not go back far enough. O(changes), without allocation.
 */
export class ChangeReader {
  readonly #table: ClusterTable;
  /** Changes that were read. */
  #seen = -1;
  /** The next row of a reading of all rows, or -1. */
  #row = -1;

  constructor(table: ClusterTable) {
    this.#table = table;
  }

  /** The next row, or -1 after the last one: all have been read then. */
  next(): number {
    const table = this.#table;
    const { changes } = table;
    if (this.#row === -1) {
      if (this.#seen !== -1 && changes.count - this.#seen <= changes.kept) {
        while (this.#seen < changes.count) {
          const change = this.#seen;
          const row = changes.rowOf(change);
          this.#seen += 1;
          if (changes.last[row] === change) return row;
        }
        return -1;
      }
      this.#row = 0;
    }
    if (this.#row < table.rows) {
      this.#row += 1;
      return this.#row - 1;
    }
    this.#row = -1;
    this.#seen = changes.count;
    return -1;
  }
}
