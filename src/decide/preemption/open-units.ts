import { type Candidate, unitsByRow } from "./candidates.ts";
import type { RowUnit } from "./row-victims.ts";

/** Units that may still leave beside those who do (rule V1), row by row. */
export class OpenUnits {
  /** By row, what the open units have there. */
  readonly byRow: (readonly RowUnit[])[];
  /** By group, how many of its members may still leave. */
  readonly spareLeft: number[];
  /** By group, its units that are open. */
  readonly #groups = new Map<number, Candidate[]>();
  readonly #units = new Map<number, Candidate>();
  #changed = new Set<number>();

  constructor(rows: number, candidates: readonly Candidate[], spare: readonly number[]) {
    this.byRow = unitsByRow(rows, candidates);
    this.spareLeft = [...spare];
    for (const unit of candidates) {
      this.#units.set(unit.unit, unit);
      const others = this.#groups.get(unit.group);
      if (others === undefined) this.#groups.set(unit.group, [unit]);
      else others.push(unit);
    }
  }

  /** These leave, and with them all is closed that may not leave beside them. O(units of their groups). */
  take(units: readonly number[]): Candidate[] {
    const taken = units.map((unit) => this.#units.get(unit)!);
    for (const { group, isWhole } of taken) if (!isWhole) this.spareLeft[group] -= 1;
    const leaving = new Set(taken);
    for (const group of new Set(taken.map((unit) => unit.group))) {
      const open = this.#groups.get(group)!;
      const hasWhole = open.some((unit) => unit.isWhole && leaving.has(unit));
      const mayStay = (unit: Candidate) =>
        !hasWhole && !unit.isWhole && !leaving.has(unit) && this.spareLeft[group] > 0;
      this.#close(open.filter((unit) => !mayStay(unit)));
      this.#groups.set(group, open.filter(mayStay));
    }
    return taken;
  }

  /** Rows on which units were closed since this was last called. */
  takeChanged(): ReadonlySet<number> {
    const rows = this.#changed;
    this.#changed = new Set();
    return rows;
  }

  #close(units: readonly Candidate[]): void {
    const closed = new Set(units.map(({ unit }) => unit));
    const rows = new Set(units.flatMap(({ holdings }) => holdings.map(({ row }) => row)));
    for (const row of rows) {
      this.byRow[row] = this.byRow[row].filter(({ unit }) => !closed.has(unit));
      this.#changed.add(row);
    }
  }
}
