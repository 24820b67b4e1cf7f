import { ChangeReader } from "../cluster/change-reader.ts";
import type { ClusterTable } from "../cluster/cluster-table.ts";

/** More than any gang has members, so that sums stay finite for work that needs nothing. */
const PIECES_MAX = 2 ** 20;

/** Pieces of one class by row, as they were when the reader last read. */
interface Count {
  readonly pieces: Float64Array;
  readonly reader: ChangeReader;
  total: number;
}

/**
 * How many pieces of a class all nodes together have room for, at most: what a gang of more members
 * need not be tried for. O(rows changed since it was last asked for that class).
 */
export class RoomCounts {
  readonly #table: ClusterTable;
  readonly #counts: (Count | undefined)[] = [];

  constructor(table: ClusterTable) {
    this.#table = table;
  }

  /** Upper bound of the pieces that fit at once; exact for whole devices and for one device each. */
  total(request: number): number {
    const table = this.#table;
    let count = this.#counts[request];
    if (count === undefined || count.pieces.length < table.rows) {
      const pieces = new Float64Array(table.rows);
      count = { pieces, reader: new ChangeReader(table), total: 0 };
      while (this.#counts.length <= request) this.#counts.push(undefined);
      this.#counts[request] = count;
    }
    const { pieces, reader } = count;
    for (let row = reader.next(); row !== -1; row = reader.next()) {
      const now = Math.min(table.roomFor(row, request), PIECES_MAX);
      count.total += now - pieces[row];
      pieces[row] = now;
    }
    return count.total;
  }
}
