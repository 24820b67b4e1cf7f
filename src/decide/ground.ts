import type { Amounts } from "../model/amounts.ts";
import type { DepartureId, NodeId } from "../model/ids.ts";
import type { Node } from "../model/node.ts";
import { gpuMilli, mib, milliCpu } from "../model/units.ts";
import { ClusterTable } from "./cluster/cluster-table.ts";
import { NO_KIND } from "./cluster/kind-table.ts";
import { Departures, type Holding, type SavedDepartures } from "./departures.ts";
import type { PlacementModel } from "./placement/placement-model.ts";
import { Placer } from "./placement/placer.ts";
import { RoomCounts } from "./placement/room-counts.ts";
import type { Renumber } from "./saved-classes.ts";

/** Room that is free once all of these have departed. */
interface Kept {
  readonly holdings: readonly Holding[];
  readonly after: readonly DepartureId[];
}

/** A node with what it has met. */
interface SavedNode {
  readonly node: Node;
  /** Devices. */
  readonly failed: readonly number[];
  /** Bits of the sorts of work that it has seen (rule P12). */
  readonly history: number;
  readonly isDrained: boolean;
}

export interface SavedGround {
  /** By row; the id alone of a node that has left. */
  readonly rows: readonly (SavedNode | NodeId)[];
  readonly freedRows: readonly number[];
  readonly overloaded: readonly number[];
  readonly pressed: readonly (readonly [row: number, isToldAnew: boolean])[];
  readonly kept: readonly (Kept & { readonly owner: string })[];
  readonly departures: SavedDepartures;
}

/** What jobs, services and single pieces of work stand on: the nodes, and who is leaving them. */
export class Ground {
  readonly model: PlacementModel;
  readonly table: ClusterTable;
  readonly placer: Placer;
  readonly counts: RoomCounts;
  departures: Departures;
  readonly rowOf = new Map<NodeId, number>();
  /** Nodes as they were added, by row. */
  readonly #nodes = new Map<number, Node>();
  /** Rows of drained nodes. */
  readonly drained = new Set<number>();
  /** Grows whenever room appears: what did not fit at one version does not fit until the next. */
  roomVersion = 0;
  /** MiB that the table shows as free though a sleeper holds them that is about to wake, by row. */
  readonly lent = new Map<number, number>();
  /** Rows on which room appeared since they were last taken. */
  #freedRows = new Set<number>();
  /** Who is to go back to devices, and what it physically holds until then (rule J4). */
  readonly kept = new Map<string, Kept>();
  /** Rows on which jobs hold more CPU than there is with what is lent. */
  readonly overloaded = new Set<number>();
  /**
   * Rows that are held back from jobs (rule A8), and whether the engine has told so since jobs were
   * last made to leave them.
   */
  readonly pressed = new Map<number, boolean>();
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

  /**
   * Takes in a node that is valid and new, and returns its row; `undefined` if its device kind is one
   * more than are told apart.
   */
  add(node: Node): number | undefined {
    const { model, table } = this;
    const first = node.devices[0];
    const kind = first === undefined ? NO_KIND : model.kinds.intern(first.kind);
    if (kind === undefined) return undefined;
    const row = table.add({ node, kind });
    this.#nodes.set(row, node);
    this.rowOf.set(node.id, row);
    this.#changeCapacity(row, 1);
    this.roomAppeared(row);
    return row;
  }

  /** The node is gone. Nothing is on it any more. */
  remove(row: number): void {
    const { table } = this;
    if (!this.drained.delete(row)) this.#changeCapacity(row, -1);
    table.remove(row);
    this.overloaded.delete(row);
    this.pressed.delete(row);
    this.#nodes.delete(row);
    this.rowOf.delete(table.ids[row]);
  }

  /** Nothing may start on the row any more, or again. */
  setDrained(row: number, isDrained: boolean): void {
    this.#changeCapacity(row, isDrained ? -1 : 1);
    this.table.setClosed(row, isDrained);
    if (isDrained) this.drained.add(row);
    else this.drained.delete(row);
    if (!isDrained) this.roomAppeared(row);
  }

  /** Jobs are held back from the row, once more, or no longer. */
  setPressed(row: number, isPressed: boolean): void {
    if (isPressed) this.pressed.set(row, true);
    else if (this.pressed.delete(row)) this.roomAppeared(row);
  }

  /** The device, which nothing holds, is out of use for good. */
  failDevice(row: number, device: number): void {
    const isCounted = !this.drained.has(row);
    if (isCounted) this.#changeCapacity(row, -1);
    this.table.failDevice(row, device);
    if (isCounted) this.#changeCapacity(row, 1);
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

  save(renumber: Renumber): SavedGround {
    const { table } = this;
    const rows = table.ids.map((id, row) => {
      const node = this.#nodes.get(row);
      if (node === undefined) return id;
      const failed = table.failedOn(row);
      return { node, failed, history: table.history(row), isDrained: this.drained.has(row) };
    });
    const kept = Array.from(this.kept, ([owner, { holdings, after }]) => {
      return { owner, holdings: holdings.map(renumber), after };
    });
    return {
      rows,
      freedRows: [...this.#freedRows],
      overloaded: [...this.overloaded],
      pressed: [...this.pressed],
      kept,
      departures: this.departures.save(renumber),
    };
  }

  /** The nodes are empty but for what is kept: whoever holds something there takes it again. */
  static restore(model: PlacementModel, saved: SavedGround, renumber: Renumber): Ground {
    const ground = new Ground(model);
    for (const each of saved.rows) {
      if (typeof each === "string") {
        ground.remove(ground.add({ id: each, cpu: milliCpu(0), memory: mib(0), devices: [] })!);
        continue;
      }
      const row = ground.add(each.node)!;
      ground.table.addHistory(row, each.history);
      for (const device of each.failed) ground.failDevice(row, device);
      if (each.isDrained) ground.setDrained(row, true);
    }
    ground.#freedRows = new Set(saved.freedRows);
    for (const row of saved.overloaded) ground.overloaded.add(row);
    for (const [row, isToldAnew] of saved.pressed) ground.pressed.set(row, isToldAnew);
    for (const { owner, holdings, after } of saved.kept) {
      ground.keep(owner, holdings.map(renumber), after);
    }
    ground.departures = Departures.restore(model.classes, saved.departures, renumber);
    return ground;
  }

  #changeCapacity(row: number, sign: 1 | -1): void {
    const { cpu, memory, gpuMilli: milli } = this.table.capacityOf(row);
    const { capacity } = this;
    this.capacity = {
      cpu: capacity.cpu + sign * cpu,
      memory: capacity.memory + sign * memory,
      gpuMilli: capacity.gpuMilli + sign * milli,
    };
  }
}
