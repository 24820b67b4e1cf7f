import { type DepartureId, departureId } from "../model/ids.ts";
import type { ClusterTable } from "./cluster/cluster-table.ts";
import type { RequestClasses } from "./cluster/request-classes.ts";
import type { Renumber } from "./saved-classes.ts";

/** Room that something holds on one node. Never changed, so that forks share it. */
export interface Holding {
  readonly row: number;
  /** Class of RequestClasses. */
  readonly request: number;
  readonly devices: readonly number[];
}

interface Departure {
  readonly holdings: readonly Holding[];
}

export interface SavedDepartures {
  readonly next: number;
  readonly open: readonly (Departure & { readonly id: DepartureId })[];
}

/**
 * What was told to leave and has not left. Its room is free in the cluster table already; whoever
 * takes it has to wait for those that are still on it (rule J4).
 */
export class Departures {
  readonly #classes: RequestClasses;
  #next = 1;
  readonly #open = new Map<DepartureId, Departure>();
  /** Numbers of the departures with something on the row. */
  readonly #byRow = new Map<number, ReadonlySet<DepartureId>>();

  constructor(classes: RequestClasses) {
    this.#classes = classes;
  }

  /** Something starts to leave these places. */
  begin(holdings: readonly Holding[]): DepartureId {
    const id = departureId(this.#next);
    this.#next += 1;
    this.#enter(id, holdings);
    return id;
  }

  isOpen(id: DepartureId): boolean {
    return this.#open.has(id);
  }

  /** It has left. */
  end(id: DepartureId): void {
    for (const { row } of this.#open.get(id)?.holdings ?? []) {
      const rest = new Set(this.#byRow.get(row));
      rest.delete(id);
      if (rest.size === 0) this.#byRow.delete(row);
      else this.#byRow.set(row, rest);
    }
    this.#open.delete(id);
  }

  /**
   * Adds to `after` who has to leave before this holding, which is taken in `table` already, can
   * begin: everybody on a device, or on the CPU or memory of the node, that would be overfull with
   * them. O(departures on the row).
   */
  collectBlockers(table: ClusterTable, holding: Holding, after: Set<DepartureId>): void {
    const leaving = this.#byRow.get(holding.row);
    if (leaving === undefined) return;
    const { cpu, memory } = this.#classes;
    const { row, request } = holding;
    if (cpu[request] > 0 && this.#sum(row, cpu) > table.cpuFor(row, request)) {
      this.#collect(row, (other) => cpu[other.request] > 0, after);
    }
    if (memory[request] > 0 && this.#sum(row, memory) > table.memoryFree[row]) {
      this.#collect(row, (other) => memory[other.request] > 0, after);
    }
    for (const device of holding.devices) {
      const free = table.deviceMilli[table.deviceStart[row] + device];
      if (this.#sumOnDevice(row, device) <= free) continue;
      this.#collect(row, (other) => other.devices.includes(device), after);
    }
  }

  /** MiB of the row that are still held by what leaves it. O(departures on the row). */
  memoryOn(row: number): number {
    return this.#byRow.has(row) ? this.#sum(row, this.#classes.memory) : 0;
  }

  save(renumber: Renumber): SavedDepartures {
    const open = Array.from(this.#open, ([id, { holdings }]) => {
      return { id, holdings: holdings.map(renumber) };
    });
    return { next: this.#next, open };
  }

  static restore(
    classes: RequestClasses,
    { next, open }: SavedDepartures,
    renumber: Renumber,
  ): Departures {
    const departures = new Departures(classes);
    for (const { id, holdings } of open) departures.#enter(id, holdings.map(renumber));
    departures.#next = next;
    return departures;
  }

  /** The state in integers: the next number, then each departure with its number of places. */
  *content(): Generator<number> {
    yield this.#next;
    for (const [id, { holdings }] of this.#open) {
      yield id;
      yield holdings.length;
    }
  }

  #enter(id: DepartureId, holdings: readonly Holding[]): void {
    this.#open.set(id, { holdings });
    for (const { row } of holdings) {
      this.#byRow.set(row, new Set([...(this.#byRow.get(row) ?? []), id]));
    }
  }

  *#on(row: number): Generator<readonly [DepartureId, Holding]> {
    for (const id of this.#byRow.get(row) ?? []) {
      for (const holding of this.#open.get(id)!.holdings) {
        if (holding.row === row) yield [id, holding];
      }
    }
  }

  #collect(row: number, isInTheWay: (other: Holding) => boolean, after: Set<DepartureId>): void {
    for (const [id, other] of this.#on(row)) if (isInTheWay(other)) after.add(id);
  }

  #sum(row: number, amount: Int32Array): number {
    let sum = 0;
    for (const [, { request }] of this.#on(row)) sum += amount[request];
    return sum;
  }

  #sumOnDevice(row: number, device: number): number {
    let sum = 0;
    for (const [, { request, devices }] of this.#on(row)) {
      if (devices.includes(device)) sum += this.#classes.milli[request];
    }
    return sum;
  }
}
