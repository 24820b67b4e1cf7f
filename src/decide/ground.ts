import type { Amounts } from "../model/amounts.ts";
import type { DepartureId, NodeId } from "../model/ids.ts";
import { gpuMilli, mib, milliCpu } from "../model/units.ts";
import { ClusterTable } from "./cluster/cluster-table.ts";
import { Departures, type Holding } from "./departures.ts";
import type { PlacementModel } from "./placement/placement-model.ts";
import { Placer } from "./placement/placer.ts";
import { RoomCounts } from "./placement/room-counts.ts";

/** Room that is free once all of these have departed. */
interface Kept {
  readonly holdings: readonly Holding[];
  readonly after: readonly DepartureId[];
}

/** What jobs, services and single pieces of work stand on: the nodes, and who is leaving them. */
export class Ground {
  readonly model: PlacementModel;
  table: ClusterTable;
  placer: Placer;
  counts: RoomCounts;
  departures: Departures;
  rowOf = new Map<NodeId, number>();
  /** Rows of drained nodes. */
  drained = new Set<number>();
  /** Grows whenever room appears: what did not fit at one version does not fit until the next. */
  roomVersion = 0;
  /** MiB that the table shows as free though a sleeper holds them that is about to wake, by row. */
  readonly lent = new Map<number, number>();
  /** Rows on which room appeared since they were last taken. */
  #freedRows = new Set<number>();
  /** Who is to go back to devices, and what it physically holds until then (rule J4). */
  kept = new Map<string, Kept>();
  /** Rows on which jobs hold more CPU than there is with what is lent. */
  overloaded = new Set<number>();
  /** Capacity of all nodes; what failed or is drained is not counted. */
  capacity: Amounts = { cpu: 0, memory: 0, gpuMilli: 0 };

  /** Class of host memory alone, by MiB. */
  readonly #hostMemory = new Map<number, number>();
  /** Class of the same without memory, by class. */
  readonly #withoutMemory = new Map<number, number>();

  constructor(model: PlacementModel) {
    this.model = model;
    const { states, classes, policy } = model;
    this.table = new ClusterTable(states, classes, policy.readsHistory);
    this.placer = new Placer(model, this.table);
    this.counts = new RoomCounts(this.table);
    this.departures = new Departures(classes);
  }

  take({ row, request, devices }: Holding): void {
    this.table.take(row, request, devices);
  }

  release({ row, request, devices }: Holding): void {
    this.table.release(row, request, devices);
    this.roomAppeared(row);
  }

  /** The owner holds this, beside what it is to hold, until these have departed and it goes back. */
  keep(owner: string, holdings: readonly Holding[], after: readonly DepartureId[]): void {
    if (after.length === 0 || holdings.length === 0) return;
    for (const holding of holdings) this.take(holding);
    this.kept.set(owner, { holdings, after });
  }

  /** What the owner kept is free, and returned. */
  unkeep(owner: string): readonly Holding[] {
    const { holdings = [] } = this.kept.get(owner) ?? {};
    this.kept.delete(owner);
    for (const holding of holdings) this.release(holding);
    return holdings;
  }

  /** The departure is over: who waited for it alone has gone back. O(owners that wait). */
  depart(departure: DepartureId): void {
    this.departures.end(departure);
    for (const [owner, { holdings, after }] of this.kept) {
      const left = after.filter((other) => other !== departure);
      if (left.length === 0) this.unkeep(owner);
      else this.kept.set(owner, { holdings, after: left });
    }
  }

  /** MiB of the row that are free in the table and still held: by what leaves, or by who will wake. */
  memoryHeldOn(row: number): number {
    return this.departures.memoryOn(row) + (this.lent.get(row) ?? 0);
  }

  roomAppeared(row: number): void {
    this.roomVersion += 1;
    this.#freedRows.add(row);
  }

  /** Rows on which room appeared since this was last called, in order. */
  takeFreedRows(): ReadonlySet<number> {
    const rows = this.#freedRows;
    this.#freedRows = new Set();
    return rows;
  }

  /** Who has to leave before these holdings, taken already, can begin (rule J4); ascending. */
  blockersOf(holdings: readonly Holding[]): DepartureId[] {
    const after = new Set<DepartureId>();
    for (const holding of holdings) this.departures.collectBlockers(this.table, holding, after);
    return [...after].toSorted((left, right) => left - right);
  }

  /** Class of host memory alone, for what is suspended or asleep. */
  hostMemoryClass(memory: number): number {
    let known = this.#hostMemory.get(memory);
    if (known === undefined) {
      known = this.model.classes.intern({ cpu: milliCpu(0), memory: mib(memory) })!;
      this.#hostMemory.set(memory, known);
    }
    return known;
  }

  /** What leaves where the memory stays. */
  readonly withoutMemory = ({ row, request, devices }: Holding): Holding => {
    let rest = this.#withoutMemory.get(request);
    if (rest === undefined) {
      const { classes } = this.model;
      const count = classes.count[request];
      const room = { cpu: milliCpu(classes.cpu[request]), memory: mib(0) };
      const accelerators = { count, milli: gpuMilli(classes.milli[request]), kinds: [] };
      rest = classes.intern(count === 0 ? room : { ...room, accelerators })!;
      this.#withoutMemory.set(request, rest);
    }
    return { row, request: rest, devices };
  };

  changeCapacity(change: Amounts, sign: 1 | -1): void {
    this.capacity = {
      cpu: this.capacity.cpu + sign * change.cpu,
      memory: this.capacity.memory + sign * change.memory,
      gpuMilli: this.capacity.gpuMilli + sign * change.gpuMilli,
    };
  }

  fork(): Ground {
    const copy = new Ground(this.model);
    copy.table = this.table.fork();
    copy.placer = new Placer(this.model, copy.table);
    copy.counts = new RoomCounts(copy.table);
    copy.departures = this.departures.fork();
    copy.rowOf = new Map(this.rowOf);
    copy.drained = new Set(this.drained);
    copy.roomVersion = this.roomVersion;
    copy.#freedRows = new Set(this.#freedRows);
    copy.overloaded = new Set(this.overloaded);
    copy.kept = new Map(this.kept);
    copy.capacity = this.capacity;
    return copy;
  }
}
