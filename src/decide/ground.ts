import type { Amounts } from "../model/amounts.ts";
import type { DepartureId, NodeId } from "../model/ids.ts";
import { mib, milliCpu } from "../model/units.ts";
import { ClusterTable } from "./cluster/cluster-table.ts";
import { Departures, type Holding } from "./departures.ts";
import type { PlacementModel } from "./placement/placement-model.ts";
import { Placer } from "./placement/placer.ts";
import { RoomCounts } from "./placement/room-counts.ts";

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
  /** Rows on which room appeared since somebody last looked (and cleared the set). */
  freedRows = new Set<number>();
  /** Capacity of all nodes; what failed or is drained is not counted. */
  capacity: Amounts = { cpu: 0, memory: 0, gpuMilli: 0 };

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

  roomAppeared(row: number): void {
    this.roomVersion += 1;
    this.freedRows.add(row);
  }

  /** Who has to leave before these holdings, taken already, can begin (rule J4); ascending. */
  blockersOf(holdings: readonly Holding[]): DepartureId[] {
    const after = new Set<DepartureId>();
    for (const holding of holdings) this.departures.collectBlockers(this.table, holding, after);
    return [...after].toSorted((left, right) => left - right);
  }

  /** Class of host memory alone, for what is suspended or asleep. */
  hostMemoryClass(memory: number): number {
    return this.model.classes.intern({ cpu: milliCpu(0), memory: mib(memory) })!;
  }

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
    copy.freedRows = new Set(this.freedRows);
    copy.capacity = this.capacity;
    return copy;
  }
}
