import type { ServiceAction, StartReplica, WakeReplica } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { DepartureId, ReplicaId, ServiceId } from "../../model/ids.ts";
import type { CatalogService } from "../../model/launch.ts";
import { unreachable } from "../../model/unreachable.ts";
import { DoorSide, type DoorSteering } from "./door-side.ts";
import type { DoorObservation } from "./door/protocol.ts";
import type { EngineContext } from "./engine-context.ts";
import { inWords, reasonOf } from "./gang-data.ts";
import { lastWords } from "./last-words.ts";
import { shareOf } from "./launcher.ts";
import { markOf } from "./process-ids.ts";
import type { ProcessEnd, ProcessState } from "./processes.ts";
import { Replica, type ReplicaWorld, type SavedReplica } from "./replica.ts";
import { ReplicaReadiness } from "./replica-readiness.ts";
import type { SavedTallies } from "./request-tallies.ts";

/** Wait before a start after so many failures of the service's replicas in a row. */
const BACKOFF_MS = 250;
const BACKOFF_MAX_MS = 30_000;
/** How often is looked whether all have ended. */
const END_LOOK_MS = 10;

/** As JSON. */
export interface SavedReplicas {
  readonly replicas: readonly SavedReplica[];
  readonly counts: SavedTallies;
}

/** Failures of a service's replicas in a row, since one of them was ready last. */
interface Failures {
  readonly count: number;
  readonly backoffMs: number;
  /** None starts before, in milliseconds since 1970. */
  readonly untilMs: number;
}

/** All replicas on this machine, and the door that leads to them. */
export class Replicas {
  readonly #context: EngineContext;
  readonly #replicas = new Map<ReplicaId, Replica>();
  readonly #door: DoorSide;
  readonly #world: ReplicaWorld;
  readonly #failures = new Map<ServiceId, Failures>();
  readonly #readiness: ReplicaReadiness;

  constructor(context: EngineContext, door: DoorSteering) {
    this.#context = context;
    this.#door = new DoorSide(context, door, this.#replicas);
    this.#readiness = new ReplicaReadiness(context, this.#replicas);
    const { processes, fail } = context;
    this.#world = {
      departures: context.departures,
      tell: (event) => context.tell(event),
      withdraw: (isVoid) => context.withdraw(isVoid),
      noteEnd: (replica, end) => this.#noteEnd(replica, end),
      isFailing: (devices) => context.isFailing(devices),
      mayStart: ({ service }) => this.#mayStart(service),
      start: (replica) => {
        const refuse = this.#context.refuser(this.#idOf(replica.replica));
        void this.#start(replica).catch(refuse);
      },
      end: ({ replica, stop }) =>
        processes.end(this.#idOf(replica), stop.signal as NodeJS.Signals, stop.graceMs),
      kill: (id) => processes.kill(id),
      freeze: (ids) => processes.freeze(ids).catch(fail),
      thaw: (ids) => processes.thaw(ids).catch(fail),
      whenReady: (replica) => this.#whenReady(replica),
      isDrained: (replica) => this.#door.isDrained(replica),
    };
  }

  get isEmpty(): boolean {
    return this.#replicas.size === 0;
  }

  save(): SavedReplicas {
    const replicas = [...this.#replicas.values()].map(({ data }) => structuredClone(data));
    return { replicas, counts: this.#door.save() };
  }

  restore({ replicas, counts }: SavedReplicas): void {
    for (const data of replicas) {
      this.#replicas.set(data.replica, new Replica(structuredClone(data), this.#world));
    }
    this.#door.restore(counts);
  }

  /**
   * Ends all of them, whatever was ordered: they take no new requests, finish those begun, and are
   * asked to end. What is not over within the time is left.
   */
  async endAll(limitMs: number): Promise<void> {
    const { clock, processes } = this.#context;
    const untilMs = clock.nowMs() + limitMs;
    this.#door.isClosed = true;
    this.#door.publish();
    for (const replica of this.#replicas.values()) replica.stopUntold();
    const isThere = ({ process }: Replica) => process === "running";
    while (clock.nowMs() < untilMs && [...this.#replicas.values()].some(isThere)) {
      for (const replica of this.#replicas.values()) if (isThere(replica)) replica.pursue();
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

  /** What holds since it is journaled that this was told. O(replicas). */
  told(event: Event): void {
    switch (event.kind) {
      case "replica-ready":
      case "replica-gone": {
        const replica = this.#replicas.get(event.replica);
        if (replica?.told(event.kind) === true) this.#drop(replica);
        return;
      }
      case "departed":
        for (const replica of this.#replicas.values()) {
          if (replica.toldDeparted(event.departure)) this.#drop(replica);
        }
        return;
      case "device-failed":
        for (const replica of this.#replicas.values()) {
          if (replica.lose(event.device)) this.#drop(replica);
        }
        return;
      case "node-lost":
        for (const replica of this.#replicas.values()) {
          if (replica.lose()) this.#drop(replica);
        }
        return;
      default:
        return;
    }
  }

  /** What an earlier process told and is journaled. */
  recall(event: Event): void {
    if (event.kind === "service-observed") this.#door.recall(event.service, event.requests);
  }

  /** After a restart: what of the replicas is there. */
  compare(states: ReadonlyMap<string, ProcessState>): void {
    for (const replica of this.#replicas.values()) {
      const known = this.#context.catalog.service(replica.data.service);
      if (known !== undefined && states.get(replica.id)?.kind === "running") {
        const share = shareOf(known.service.request, "online");
        this.#context.processes.adopt(replica.id, share);
      }
      replica.compare(states);
    }
  }

  /** Ids of all processes that run, or are asked for. */
  processes(): string[] {
    return [...this.#replicas.values()]
      .filter(({ process }) => process === "asked" || process === "running")
      .map(({ id }) => id);
  }

  /** Whether a replica has this process. */
  has(id: string): boolean {
    return this.#withProcess(id) !== undefined;
  }

  /** Departures whose end any replica has to tell. */
  departures(): readonly DepartureId[] {
    return [...this.#replicas.values()].flatMap(({ data }) => data.leaving);
  }

  /** Services came or went. */
  catalogChanged(): void {
    this.#door.catalogChanged();
    const services = new Set(this.#context.catalog.services());
    for (const service of this.#failures.keys()) {
      if (!services.has(service)) this.#failures.delete(service);
    }
  }

  pursue(): void {
    for (const replica of this.#replicas.values()) replica.pursue();
    this.#door.publish();
  }

  onRunning(id: string): void {
    this.#withProcess(id)?.onRunning();
  }

  onEnded(id: string, end: ProcessEnd): void {
    const replica = this.#withProcess(id);
    if (replica === undefined) return;
    if (replica.data.phase !== "stopping") this.#countFailure(replica.data.service);
    replica.onEnded(end);
  }

  /** What the door sees now. */
  onObservation(observation: DoorObservation): void {
    this.#door.onObservation(observation);
  }

  /** Asks each replica that serves whether it still does, when it is time. */
  async askAll(): Promise<void> {
    const ready = [...this.#replicas.values()].filter(({ data }) => data.phase === "ready");
    await Promise.all(ready.map((replica) => this.#readiness.ask(replica)));
  }

  #order(action: StartReplica): void {
    const { replica, service, node } = action;
    if (this.#replicas.has(replica))
      throw new Error(`start-replica ${replica}: it is there already`);
    if (node !== this.#context.node) {
      throw new Error(`start-replica ${replica}: there is no node ${node}`);
    }
    const { uid, launch } = this.#serviceOf(service, `start-replica ${replica}`);
    const of = { mark: markOf(uid), stop: launch.stop };
    this.#replicas.set(replica, Replica.start(action, of, this.#world));
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

  #withProcess(id: string): Replica | undefined {
    return [...this.#replicas.values()].find((replica) => replica.id === id);
  }

  #idOf(replica: ReplicaId): string {
    return this.#replicaOf(replica, "process of").id;
  }

  /** What of it still runs, after its device failed, is ended. */
  #drop({ id, data }: Replica): void {
    const { processes, ports } = this.#context;
    this.#replicas.delete(data.replica);
    this.#readiness.forget(data.replica);
    this.#door.forget(data.replica);
    ports.release(id);
    processes.discard(id);
  }

  #countFailure(service: ServiceId): void {
    const { clock, pursueSoon } = this.#context;
    const count = (this.#failures.get(service)?.count ?? 0) + 1;
    const backoffMs = Math.min(BACKOFF_MS * 2 ** (count - 1), BACKOFF_MAX_MS);
    this.#failures.set(service, { count, backoffMs, untilMs: clock.nowMs() + backoffMs });
    clock.after(backoffMs, pursueSoon);
  }

  #noteEnd({ replica, service }: SavedReplica, end: ProcessEnd): void {
    const { catalog, folders, note } = this.#context;
    const launch = catalog.service(service)?.launch;
    const { count = 1, backoffMs = 0 } = this.#failures.get(service) ?? {};
    const row = count === 1 ? "" : `${count} failures in a row, `;
    const what = `replica ${replica} ${inWords(end)} (${row}next start in ${backoffMs / 1000} s)`;
    const words =
      launch && end.kind === "exited"
        ? lastWords(this.#idOf(replica), [launch], folders)
        : undefined;
    note({
      about: { kind: "Replica", name: replica },
      type: "Warning",
      reason: reasonOf(end, "replica-failed"),
      message: words === undefined ? what : `${what}: ${words}`,
    });
  }

  #mayStart(service: ServiceId): boolean {
    const failures = this.#failures.get(service);
    return failures === undefined || failures.untilMs <= this.#context.clock.nowMs();
  }

  async #whenReady(replica: SavedReplica): Promise<boolean> {
    const isReady = await this.#readiness.whenReady(replica);
    if (isReady) this.#failures.delete(replica.service);
    return isReady;
  }

  async #start({ replica, service, devices }: SavedReplica): Promise<void> {
    const { ports, launcher, processes } = this.#context;
    const id = this.#idOf(replica);
    const known = this.#serviceOf(service, `start-replica ${replica}`);
    const { launch, service: wanted } = known;
    const port =
      "number" in launch.port ? ports.setPortOf(id, launch.port.number) : await ports.portOf(id);
    const { phase } = this.#replicas.get(replica)?.data ?? {};
    if (phase === undefined || phase === "stopping") {
      return processes.refuse(id, "not-wanted", "it was told to leave before it began");
    }
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
}
