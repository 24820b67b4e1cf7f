import { type Amounts, amountsOf, NO_AMOUNTS } from "../../model/amounts.ts";
import { type DepartureId, type ReplicaId, replicaId, type ServiceId } from "../../model/ids.ts";
import type { RefusalCode } from "../../model/refusal.ts";
import type { ModelService } from "../../model/service.ts";
import type { Holding } from "../departures.ts";
import type { Ground } from "../ground.ts";
import type { Renumber } from "../saved-classes.ts";
import { Demand, type SavedDemand } from "./demand.ts";
import { LentCpu, type SavedUse } from "./lent-cpu.ts";

/**
 * Where a replica stands:
 *
 *     coming ──ready──► awake ──sleep──► asleep ──wake──► coming
 *        └───────────────┴──────stop──────┴─────► leaving ──departed──► gone
 */
export type ReplicaState = "coming" | "awake" | "asleep" | "leaving";

export interface ReplicaRecord {
  readonly id: ReplicaId;
  readonly number: number;
  readonly service: ServiceRecord;
  state: ReplicaState;
  /** What it holds: its request while it is coming or awake, host memory while it sleeps. */
  holding: Holding;
  /** Whether it served nothing when the service was observed last. */
  isIdle: boolean;
  /** When it was last told to come up because it was needed. */
  orderedMs: number | undefined;
  /** While it is falling asleep or leaving. */
  departure: DepartureId | undefined;
}

export interface ServiceRecord {
  service: ModelService;
  readonly request: number;
  readonly demand: Demand;
  /** In order of their numbers. */
  readonly replicas: Map<number, ReplicaRecord>;
  nextReplica: number;
  /** Replicas that were coming at the end of the last `decide`. */
  coming: number;
  isRemoved: boolean;
  waitCode: RefusalCode | undefined;
  /** Room version at which no more could be loaded for the standby. */
  preloadedAt: number;
}

/** A replica without what its service tells. */
type SavedReplica = Pick<ReplicaRecord, "number" | "state" | "holding" | "isIdle"> & {
  readonly orderedMs?: number;
  readonly departure?: DepartureId;
};

interface SavedService
  extends Pick<ServiceRecord, "service" | "nextReplica" | "coming" | "isRemoved"> {
  readonly demand: SavedDemand;
  readonly replicas: readonly SavedReplica[];
  readonly waitCode?: RefusalCode;
  /** No more could be loaded for the standby, and no room has appeared since. */
  readonly isPreloaded: boolean;
}

export interface SavedServices {
  /** In order of their making. */
  readonly services: readonly SavedService[];
  readonly lent: readonly SavedUse[];
}

/** All services and their replicas. */
export class ServiceBook {
  readonly ground: Ground;
  readonly services = new Map<ServiceId, ServiceRecord>();
  readonly replicas = new Map<ReplicaId, ReplicaRecord>();
  readonly departing = new Map<DepartureId, ReplicaRecord>();
  /** CPU that jobs may borrow of services. */
  readonly lent: LentCpu;
  /** What replicas hold in all, asleep ones included. */
  held: Amounts = NO_AMOUNTS;

  constructor(ground: Ground, lent = new LentCpu()) {
    this.ground = ground;
    this.lent = lent;
  }

  /** Makes the service, or changes one; its class of request is `request`. */
  set(service: ModelService, request: number): void {
    const known = this.services.get(service.id);
    this.services.set(service.id, {
      service,
      request,
      demand: known === undefined ? new Demand(service) : known.demand.under(service),
      replicas: known?.replicas ?? new Map(),
      nextReplica: known?.nextReplica ?? 0,
      coming: known?.coming ?? 0,
      isRemoved: false,
      waitCode: undefined,
      preloadedAt: -1,
    });
    const record = this.services.get(service.id)!;
    for (const [number, replica] of record.replicas) {
      this.#put({ ...replica, service: record }, number);
    }
  }

  /** A new replica comes up on this place, whose room is taken already. */
  add(record: ServiceRecord, holding: Holding, orderedMs: number | undefined): ReplicaRecord {
    const number = record.nextReplica;
    record.nextReplica += 1;
    const replica: ReplicaRecord = {
      id: replicaId(record.service.id, number),
      number,
      service: record,
      state: "coming",
      holding,
      isIdle: false,
      orderedMs,
      departure: undefined,
    };
    this.#put(replica, number);
    this.#account(replica, 1);
    return replica;
  }

  /** A sleeping replica comes up on these devices, whose room is taken already. */
  wake(replica: ReplicaRecord, holding: Holding, nowMs: number): void {
    replica.orderedMs = nowMs;
    this.ground.release(replica.holding);
    this.#account(replica, -1);
    replica.holding = holding;
    replica.state = "coming";
    this.#account(replica, 1);
  }

  /**
   * The replica, which wakes, held this while it slept: what that is more than its own memory it
   * holds until `after` have departed.
   */
  keepUntil({ id, holding }: ReplicaRecord, asleep: Holding, after: readonly DepartureId[]): void {
    const { ground } = this;
    const { memory } = ground.model.classes;
    const more = memory[asleep.request] - memory[holding.request];
    if (more <= 0) return;
    const kept = { row: holding.row, request: ground.hostMemoryClass(more), devices: [] };
    ground.keep(keeperOf(id), [kept], after);
  }

  /** The replica serves from now on. */
  ready(replica: ReplicaRecord): void {
    replica.state = "awake";
    replica.isIdle = true;
    const { cpu } = replica.service.service.request;
    this.lent.enter(replica.holding.row, replica.id, cpu);
  }

  /** The row lends what is unused there now, and is overloaded if jobs have borrowed more. */
  lend(row: number): void {
    const { table } = this.ground;
    const before = table.lent(row);
    const lent = this.lent.lentOn(row);
    if (lent !== before) table.setLent(row, lent);
    if (lent > before) this.ground.roomAppeared(row);
    if (table.cpuFree[row] + lent < 0) this.ground.overloaded.add(row);
  }

  /** The replica leaves its devices for host memory, which has to be free there. */
  sleep(replica: ReplicaRecord): DepartureId {
    const departure = this.#leave(replica);
    const { row } = replica.holding;
    const { hostMemory } = replica.service.service.sleep!;
    replica.holding = { row, request: this.ground.hostMemoryClass(hostMemory), devices: [] };
    this.ground.take(replica.holding);
    replica.state = "asleep";
    this.#account(replica, 1);
    return departure;
  }

  stop(replica: ReplicaRecord): DepartureId {
    const departure = this.#leave(replica);
    replica.state = "leaving";
    return departure;
  }

  /** The replica has vanished from where it was. */
  drop(replica: ReplicaRecord): void {
    this.ground.unkeep(keeperOf(replica.id));
    this.#lendsNoMore(replica);
    if (replica.state !== "leaving") {
      this.ground.release(replica.holding);
      this.#account(replica, -1);
    }
    if (replica.departure !== undefined) this.departing.delete(replica.departure);
    this.replicas.delete(replica.id);
    replica.service.replicas.delete(replica.number);
  }

  departed(departure: DepartureId): void {
    const replica = this.departing.get(departure);
    this.departing.delete(departure);
    if (replica?.departure !== departure) return;
    replica.departure = undefined;
    if (replica.state === "leaving") this.drop(replica);
    else this.ground.roomAppeared(replica.holding.row);
  }

  save(renumber: Renumber): SavedServices {
    const services = Array.from(this.services.values(), (record) => ({
      service: record.service,
      demand: record.demand.save(),
      replicas: Array.from(record.replicas.values(), (replica) => saveReplica(replica, renumber)),
      nextReplica: record.nextReplica,
      coming: record.coming,
      isRemoved: record.isRemoved,
      isPreloaded: record.preloadedAt === this.ground.roomVersion,
      ...(record.waitCode !== undefined && { waitCode: record.waitCode }),
    }));
    return { services, lent: this.lent.save() };
  }

  /** Replicas take their room on the ground. */
  static restore(
    ground: Ground,
    { services, lent }: SavedServices,
    renumber: Renumber,
  ): ServiceBook {
    const book = new ServiceBook(ground, LentCpu.restore(lent));
    for (const { row } of lent) ground.table.setLent(row, book.lent.lentOn(row));
    for (const { replicas, demand, isPreloaded, ...saved } of services) {
      const { service, waitCode } = saved;
      const record: ServiceRecord = {
        ...saved,
        request: ground.model.classes.intern(service.request)!,
        demand: Demand.restore(service, demand),
        replicas: new Map(),
        waitCode,
        preloadedAt: isPreloaded ? ground.roomVersion : -1,
      };
      book.services.set(service.id, record);
      for (const replica of replicas) book.#enter(record, replica, renumber);
    }
    return book;
  }

  #enter(service: ServiceRecord, saved: SavedReplica, renumber: Renumber): void {
    const { number, orderedMs, departure } = saved;
    const holding = renumber(saved.holding);
    const id = replicaId(service.service.id, number);
    const replica = { ...saved, id, service, holding, orderedMs, departure };
    this.#put(replica, number);
    if (replica.state === "leaving") return;
    this.ground.take(holding);
    this.#account(replica, 1);
  }

  #lendsNoMore({ id, holding: { row } }: ReplicaRecord): void {
    if (!this.lent.isOpen(row)) return;
    this.lent.leave(row, id);
    this.lend(row);
  }

  #put(replica: ReplicaRecord, number: number): void {
    this.replicas.set(replica.id, replica);
    replica.service.replicas.set(number, replica);
    if (replica.departure !== undefined) this.departing.set(replica.departure, replica);
  }

  #leave(replica: ReplicaRecord): DepartureId {
    const kept = this.ground.unkeep(keeperOf(replica.id));
    this.ground.release(replica.holding);
    this.#lendsNoMore(replica);
    this.#account(replica, -1);
    const departure = this.ground.departures.begin([replica.holding, ...kept]);
    replica.departure = departure;
    this.departing.set(departure, replica);
    return departure;
  }

  #account({ state, service, holding }: ReplicaRecord, sign: 1 | -1): void {
    const memory = this.ground.model.classes.memory[holding.request];
    const amounts =
      state === "asleep" ? { cpu: 0, memory, gpuMilli: 0 } : amountsOf(service.service.request);
    this.held = {
      cpu: this.held.cpu + sign * amounts.cpu,
      memory: this.held.memory + sign * amounts.memory,
      gpuMilli: this.held.gpuMilli + sign * amounts.gpuMilli,
    };
  }
}

function saveReplica(replica: ReplicaRecord, renumber: Renumber): SavedReplica {
  const { number, state, isIdle, orderedMs, departure } = replica;
  return {
    number,
    state,
    isIdle,
    holding: renumber(replica.holding),
    ...(orderedMs !== undefined && { orderedMs }),
    ...(departure !== undefined && { departure }),
  };
}

/** The replica's name among those that keep something. */
function keeperOf(id: ReplicaId): string {
  return `replica ${id}`;
}
