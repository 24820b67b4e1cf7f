import type { DepartureId } from "../../model/ids.ts";

/** Who was told to leave, and who has left. Numbers rise, so what has left need not be kept. */
export class Departures {
  readonly #open = new Set<DepartureId>();
  /** Those of them that were told as over, and may not be journaled yet. */
  readonly #left = new Set<DepartureId>();
  #newest = 0;

  /** All that is not over, ascending, and the highest number so far. */
  save(): SavedDepartures {
    return { open: this.open, newest: this.#newest };
  }

  restore({ open, newest }: SavedDepartures): void {
    this.#newest = newest;
    for (const departure of open) this.#open.add(departure);
  }

  /** Those whose end is not journaled, ascending. */
  get open(): readonly DepartureId[] {
    return [...this.#open].toSorted((left, right) => left - right);
  }

  /** @throws Error, naming `who`, if the departure began before. */
  order(departure: DepartureId, who: string): void {
    if (this.#open.has(departure))
      throw new Error(`${who}: departure ${departure} was ordered twice`);
    this.#open.add(departure);
    this.#newest = Math.max(this.#newest, departure);
  }

  /** It is told as over. */
  leave(departure: DepartureId): void {
    if (this.#open.has(departure)) this.#left.add(departure);
  }

  /** Its end is journaled. */
  close(departure: DepartureId): void {
    this.#open.delete(departure);
    this.#left.delete(departure);
  }

  /** Whether all of them are over. */
  areOver(departures: readonly DepartureId[]): boolean {
    return departures.every((departure) => !this.#open.has(departure) || this.#left.has(departure));
  }

  /** @throws Error, naming `who`, if one of them was never ordered. */
  check(departures: readonly DepartureId[], who: string): void {
    const unknown = departures.find((departure) => departure > this.#newest);
    if (unknown !== undefined) throw new Error(`${who}: departure ${unknown} was never ordered`);
  }
}

export interface SavedDepartures {
  readonly open: readonly DepartureId[];
  readonly newest: number;
}
