import type { UnitSet } from "../preemption/unit-sets.ts";

/** Costs closer than one part in this many may be equal but for rounding. */
const COST_STEPS = 1e12;

/**
 * Rows on which a single piece may find its room, and for each what is known of who would leave: at
 * least this cost, at that cost at least so many (0 while nothing is known), and of those nobody with
 * a lower number. It stays true while the row does, since what a job loses by leaving grows with time until it saves.
 */
export class RowBounds {
  /** Packed, in no particular order; what belongs to a row has its place in all lists. */
  rows: number[] = [];
  #costs: number[] = [];
  #counts: number[] = [];
  #firsts: number[] = [];
  /** Place of each row; made when it is first asked for. */
  #places: Map<number, number> | undefined;

  /** Bounds of these rows, all different. */
  static of(rows: number[]): RowBounds {
    const bounds = new RowBounds();
    bounds.rows = rows;
    bounds.reset();
    return bounds;
  }

  /** The row may hold the piece, and nothing more is known of it. */
  add(row: number): void {
    let place = this.placeOf(row);
    if (place === undefined) {
      place = this.rows.length;
      this.rows.push(row);
      this.#places!.set(row, place);
    }
    this.put(place, 0, 0, 0);
  }

  delete(row: number): void {
    const place = this.placeOf(row);
    if (place === undefined) return;
    const last = this.rows.length - 1;
    this.rows[place] = this.rows[last];
    this.put(place, this.#costs[last], this.#counts[last], this.#firsts[last]);
    this.#places!.set(this.rows[place], place);
    this.#places!.delete(row);
    this.rows.pop();
    for (const list of [this.#costs, this.#counts, this.#firsts]) list.pop();
  }

  placeOf(row: number): number | undefined {
    this.#places ??= new Map(this.rows.map((each, place) => [each, place]));
    return this.#places.get(row);
  }

  /** Now so much is known of the row at the place. */
  put(place: number, cost: number, count: number, first: number): void {
    this.#costs[place] = cost;
    this.#counts[place] = count;
    this.#firsts[place] = first;
  }

  /** Puts a bound for the rows of which nothing is known. */
  prime(boundOf: (row: number) => { readonly cost: number; readonly first: number }): void {
    for (let place = 0; place < this.rows.length; place += 1) {
      if (this.#counts[place] > 0) continue;
      const { cost, first } = boundOf(this.rows[place]);
      this.put(place, cost, 1, first);
    }
  }

  /** Nothing is known any more but which rows there are. */
  reset(): void {
    for (let place = 0; place < this.rows.length; place += 1) this.put(place, 0, 0, 0);
  }

  /** Whether the row at the place may have a better set than this (rule V4). */
  mayBeat(place: number, { cost, units }: UnitSet): boolean {
    const rounding = cost / COST_STEPS;
    const bound = this.#costs[place];
    if (bound < cost - rounding) return true;
    if (bound > cost + rounding) return false;
    const count = this.#counts[place];
    return count < units.length || (count === units.length && this.#firsts[place] <= units[0]);
  }

  /** Place with the least bound that is finite, -1 if there is none. O(rows). */
  least(): number {
    let best = -1;
    let [cost, count, first] = [Infinity, 0, 0];
    for (let place = 0; place < this.rows.length; place += 1) {
      const other = this.#costs[place];
      if (other > cost || other === Infinity) continue;
      if (other === cost) {
        if (this.#counts[place] > count) continue;
        if (this.#counts[place] === count && this.#firsts[place] >= first) continue;
      }
      best = place;
      cost = other;
      count = this.#counts[place];
      first = this.#firsts[place];
    }
    return best;
  }

  fork(): RowBounds {
    const copy = new RowBounds();
    copy.rows = [...this.rows];
    copy.#costs = [...this.#costs];
    copy.#counts = [...this.#counts];
    copy.#firsts = [...this.#firsts];
    return copy;
  }
}
