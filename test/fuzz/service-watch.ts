import type {
  ServiceAction,
  SleepReplica,
  StartReplica,
  StopReplica,
  WakeReplica,
} from "../../src/model/action.ts";
import { type Amounts, amountsOf, NO_AMOUNTS } from "../../src/model/amounts.ts";
import type { RequestCounts } from "../../src/model/event.ts";
import type { DepartureId, ReplicaId, ServiceId } from "../../src/model/ids.ts";
import type { ModelService } from "../../src/model/service.ts";
import { unreachable } from "../../src/model/unreachable.ts";
import type { Books } from "./books.ts";
import { plus } from "./queue-watch.ts";
import { checkPlace, type Hold } from "./room.ts";
import { expectRule } from "./rule-broken.ts";

export interface ReplicaLife {
  readonly id: ReplicaId;
  readonly node: string;
  readonly service: ServiceLife;
  place: "coming" | "awake" | "asleep" | "leaving";
  hold: Hold;
  departure: DepartureId | undefined;
}

export interface ServiceLife {
  service: ModelService;
  readonly replicas: Map<ReplicaId, ReplicaLife>;
  nextReplica: number;
  requests: RequestCounts;
  isRemoved: boolean;
}

/** Follows services and their replicas by events and actions, and checks them by the rules A. */
export class ServiceWatch {
  readonly lives = new Map<ServiceId, ServiceLife>();
  readonly replicas = new Map<ReplicaId, ReplicaLife>();
  readonly departing = new Map<DepartureId, ReplicaLife>();
  /** Services some awake replica of which was retired in this decision because nobody needs it. */
  readonly #retired = new Set<ServiceLife>();
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  set(service: ModelService): void {
    const life = this.lives.get(service.id);
    if (life !== undefined) life.service = service;
    else {
      const requests = { arrived: 0, begun: 0, ended: 0 };
      const fresh = { nextReplica: 0, requests, isRemoved: false };
      this.lives.set(service.id, { service, replicas: new Map(), ...fresh });
    }
  }

  carryOut(action: ServiceAction): void {
    const life = this.lives.get(action.service);
    expectRule(life !== undefined, "M4", `${action.kind}: there is no service ${action.service}`);
    switch (action.kind) {
      case "start-replica":
        return this.#start(life, action);
      case "wake-replica":
        return this.#wake(action);
      case "sleep-replica":
        return this.#sleep(life, action);
      case "stop-replica":
        return this.#stop(life, action);
      case "service-waits":
        return undefined;
      default:
        return unreachable(action);
    }
  }

  /** What replicas hold in all. */
  held(): Amounts {
    let sum = NO_AMOUNTS;
    for (const { place, hold, service } of this.replicas.values()) {
      if (place === "leaving") continue;
      const asleep = { cpu: 0, memory: hold.memory, gpuMilli: 0 };
      sum = plus(sum, place === "asleep" ? asleep : amountsOf(service.service.request), 1);
    }
    return sum;
  }

  /** The replica is gone from where it was. */
  vanish(replica: ReplicaLife): void {
    this.#books.kept.drop(replica.id);
    if (replica.place !== "leaving") this.#books.logical.release(replica.hold);
    this.#books.physical.vanish(replica.id);
    this.forget(replica);
  }

  forget(replica: ReplicaLife): void {
    this.replicas.delete(replica.id);
    replica.service.replicas.delete(replica.id);
  }

  departed(departure: DepartureId): void {
    const replica = this.departing.get(departure);
    this.departing.delete(departure);
    if (replica?.departure !== departure) return;
    replica.departure = undefined;
    if (replica.place === "leaving") this.forget(replica);
  }

  /** After a decision: nobody above the maximum, nobody retired who is needed (A1 to A3). */
  check(): void {
    for (const life of this.lives.values()) {
      const { id, replicas } = life.service;
      const awake = countOf(life, "awake");
      const most = life.isRemoved ? 0 : replicas.max;
      expectRule(awake <= most, "A1", `service ${id} has ${awake} replicas awake; at most ${most}`);
      if (!this.#retired.has(life)) continue;
      const wanted = wantedBy(life);
      expectRule(
        awake >= wanted,
        "A3",
        `service ${id} retires a replica, has ${awake} awake and wants ${wanted}`,
      );
    }
    this.#retired.clear();
  }

  #start(life: ServiceLife, { replica: id, node, devices, after }: StartReplica): void {
    expectRule(!life.isRemoved, "A4", `${id} starts for a service that was removed`);
    const number = Number(id.slice(id.lastIndexOf("/") + 1));
    expectRule(number >= life.nextReplica, "A4", `${id} has a number that was used`);
    life.nextReplica = number + 1;
    const hold = this.#take(life, { id, node, devices });
    const place = "coming" as const;
    const replica = { id, node, service: life, place, hold, departure: undefined };
    life.replicas.set(id, replica);
    this.replicas.set(id, replica);
    this.#books.physical.begin(id, new Map([[0, hold]]), after);
  }

  #wake({ replica: id, devices, after }: WakeReplica): void {
    const replica = this.#find(id, "wake-replica");
    const isAsleep = replica.place === "asleep" && replica.departure === undefined;
    expectRule(isAsleep, "A4", `${id} wakes; it is ${replica.place}`);
    this.#books.logical.release(replica.hold);
    const before = replica.hold;
    replica.hold = this.#take(replica.service, { id, node: replica.node, devices });
    this.#books.kept.keep(id, [{ before, now: replica.hold }], after);
    replica.place = "coming";
    this.#books.physical.begin(id, new Map([[0, replica.hold]]), after);
  }

  #sleep(life: ServiceLife, { replica: id, departure }: SleepReplica): void {
    const replica = this.#find(id, "sleep-replica");
    const { sleep } = life.service;
    expectRule(replica.place === "awake", "A3", `${id} sleeps; it is ${replica.place}`);
    expectRule(sleep !== undefined, "A3", `${id} sleeps, which its service does not`);
    const { on } = replica.hold;
    this.#books.kept.drop(id);
    this.#books.logical.release(replica.hold);
    replica.hold = { on, cpu: 0, memory: sleep.hostMemory, devices: [], milli: 0 };
    this.#books.logical.take(replica.hold, `${id}, asleep,`);
    replica.place = "asleep";
    this.#leave(replica, departure, new Map([[0, replica.hold]]));
    this.#retired.add(life);
  }

  #stop(life: ServiceLife, { replica: id, departure, reason }: StopReplica): void {
    const replica = this.#find(id, "stop-replica");
    expectRule(replica.place !== "leaving", "A3", `${id} is told to stop twice`);
    this.#books.kept.drop(id);
    this.#books.logical.release(replica.hold);
    if (replica.place === "awake" && reason.code === "idle") this.#retired.add(life);
    replica.place = "leaving";
    this.#leave(replica, departure, new Map());
  }

  #leave(replica: ReplicaLife, departure: DepartureId, rest: ReadonlyMap<number, Hold>): void {
    replica.departure = departure;
    this.departing.set(departure, replica);
    this.#books.physical.leave(departure, replica.id, { rest });
  }

  #find(id: ReplicaId, what: string): ReplicaLife {
    const replica = this.replicas.get(id);
    expectRule(replica !== undefined, "M4", `${what}: there is no replica ${id}`);
    return replica;
  }

  #take(
    life: ServiceLife,
    place: { readonly id: ReplicaId; readonly node: string; readonly devices: readonly number[] },
  ): Hold {
    const { id, node, devices } = place;
    const { request } = life.service;
    const hold = this.#books.logical.holdOf(node, request, devices, id);
    checkPlace(hold.on, request, devices, id);
    this.#books.logical.take(hold, id);
    return hold;
  }
}

/** Replicas that the service wants at least for its requests of now (rule A1); with an objective: its minimum. */
export function wantedBy({ service, requests, isRemoved }: ServiceLife): number {
  const { replicas, scaling, concurrency } = service;
  if (isRemoved) return 0;
  if (scaling.objective !== undefined) return replicas.min;
  const busy = Math.ceil((requests.arrived - requests.ended) / concurrency);
  const wanted = busy === 0 ? 0 : busy + scaling.headroom;
  return Math.max(replicas.min, Math.min(wanted, replicas.max));
}

/** Replicas that are there so, on nodes that are open. */
export function countOf(
  { replicas }: ServiceLife,
  ...places: readonly ReplicaLife["place"][]
): number {
  let count = 0;
  for (const { place, hold } of replicas.values()) {
    if (places.includes(place) && !hold.on.isClosed) count += 1;
  }
  return count;
}
