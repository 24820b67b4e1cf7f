import type { DepartureId } from "../../model/ids.ts";

/** Something that begins once some departures are over, unless it is cancelled. */
export interface Waiting {
  isCancelled: boolean;
}

interface Waiter extends Waiting {
  /** Departures that are not over. */
  left: number;
  readonly begin: () => void;
}

/** Who is leaving, and what waits for them to have left. */
export class DepartureGate {
  readonly #report: (departure: DepartureId) => void;
  readonly #waiters = new Map<DepartureId, Waiter[]>();
  readonly #over = new Set<DepartureId>();
  /** Those that wait for nothing any more, and have not begun. */
  #free: Waiter[] = [];

  /** `report` is told of each departure when it is over. */
  constructor(report: (departure: DepartureId) => void) {
    this.#report = report;
  }

  /** @throws Error, naming `who`, if the departure began before. */
  open(departure: DepartureId, who: string): void {
    if (this.#waiters.has(departure) || this.#over.has(departure)) {
      throw new Error(`${who}: departure ${departure} was ordered twice`);
    }
    this.#waiters.set(departure, []);
  }

  /** It is over. */
  close(departure: DepartureId): void {
    const waiters = this.#waiters.get(departure)!;
    this.#waiters.delete(departure);
    this.#over.add(departure);
    this.#report(departure);
    for (const waiter of waiters) {
      waiter.left -= 1;
      if (waiter.left === 0) this.#free.push(waiter);
    }
  }

  /**
   * Begins what waits for nothing any more, in the order in which it came so far; false if there is
   * nothing. It is called when all orders of a moment are known: one of them may have cancelled it.
   */
  beginFree(): boolean {
    const free = this.#free;
    this.#free = [];
    for (const waiter of free) if (!waiter.isCancelled) waiter.begin();
    return free.length > 0;
  }

  /**
   * It begins by `beginFree` when all of `after` are over.
   * @throws Error, naming `who`, if one of them never began.
   */
  whenOver(after: readonly DepartureId[], who: string, begin: () => void): Waiting {
    const waiter: Waiter = { isCancelled: false, left: 0, begin };
    for (const departure of new Set(after)) {
      if (this.#over.has(departure)) continue;
      const waiters = this.#waiters.get(departure);
      if (waiters === undefined)
        throw new Error(`${who}: departure ${departure} was never ordered`);
      waiters.push(waiter);
      waiter.left += 1;
    }
    if (waiter.left === 0) this.#free.push(waiter);
    return waiter;
  }
}
