import path from "node:path";
import type { ServiceAction, StartReplica, WakeReplica } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { ReplicaId, ServiceId } from "../../model/ids.ts";
import type { CatalogService } from "../../model/launch.ts";
import { unreachable } from "../../model/unreachable.ts";
import type { DoorObservation, DoorTable, ServiceObservation } from "./door/protocol.ts";
import type { EngineContext } from "./engine-context.ts";
import type { ProcessEnd, ProcessState } from "./processes.ts";
import { asksReady } from "./readiness.ts";
import { Replica, replicaProcess, type ReplicaWorld, type SavedReplica } from "./replica.ts";
import { RequestTallies } from "./request-tallies.ts";

/** The way to the door: each table replaces the one before. */
export interface DoorSteering {
  /** @returns the number of this table, one more with each. */
  setTable(table: DoorTable): number;
}

/** A process that loads is asked so often whether it serves. */
const LOADING_ASK_MS = 50;
/** Wait before a start after so many failures of the service's replicas in a row. */
const BACKOFF_MS = 250;
const BACKOFF_MAX_MS = 30_000;
/** How often is looked whether all have ended. */
const END_LOOK_MS = 10;
/** Requests that merely come and go are told so often at most. */
const TELL_EVERY_MS = 250;

/** As JSON. */
export interface SavedReplicas {
  readonly replicas: readonly SavedReplica[];
  readonly counts: ReturnType<RequestTallies["save"]>;
}

/** All replicas on this machine, and the door that leads to them. */
export class Replicas {
  readonly #context: EngineContext;
  readonly #door: DoorSteering;
  readonly #replicas = new Map<ReplicaId, Replica>();
  readonly #world: ReplicaWorld;
  readonly #tallies: RequestTallies;
  /** Failures in a row, since a replica of the service was ready last. */
  readonly #failures = new Map<ServiceId, number>();
  /** The first table in which a replica is closed. */
  readonly #closedSince = new Map<ReplicaId, number>();
  /** Answers in a row that were not yes. */
  readonly #silences = new Map<ReplicaId, number>();
  #table = "";
  /** No replica takes requests any more. */
  #isClosed = false;
  #observation: DoorObservation | undefined;
  #isTellingDue = false;
  readonly #toldIdle = new Map<ServiceId, string>();

  constructor(context: EngineContext, door: DoorSteering) {
    this.#context = context;
    this.#door = door;
    this.#tallies = new RequestTallies(path.join(context.folders.door, "bases.json"));
    const { processes } = context;
    this.#world = {
      departures: context.departures,
      tell: (event) => context.tell(event),
      note: (note) => context.note(note),
      start: (replica) => void this.#start(replica).catch((error) => context.fail(error)),
      end: ({ replica, stop }) =>
        processes.end(replicaProcess(replica), stop.signal as NodeJS.Signals, stop.graceMs),
      freeze: (ids) => processes.freeze(ids),
      thaw: (ids) => processes.thaw(ids),
      forget: (id) => context.forget(id),
      whenReady: (replica) => this.#whenReady(replica),
      isDrained: (replica) => this.#isDrained(replica),
    };
  }

  get isEmpty(): boolean {
    return this.#replicas.size === 0;
  }

  save(): SavedReplicas {
    const replicas = [...this.#replicas.values()].map(({ data }) => structuredClone(data));
    return { replicas, counts: this.#tallies.save() };
  }

  restore({ replicas, counts }: SavedReplicas): void {
    for (const data of replicas) {
      this.#replicas.set(data.replica, new Replica(structuredClone(data), this.#world));
    }
    this.#tallies.restore(counts);
  }

  /**
   * Ends all of them, whatever was ordered: they take no new requests, finish those begun, and are
   * asked to end. What is not over within the time is left.
   */
  async endAll(limitMs: number): Promise<void> {
    const { clock, processes } = this.#context;
    const untilMs = clock.nowMs() + limitMs;
    this.#isClosed = true;
    this.#publish();
    for (const { data } of this.#replicas.values()) data.phase = "stopping";
    while (clock.nowMs() < untilMs && [...this.#replicas.values()].some(isThere)) {
      for (const replica of this.#replicas.values()) {
        if (isThere(replica) && this.#isDrained(replica.data.replica)) replica.pursue();
      }
      await new Promise<void>((resolve) => clock.after(END_LOOK_MS, resolve));
    }
    for (const { id } of this.#replicas.values()) processes.kill(id);
  }

  /** Takes the order down; `pursue` carries it out. @throws Error if it is impossible. */
  order(action: ServiceAction): void {
    switch (action.kind) {
      case "start-replica":
        return this.#order(action);
      case "wake-replica":
        return this.#wake(action);
      case "sleep-replica":
        return this.#replicaOf(action.replica, action.kind).sleep(action);
      case "stop-replica":
        return this.#replicaOf(action.replica, action.kind).stop(action);
      case "service-waits":
        return;
      default:
        return unreachable(action);
    }
  }

  /** What holds since this event was told. */
  told(event: Event): void {
    if (event.kind === "service-observed") this.#tallies.told(event.service, event.requests);
    if (event.kind === "replica-ready") this.#failures.delete(serviceOf(event.replica));
    if (event.kind === "replica-ready" || event.kind === "replica-gone") {
      const replica = this.#replicas.get(event.replica);
      if (replica?.told(event) === true) this.#drop(event.replica);
    }
    if (event.kind !== "departed") return;
    for (const [id, replica] of this.#replicas) if (replica.told(event)) this.#drop(id);
  }

  compare(states: ReadonlyMap<string, ProcessState>): void {
    for (const replica of this.#replicas.values()) replica.compare(states);
  }

  /** After a restart: the ports of those that run. */
  async findPorts(): Promise<void> {
    for (const { data, id } of this.#replicas.values()) {
      if (data.process === "running") await this.#context.ports.portOf(id);
    }
  }

  /** Ids of all processes that any replica has. */
  processes(): string[] {
    return [...this.#replicas.values()].map((replica) => replica.id);
  }

  /** Services came or went. */
  catalogChanged(): void {
    const services = new Set(this.#context.catalog.services());
    for (const [service] of this.#tallies.save()) {
      if (services.has(service)) continue;
      this.#tallies.forget(service);
      this.#toldIdle.delete(service);
    }
  }

  pursue(): void {
    for (const replica of this.#replicas.values()) replica.pursue();
    this.#publish();
  }

  onRunning(id: string): void {
    this.#with(id, (replica) => replica.onRunning());
  }

  onEnded(id: string, end: ProcessEnd): void {
    this.#with(id, (replica) => {
      const { service } = replica.data;
      this.#failures.set(service, (this.#failures.get(service) ?? 0) + 1);
      replica.onEnded(end);
    });
  }

  /** What the door sees now. */
  onObservation(observation: DoorObservation): void {
    this.#observation = observation;
    const isUrgent = observation.services.some(({ arrived, begun }) => arrived > begun);
    if (isUrgent) this.#tellRequests();
    else this.#tellSoon();
    this.pursue();
  }

  /** Asks each replica that serves whether it still does; one that does not is ended. */
  async askAll(): Promise<void> {
    const ready = [...this.#replicas.values()].filter(({ data }) => data.phase === "ready");
    await Promise.all(ready.map(({ data }) => this.#ask(data)));
  }

  #order(action: StartReplica): void {
    const { replica, service, node } = action;
    if (this.#replicas.has(replica))
      throw new Error(`start-replica ${replica}: it is there already`);
    if (node !== this.#context.node) {
      throw new Error(`start-replica ${replica}: there is no node ${node}`);
    }
    const known = this.#serviceOf(service, `start-replica ${replica}`);
    this.#replicas.set(replica, Replica.start(action, known.launch.stop, this.#world));
  }

  #wake(action: WakeReplica): void {
    const replica = this.#replicaOf(action.replica, action.kind);
    if (replica.data.service !== action.service) {
      throw new Error(`wake-replica ${action.replica}: it is not of the service ${action.service}`);
    }
    replica.wake(action);
  }

  #serviceOf(service: ServiceId, what: string): CatalogService {
    const known = this.#context.catalog.service(service);
    if (known === undefined) throw new Error(`${what}: there is no service ${service}`);
    return known;
  }

  #replicaOf(id: ReplicaId, what: string): Replica {
    const replica = this.#replicas.get(id);
    if (replica === undefined) throw new Error(`${what} ${id}: it is not on this machine`);
    return replica;
  }

  #with(id: string, act: (replica: Replica) => void): void {
    const replica = [...this.#replicas.values()].find((other) => other.id === id);
    if (replica === undefined) return;
    act(replica);
    replica.pursue();
    this.#publish();
  }

  #drop(id: ReplicaId): void {
    this.#replicas.delete(id);
    this.#closedSince.delete(id);
    this.#silences.delete(id);
    this.#context.ports.release(replicaProcess(id));
  }

  async #start({ replica, service, devices }: SavedReplica): Promise<void> {
    const { ports, launcher, clock } = this.#context;
    const failures = this.#failures.get(service) ?? 0;
    if (failures > 0) {
      const backoffMs = Math.min(BACKOFF_MS * 2 ** (failures - 1), BACKOFF_MAX_MS);
      await new Promise<void>((resolve) => clock.after(backoffMs, resolve));
      if (!this.#replicas.has(replica)) return;
    }
    const id = replicaProcess(replica);
    const known = this.#serviceOf(service, `start-replica ${replica}`);
    const { launch, service: wanted } = known;
    const port =
      "number" in launch.port ? ports.setPortOf(id, launch.port.number) : await ports.portOf(id);
    const own = {
      ...("env" in launch.port ? { [launch.port.env]: String(port) } : {}),
      NEURAXIS_SERVICE: service,
      NEURAXIS_REPLICA: replica,
      NEURAXIS_MODEL: launch.model.name,
      ...(launch.model.path === undefined ? {} : { NEURAXIS_MODEL_PATH: launch.model.path }),
    };
    const { request } = wanted;
    launcher.start({ id, launch, request, class: "online", devices, own, folder: service });
  }

  /** Asks until it serves; over, too, when it is not to come up any more. */
  async #whenReady({ replica, service }: SavedReplica): Promise<void> {
    const { ports, catalog, clock } = this.#context;
    for (;;) {
      const data = this.#replicas.get(replica)?.data;
      const isComing = data?.phase === "waiting" || data?.phase === "waking";
      const launch = catalog.service(service)?.launch;
      if (!isComing || data?.process !== "running" || launch === undefined) return;
      const port = await ports.portOf(replicaProcess(replica));
      if (await asksReady(port, launch.readiness)) return;
      const pauseMs = Math.min(LOADING_ASK_MS, launch.readiness.intervalMs);
      await new Promise<void>((resolve) => clock.after(pauseMs, resolve));
    }
  }

  async #ask({ replica, service }: SavedReplica): Promise<void> {
    const launch = this.#context.catalog.service(service)?.launch;
    const id = replicaProcess(replica);
    const port = this.#context.ports.knownPortOf(id);
    if (launch === undefined || port === undefined) return;
    const isYes = await asksReady(port, launch.readiness);
    const silences = isYes ? 0 : (this.#silences.get(replica) ?? 0) + 1;
    if (this.#replicas.get(replica)?.data.phase !== "ready") return;
    this.#silences.set(replica, silences);
    if (silences < launch.readiness.failures) return;
    this.#context.note({
      about: { kind: "Replica", name: replica },
      type: "Warning",
      reason: "not-ready",
      message: `replica ${replica} did not answer ${launch.readiness.path} ${silences} times in a row and is ended`,
    });
    this.#context.processes.kill(id);
  }

  /** A door that does not answer has no requests for it either: it is asked again when it does. */
  #isDrained(replica: ReplicaId): boolean {
    const since = this.#closedSince.get(replica);
    const seen = this.#observation;
    if (since === undefined || seen === undefined || seen.revision < since) return false;
    return this.#insideOf(replica) === 0;
  }

  #insideOf(replica: ReplicaId): number {
    const service = this.#observedOf(serviceOf(replica));
    return service?.replicas.find(({ id }) => id === replica)?.inside ?? 0;
  }

  #observedOf(service: ServiceId): ServiceObservation | undefined {
    return this.#observation?.services.find(({ name }) => name === service);
  }

  /** Sends the door its table if it has changed. O(replicas). */
  #publish(): void {
    const { catalog, ports } = this.#context;
    const running = [...this.#replicas.values()].filter(({ data }) => data.process === "running");
    const services = [...catalog.services()].map((name) => ({
      name,
      concurrency: catalog.service(name)?.service.concurrency ?? 1,
      replicas: running.flatMap(({ data, id }) => {
        const port = ports.knownPortOf(id);
        if (data.service !== name || port === undefined) return [];
        return [{ id: data.replica, port, isOpen: data.phase === "ready" && !this.#isClosed }];
      }),
    }));
    const table = JSON.stringify(services);
    if (table === this.#table) return;
    this.#table = table;
    const revision = this.#door.setTable({ services });
    for (const { data } of running) {
      if (data.phase === "ready" && !this.#isClosed) this.#closedSince.delete(data.replica);
      else if (!this.#closedSince.has(data.replica)) this.#closedSince.set(data.replica, revision);
    }
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
      if (this.#context.catalog.service(service) === undefined) continue;
      const requests = this.#tallies.count(observation, observed);
      const last = this.#tallies.lastOf(service) ?? { arrived: 0, begun: 0, ended: 0 };
      const idle = this.#idleOf(service);
      const idleNow = idle.join();
      const isSame = JSON.stringify(requests) === JSON.stringify(last);
      if (isSame && idleNow === this.#toldIdle.get(service)) continue;
      this.#toldIdle.set(service, idleNow);
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

function isThere({ data }: Replica): boolean {
  return data.process === "running";
}

function serviceOf(replica: ReplicaId): ServiceId {
  return replica.slice(0, replica.lastIndexOf("/")) as ServiceId;
}
