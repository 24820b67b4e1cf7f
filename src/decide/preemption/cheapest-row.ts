import type { Room } from "./room.ts";
import { leastToVacate, type RowUnit, vacateRow } from "./row-victims.ts";
import type { UnitSet } from "./unit-sets.ts";
import type { DemandPiece } from "./victims.ts";

/** Costs closer than one part in this many may be equal but for rounding. */
const COST_STEPS = 1e12;
/** Of a row that has changed. */
const UNKNOWN = -1;

/** Finds the cheapest row for equal pieces one after the other, while rooms and units change. */
export class CheapestRow {
  readonly piece: DemandPiece;
  readonly #rooms: readonly Room[];
  readonly #unitsByRow: readonly (readonly RowUnit[])[];
  /** By row at least what it costs, or UNKNOWN. */
  readonly #bounds: Float64Array;

  /** Both lists are alive: whoever changes a row says so. */
  constructor(
    rooms: readonly Room[],
    unitsByRow: readonly (readonly RowUnit[])[],
    piece: DemandPiece,
  ) {
    this.piece = piece;
    this.#rooms = rooms;
    this.#unitsByRow = unitsByRow;
    this.#bounds = new Float64Array(rooms.length).fill(UNKNOWN);
  }

  /** Room or units of the row are not what they were. */
  changed(row: number): void {
    this.#bounds[row] = UNKNOWN;
  }

  /**
   * The best of all rows that may hold the piece, the first of equals; `undefined` if none makes room.
   * O(rows), and a bound for each that changed and a search for each that may be better.
   */
  find(spare: readonly number[]): { readonly row: number; readonly set: UnitSet } | undefined {
    const enough = this.#anySet(spare);
    if (enough === undefined) return undefined;
    const most = enough.cost + enough.cost / COST_STEPS;
    let best: { readonly row: number; readonly set: UnitSet } | undefined;
    for (const row of this.piece.rows) {
      if (this.#bounds[row] > most) continue;
      const set = this.#vacate(row, spare, best?.set);
      if (set === undefined) continue;
      best = { row, set };
      if (set.units.length === 0) break;
    }
    return best;
  }

  /** A set of the row of least bound that has one. */
  #anySet(spare: readonly number[]): UnitSet | undefined {
    for (;;) {
      let least = -1;
      for (const row of this.piece.rows) {
        if (this.#bounds[row] === UNKNOWN) {
          this.#bounds[row] = leastToVacate(this.#rooms[row], this.#unitsByRow[row], this.piece);
        }
        const bound = this.#bounds[row];
        if (bound < (least === -1 ? Infinity : this.#bounds[least])) least = row;
      }
      if (least === -1) return undefined;
      const set = this.#vacate(least, spare, undefined);
      if (set !== undefined) return set;
      // Not before it changes.
      this.#bounds[least] = Infinity;
    }
  }

  #vacate(row: number, spare: readonly number[], best: UnitSet | undefined): UnitSet | undefined {
    return vacateRow(this.#rooms[row], this.#unitsByRow[row], this.piece, spare, best);
  }
}
