import path from "node:path";
import type { RequestCounts } from "../../model/event.ts";
import type { ReplicaId, ServiceId } from "../../model/ids.ts";
import type { DoorObservation, DoorTable, ServiceObservation } from "./door/protocol.ts";
import type { EngineContext } from "./engine-context.ts";
import type { Replica } from "./replica.ts";
import { RequestTallies, type SavedTallies } from "./request-tallies.ts";

/** The way to the door: each table replaces the one before. */
export interface DoorSteering {
  /** @returns the number of this table, one more with each. */
  setTable(table: DoorTable): number;
}

/** Requests that merely come and go are told so often at most. */
const TELL_EVERY_MS = 250;
/** Requests that a replica has begun have so long to end when it is to leave. */
const DRAIN_LIMIT_MS = 600_000;

/** What leads to the replicas: it gives the door its table, and tells what the door sees. */
export class DoorSide {
  readonly #context: EngineContext;
  readonly #steering: DoorSteering;
  readonly #replicas: ReadonlyMap<ReplicaId, Replica>;
  readonly #tallies: RequestTallies;
  /** The first table in which a replica is closed. */
  readonly #closedSince = new Map<ReplicaId, number>();
  /** Since when it is waited for a replica's requests, in milliseconds since 1970. */
  readonly #drainingSince = new Map<ReplicaId, number>();
  #table = "";
  #observation: DoorObservation | undefined;
  #isTellingDue = false;
  readonly #toldIdle = new Map<ServiceId, string>();
  /** No replica takes requests any more. */
  isClosed = false;

  constructor(
    context: EngineContext,
    steering: DoorSteering,
    replicas: ReadonlyMap<ReplicaId, Replica>,
  ) {
    this.#context = context;
    this.#steering = steering;
    this.#replicas = replicas;
    this.#tallies = new RequestTallies(path.join(context.folders.door, "bases.json"));
  }

  save(): SavedTallies {
    return this.#tallies.save();
  }

  restore(saved: SavedTallies): void {
    this.#tallies.restore(saved);
  }

  /** What another process told of the service's requests. */
  recall(service: ServiceId, requests: RequestCounts): void {
    const uid = this.#context.catalog.service(service)?.uid;
    if (uid !== undefined) this.#tallies.told(service, uid, requests);
  }

  /** The replica is over, or ready anew. */
  forget(replica: ReplicaId): void {
    this.#closedSince.delete(replica);
    this.#drainingSince.delete(replica);
  }

  /** Services came or went. What is on its way of one that is gone is not told of its successor. */
  catalogChanged(): void {
    const { catalog, withdraw } = this.#context;
    const services = new Set(catalog.services());
    for (const service of this.#tallies.services) {
      if (services.has(service)) continue;
      this.#tallies.forget(service);
      this.#toldIdle.delete(service);
      withdraw((event) => event.kind === "service-observed" && event.service === service);
    }
  }

  /** What the door sees now. */
  onObservation(observation: DoorObservation): void {
    this.#observation = observation;
    const isUrgent = observation.services.some(({ arrived, begun }) => arrived > begun);
    if (isUrgent) this.#tellRequests();
    else this.#tellSoon();
  }

  /**
   * Whether the replica surely has no request and gets none, or had its time. A door that does not
   * answer has no requests for it either: it is asked again when it does.
   */
  isDrained(replica: ReplicaId): "yes" | "no" | "too-late" {
    const since = this.#closedSince.get(replica);
    const seen = this.#observation;
    const isSeen = since !== undefined && seen !== undefined && seen.revision >= since;
    if (isSeen && this.#insideOf(replica) === 0) return "yes";
    return this.#isLate(replica) ? "too-late" : "no";
  }

  /** Sends the door its table if it has changed. O(replicas). */
  publish(): void {
    const { catalog, ports } = this.#context;
    const all = [...this.#replicas.values()];
    const running = all.filter(({ process }) => process === "running");
    const isOpen = ({ data }: Replica) => data.phase === "ready" && !this.isClosed;
    const services = [...catalog.services()].map((name) => ({
      name,
      concurrency: catalog.service(name)?.service.concurrency ?? 1,
      replicas: running.flatMap((replica) => {
        const port = ports.knownPortOf(replica.id);
        if (replica.data.service !== name || port === undefined) return [];
        return [{ id: replica.data.replica, port, isOpen: isOpen(replica) }];
      }),
    }));
    const table = JSON.stringify(services);
    if (table === this.#table) return;
    this.#table = table;
    const revision = this.#steering.setTable({ services });
    for (const replica of running) {
      const { replica: id } = replica.data;
      if (isOpen(replica)) this.forget(id);
      else if (!this.#closedSince.has(id)) this.#closedSince.set(id, revision);
    }
  }

  #isLate(replica: ReplicaId): boolean {
    const { clock, note, pursueSoon } = this.#context;
    const since = this.#drainingSince.get(replica);
    if (since === undefined) {
      this.#drainingSince.set(replica, clock.nowMs());
      clock.after(DRAIN_LIMIT_MS, pursueSoon);
      return false;
    }
    if (since === Number.NEGATIVE_INFINITY) return true;
    if (clock.nowMs() - since < DRAIN_LIMIT_MS) return false;
    this.#drainingSince.set(replica, Number.NEGATIVE_INFINITY);
    note({
      about: { kind: "Replica", name: replica },
      type: "Warning",
      reason: "drain-limit",
      message: `replica ${replica} is to leave, and its requests have not ended within ${DRAIN_LIMIT_MS / 60_000} minutes: it is ended with them`,
    });
    return true;
  }

  #insideOf(replica: ReplicaId): number {
    const service = this.#observedOf(serviceOf(replica));
    return service?.replicas.find(({ id }) => id === replica)?.inside ?? 0;
  }

  #observedOf(service: ServiceId): ServiceObservation | undefined {
    return this.#observation?.services.find(({ name }) => name === service);
  }

  #tellSoon(): void {
    if (this.#isTellingDue) return;
    this.#isTellingDue = true;
    this.#context.clock.after(TELL_EVERY_MS, () => {
      this.#isTellingDue = false;
      this.#tellRequests();
    });
  }

  /** Tells the counts of services that changed since they were told last. */
  #tellRequests(): void {
    const observation = this.#observation;
    if (observation === undefined) return;
    for (const observed of observation.services) {
      const service = observed.name as ServiceId;
      const uid = this.#context.catalog.service(service)?.uid;
      if (uid === undefined) continue;
      const requests = this.#tallies.count(observation, observed, uid);
      const last = this.#tallies.lastOf(service, uid) ?? { arrived: 0, begun: 0, ended: 0 };
      const idle = this.#idleOf(service);
      const idleNow = idle.join();
      const isSame = JSON.stringify(requests) === JSON.stringify(last);
      if (isSame && idleNow === this.#toldIdle.get(service)) continue;
      this.#toldIdle.set(service, idleNow);
      this.#tallies.told(service, uid, requests);
      this.#context.tell({ kind: "service-observed", service, requests, idle });
    }
  }

  #idleOf(service: ServiceId): ReplicaId[] {
    return [...this.#replicas.values()]
      .filter(({ data }) => data.service === service && data.phase === "ready")
      .map(({ data }) => data.replica)
      .filter((replica) => this.#insideOf(replica) === 0);
  }
}

/** Ids of replicas begin with that of their service. */
function serviceOf(replica: ReplicaId): ServiceId {
  return replica.slice(0, replica.lastIndexOf("/")) as ServiceId;
}
