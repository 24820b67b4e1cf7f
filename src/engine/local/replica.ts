import type { SleepReplica, StartReplica, StopReplica, WakeReplica } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { DepartureId, ReplicaId, ServiceId } from "../../model/ids.ts";
import type { ServiceLaunch } from "../../model/launch.ts";
import type { Note } from "../../model/note.ts";
import type { Departures } from "./departures.ts";
import { inWords } from "./gang-data.ts";
import type { ProcessEnd, ProcessState } from "./processes.ts";

/**
 *     waiting ──► (told as ready) ──► ready ──► sleeping ──► asleep ──► waking ──► ready
 *        └──────────────┴───────────────┴──────────┴───────────┴─────────┴──► stopping ──► (departed)
 *
 * As with gangs, the phase says what is wanted, and `pursue` brings it about.
 */
type ReplicaPhase = "waiting" | "ready" | "sleeping" | "asleep" | "waking" | "stopping";

/** A replica as JSON: all that was ordered and told. */
export interface SavedReplica {
  readonly replica: ReplicaId;
  readonly service: ServiceId;
  phase: ReplicaPhase;
  devices: readonly number[];
  after: readonly DepartureId[];
  leaving: DepartureId[];
  /** How it is asked to end: as its service said when it was started. */
  readonly stop: ServiceLaunch["stop"];
  process: "none" | "asked" | "running" | "ended";
  end?: ProcessEnd;
}

/** What a replica needs of its engine. */
export interface ReplicaWorld {
  readonly departures: Departures;
  tell(event: Event): void;
  note(note: Note): void;
  /** Begins to start its process, later if the service's last ones failed. */
  start(replica: SavedReplica): void;
  /** Asks it to end as its service says. */
  end(replica: SavedReplica): void;
  freeze(ids: readonly string[]): Promise<void>;
  thaw(ids: readonly string[]): Promise<void>;
  forget(id: string): void;
  /** Resolves when it answers that it serves, or never: then its process was ended. */
  whenReady(replica: SavedReplica): Promise<void>;
  /** Whether it surely has no request, and gets none. */
  isDrained(replica: ReplicaId): boolean;
}

/** Id of a replica's process. */
export function replicaProcess(replica: ReplicaId): string {
  return `replica.${replica.replace("/", ".")}`;
}

export class Replica {
  readonly data: SavedReplica;
  readonly #world: ReplicaWorld;
  /** Whether it is asked if it serves, or is being frozen or thawed, just now. */
  #isTurning = false;
  #isOver = false;

  constructor(data: SavedReplica, world: ReplicaWorld) {
    this.data = data;
    this.#world = world;
  }

  static start(
    { replica, service, devices, after }: StartReplica,
    stop: ServiceLaunch["stop"],
    world: ReplicaWorld,
  ): Replica {
    world.departures.check(after, `start-replica ${replica}`);
    const data: SavedReplica = {
      replica,
      service,
      phase: "waiting",
      devices,
      after,
      leaving: [],
      stop,
      process: "none",
    };
    return new Replica(data, world);
  }

  /** Its process. */
  get id(): string {
    return replicaProcess(this.data.replica);
  }

  wake({ devices, after }: WakeReplica): void {
    this.#expect("wake-replica", ["sleeping", "asleep"]);
    this.#world.departures.check(after, `wake-replica ${this.data.replica}`);
    this.data.devices = devices;
    this.data.after = after;
    this.data.phase = "waking";
  }

  sleep({ departure }: SleepReplica): void {
    this.#expect("sleep-replica", ["waiting", "ready", "waking"]);
    this.#world.departures.order(departure, `sleep-replica ${this.data.replica}`);
    this.data.leaving.push(departure);
    this.data.phase = "sleeping";
  }

  stop({ departure }: StopReplica): void {
    if (this.data.phase === "stopping") throw this.#error("stop-replica", "it is stopping");
    this.#world.departures.order(departure, `stop-replica ${this.data.replica}`);
    this.data.leaving.push(departure);
    this.data.phase = "stopping";
  }

  /** What holds since this was told of it; true if the replica is over: it does nothing any more. */
  told(event: Event): boolean {
    this.#isOver ||= this.#takeTold(event);
    return this.#isOver;
  }

  #takeTold(event: Event): boolean {
    switch (event.kind) {
      case "replica-ready":
        if (this.data.process === "none") this.data.process = "asked";
        if (this.data.phase === "waiting" || this.data.phase === "waking")
          this.data.phase = "ready";
        return false;
      case "replica-gone":
        return true;
      case "departed":
        return this.#toldDeparted(event.departure);
      default:
        return false;
    }
  }

  #toldDeparted(departure: DepartureId): boolean {
    const { data } = this;
    if (!data.leaving.includes(departure)) return false;
    data.leaving = data.leaving.filter((open) => open !== departure);
    if (data.leaving.length > 0) return false;
    if (data.phase === "sleeping") data.phase = "asleep";
    return data.phase === "stopping";
  }

  /** After a restart: what has become of its process. */
  compare(states: ReadonlyMap<string, ProcessState>): void {
    const state = states.get(this.id);
    if (state?.kind === "running") this.data.process = "running";
    else if (state?.kind === "ended") this.#end(state.end);
    else if (this.data.process !== "none") this.#end({ kind: "lost" });
  }

  onRunning(): void {
    if (this.data.process !== "ended") this.data.process = "running";
  }

  onEnded(end: ProcessEnd): void {
    if (this.data.process === "ended") return;
    this.#end(end);
    if (this.data.phase === "stopping") return;
    const isHungry = end.kind === "exited" && end.oomKilled;
    this.#world.note({
      about: { kind: "Replica", name: this.data.replica },
      type: "Warning",
      reason: isHungry ? "out-of-memory" : end.kind === "refused" ? end.code : "replica-failed",
      message: `replica ${this.data.replica} ${inWords(end)}`,
    });
  }

  /** Does what the phase wants next. */
  pursue(): void {
    if (this.#isOver) return;
    const { phase, process } = this.data;
    if (process === "ended") return this.#fallApart();
    switch (phase) {
      case "waiting":
      case "waking":
        if (this.#world.departures.areOver(this.data.after)) this.#comeUp();
        return;
      case "ready":
      case "asleep":
        return;
      case "sleeping":
        this.#fallAsleep();
        return;
      case "stopping":
        if (process === "none") this.#tellDeparted();
        else if (process === "running" && this.#world.isDrained(this.data.replica)) {
          this.#world.end(this.data);
        }
        return;
    }
  }

  /** What crashes on its way out has just left; anything else is gone. */
  #fallApart(): void {
    const { replica, leaving, phase } = this.data;
    this.#world.forget(this.id);
    const open = [...leaving];
    if (phase !== "stopping") {
      this.data.leaving = [];
      this.#world.tell({ kind: "replica-gone", replica });
      for (const departure of open) this.#world.tell({ kind: "departed", departure });
    } else this.#tellDeparted();
  }

  #comeUp(): void {
    if (this.data.process === "none") {
      this.data.process = "asked";
      this.#world.start(this.data);
    }
    if (this.data.process !== "running" || this.#isTurning) return;
    void this.#turn(
      async () => {
        await this.#world.thaw([this.id]);
        await this.#world.whenReady(this.data);
      },
      () => {
        if (this.data.process !== "running") return;
        if (this.data.phase !== "waiting" && this.data.phase !== "waking") return;
        this.#world.tell({ kind: "replica-ready", replica: this.data.replica });
      },
    );
  }

  #fallAsleep(): void {
    const { process, replica } = this.data;
    if (process === "none") return this.#tellDeparted();
    if (process !== "running" || this.#isTurning || !this.#world.isDrained(replica)) return;
    void this.#turn(
      () => this.#world.freeze([this.id]),
      () => {
        if (this.data.process === "running" && this.data.phase === "sleeping") this.#tellDeparted();
      },
    );
  }

  async #turn(turn: () => Promise<void>, done: () => void): Promise<void> {
    this.#isTurning = true;
    await turn();
    this.#isTurning = false;
    done();
    this.pursue();
  }

  #tellDeparted(): void {
    for (const departure of this.data.leaving) this.#world.tell({ kind: "departed", departure });
  }

  #end(end: ProcessEnd): void {
    this.data.process = "ended";
    this.data.end = end;
  }

  #expect(what: string, phases: readonly ReplicaPhase[]): void {
    if (!phases.includes(this.data.phase)) throw this.#error(what, `it is ${this.data.phase}`);
  }

  #error(what: string, why: string): Error {
    return new Error(`${what} ${this.data.replica}: ${why}`);
  }
}
