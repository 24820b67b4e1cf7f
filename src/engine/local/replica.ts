import type { SleepReplica, StartReplica, StopReplica, WakeReplica } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { DepartureId, ReplicaId, ServiceId } from "../../model/ids.ts";
import type { ServiceLaunch } from "../../model/launch.ts";
import type { Departures } from "./departures.ts";
import { replicaProcess } from "./process-ids.ts";
import type { ProcessEnd, ProcessState } from "./processes.ts";

/**
 *     waiting ──► (told as ready) ──► ready ──► sleeping ──► asleep ──► waking ──► ready
 *        └──────────────┴───────────────┴──────────┴───────────┴─────────┴──► stopping ──► (departed)
 *
 * As with gangs, the phase says what is wanted, and `pursue` brings it about.
 */
type ReplicaPhase = "waiting" | "ready" | "sleeping" | "asleep" | "waking" | "stopping";

/** A replica as JSON: what was ordered and what is journaled of what it told, and nothing else. */
export interface SavedReplica {
  readonly replica: ReplicaId;
  readonly service: ServiceId;
  /** Of the service. */
  readonly mark: string;
  phase: ReplicaPhase;
  /** It was told as ready at some time. */
  hasBegun: boolean;
  devices: readonly number[];
  after: readonly DepartureId[];
  leaving: DepartureId[];
  /** How it is asked to end: as its service said when it was started. */
  readonly stop: ServiceLaunch["stop"];
}

/** What a replica needs of its engine. */
export interface ReplicaWorld {
  readonly departures: Departures;
  /** Tells the scheduler; again what is on its way already changes nothing. */
  tell(event: Event): void;
  /** What was told and not taken yet, and is not so any more. */
  withdraw(isVoid: (event: Event) => boolean): void;
  /** Tells people how it ended, though nobody asked it to. */
  noteEnd(replica: SavedReplica, end: ProcessEnd): void;
  /** Whether one of these devices was told as failed just now: what comes of it is not told. */
  isFailing(devices: readonly number[]): boolean;
  /** Whether its service's last replicas have not failed just now; otherwise it is pursued later. */
  mayStart(replica: SavedReplica): boolean;
  /** Begins to start its process. */
  start(replica: SavedReplica): void;
  /** Asks it to end as its service says. */
  end(replica: SavedReplica): void;
  kill(id: string): void;
  freeze(ids: readonly string[]): Promise<void>;
  thaw(ids: readonly string[]): Promise<void>;
  /** Resolves with true when it answers that it serves, with false when it is not to any more. */
  whenReady(replica: SavedReplica): Promise<boolean>;
  /** Whether it surely has no request and gets none, or was waited for in vain. */
  isDrained(replica: ReplicaId): "yes" | "no" | "too-late";
}

export class Replica {
  readonly data: SavedReplica;
  process: "none" | "asked" | "running" | "ended" = "none";
  readonly #world: ReplicaWorld;
  /** Whether it is asked if it serves, or is being frozen or thawed, just now. */
  #isTurning = false;
  /** What the last turn brought about, while its phase is the same. */
  #isTurned = false;
  /** It is journaled that it is over: nothing is done any more. */
  #isOver = false;

  constructor(data: SavedReplica, world: ReplicaWorld) {
    this.data = data;
    this.#world = world;
  }

  static start(
    { replica, service, devices, after }: StartReplica,
    { mark, stop }: Pick<SavedReplica, "mark" | "stop">,
    world: ReplicaWorld,
  ): Replica {
    world.departures.check(after, `start-replica ${replica}`);
    const data: SavedReplica = {
      replica,
      service,
      mark,
      phase: "waiting",
      hasBegun: false,
      devices,
      after,
      leaving: [],
      stop,
    };
    return new Replica(data, world);
  }

  /** Of its process. */
  get id(): string {
    return replicaProcess(this.data.replica, this.data.mark);
  }

  wake({ devices, after }: WakeReplica): void {
    this.#expect("wake-replica", ["asleep"]);
    this.#world.departures.check(after, `wake-replica ${this.data.replica}`);
    this.data.devices = devices;
    this.data.after = after;
    this.#enter("waking");
  }

  sleep({ departure }: SleepReplica): void {
    this.#expect("sleep-replica", ["waiting", "ready", "waking"]);
    this.#world.departures.order(departure, `sleep-replica ${this.data.replica}`);
    this.data.leaving.push(departure);
    this.#enter("sleeping");
    this.#withdraw(["replica-ready"]);
  }

  stop({ departure }: StopReplica): void {
    if (this.data.phase === "stopping") throw this.#error("stop-replica", "it is stopping");
    this.#world.departures.order(departure, `stop-replica ${this.data.replica}`);
    this.data.leaving.push(departure);
    this.#enter("stopping");
    this.#withdraw(["replica-ready", "replica-gone"]);
  }

  /** It is to end, though nobody ordered it: nothing of that is told. */
  stopUntold(): void {
    this.#enter("stopping");
  }

  /** What holds since it is journaled that this was told of it; true if it is over. */
  told(kind: "replica-ready" | "replica-gone"): boolean {
    if (kind === "replica-gone") this.#isOver = true;
    else {
      this.data.hasBegun = true;
      if (this.data.phase === "waiting" || this.data.phase === "waking") this.#enter("ready");
    }
    return this.#isOver;
  }

  /** It is journaled that this has left; true if the replica is over. */
  toldDeparted(departure: DepartureId): boolean {
    const { data } = this;
    if (!data.leaving.includes(departure)) return false;
    data.leaving = data.leaving.filter((open) => open !== departure);
    if (data.leaving.length > 0) return false;
    if (data.phase === "sleeping") this.#enter("asleep");
    this.#isOver ||= data.phase === "stopping";
    return this.#isOver;
  }

  /**
   * The device under it is gone, or with no number all of the machine's work, and so is it: the
   * scheduler knows. True if it is over.
   */
  lose(device?: number): boolean {
    this.#isOver ||=
      device === undefined
        ? this.data.phase !== "stopping"
        : this.#isOnDevices() && this.data.devices.includes(device);
    return this.#isOver;
  }

  /** After a restart: what has become of its process. */
  compare(states: ReadonlyMap<string, ProcessState>): void {
    const { phase, hasBegun, after } = this.data;
    const state = states.get(this.id);
    if (state?.kind === "running") this.process = "running";
    else if (state?.kind === "ended" || hasBegun) this.process = "ended";
    const isWaiting = phase === "waking" && !this.#world.departures.areOver(after);
    if (this.process !== "running" || (phase !== "asleep" && !isWaiting)) return;
    // It stands still, and whoever keeps it so may have forgotten it.
    void this.#world.freeze([this.id]);
  }

  /** Whoever asked for it: an earlier engine may have, just before its end. */
  onRunning(): void {
    if (this.process !== "ended") this.process = "running";
  }

  onEnded(end: ProcessEnd): void {
    if (this.process === "ended") return;
    this.process = "ended";
    if (this.data.phase !== "stopping") this.#world.noteEnd(this.data, end);
  }

  /** Does what the phase wants next. */
  pursue(): void {
    if (this.#isOver) return;
    const { phase, after } = this.data;
    if (this.#isOnDevices() && this.#world.isFailing(this.data.devices)) return;
    if (this.process === "ended") return this.#fallApart();
    switch (phase) {
      case "waiting":
      case "waking":
        if (this.#world.departures.areOver(after)) this.#comeUp();
        return;
      case "ready":
      case "asleep":
        return;
      case "sleeping":
        return this.#fallAsleep();
      case "stopping":
        return this.#leave();
    }
  }

  /** What crashes on its way out has just left; anything else is gone. */
  #fallApart(): void {
    const { replica, phase } = this.data;
    if (phase === "stopping") this.#tellDeparted();
    else this.#world.tell({ kind: "replica-gone", replica });
  }

  /** Or on its way to them. */
  #isOnDevices(): boolean {
    return ["waiting", "ready", "waking"].includes(this.data.phase);
  }

  #comeUp(): void {
    const { replica } = this.data;
    if (this.process === "none") {
      if (!this.#world.mayStart(this.data)) return;
      this.process = "asked";
      this.#world.start(this.data);
    }
    if (this.#isTurned) return this.#world.tell({ kind: "replica-ready", replica });
    if (this.process !== "running" || this.#isTurning) return;
    void this.#turn(async () => {
      await this.#world.thaw([this.id]);
      return this.#world.whenReady(this.data);
    });
  }

  #fallAsleep(): void {
    if (this.process === "none" || this.#isTurned) return this.#tellDeparted();
    if (this.process !== "running" || this.#isTurning) return;
    const drained = this.#world.isDrained(this.data.replica);
    if (drained === "too-late") this.#world.kill(this.id);
    if (drained !== "yes") return;
    void this.#turn(async () => {
      await this.#world.freeze([this.id]);
      return true;
    });
  }

  #leave(): void {
    if (this.process === "none") this.#tellDeparted();
    else if (this.process === "running" && this.#world.isDrained(this.data.replica) !== "no") {
      this.#world.end(this.data);
    }
  }

  async #turn(turn: () => Promise<boolean>): Promise<void> {
    const { phase } = this.data;
    this.#isTurning = true;
    const isTurned = await turn();
    this.#isTurning = false;
    this.#isTurned = isTurned && this.process === "running" && this.data.phase === phase;
    this.pursue();
  }

  #enter(phase: ReplicaPhase): void {
    this.data.phase = phase;
    this.#isTurned = false;
  }

  #tellDeparted(): void {
    for (const departure of this.data.leaving) this.#world.tell({ kind: "departed", departure });
  }

  /** What was told of it, and not taken yet, is void. */
  #withdraw(kinds: readonly Event["kind"][]): void {
    const { replica } = this.data;
    this.#world.withdraw(
      (event) => kinds.includes(event.kind) && "replica" in event && event.replica === replica,
    );
  }

  #expect(what: string, phases: readonly ReplicaPhase[]): void {
    if (!phases.includes(this.data.phase)) throw this.#error(what, `it is ${this.data.phase}`);
  }

  #error(what: string, why: string): Error {
    return new Error(`${what} ${this.data.replica}: ${why}`);
  }
}
