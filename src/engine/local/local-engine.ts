import type { Action } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { Catalog } from "../../model/launch.ts";
import type { Node } from "../../model/node.ts";
import type { Note } from "../../model/note.ts";
import { unreachable } from "../../model/unreachable.ts";
import type { LastingEngine, Step } from "../engine.ts";
import { Colocation } from "./colocation.ts";
import type { Containers } from "./containers/containers.ts";
import { Departures, type SavedDepartures } from "./departures.ts";
import type { DeviceMaker } from "./devices/found-devices.ts";
import type { DoorObservation } from "./door/protocol.ts";
import type { DoorSteering } from "./door-side.ts";
import { ClosableClock, type EngineClock } from "./engine-clock.ts";
import type { EngineContext } from "./engine-context.ts";
import { Folders } from "./folders.ts";
import type { SavedGang } from "./gang-data.ts";
import { GangFiles } from "./gang-files.ts";
import { Gangs } from "./gangs.ts";
import type { Isolation, WorkClass } from "./kernel/isolation.ts";
import { Launcher, type ReadSecret } from "./launcher.ts";
import type { Loopback } from "./loopback.ts";
import { NodeSide, type SavedNodeSide } from "./node-side.ts";
import { Outbox } from "./outbox.ts";
import { Ports } from "./ports.ts";
import { type KeeperLink, Processes } from "./processes.ts";
import { Replicas, type SavedReplicas } from "./replicas.ts";
import { Sweep } from "./sweep.ts";
import { isSystemError } from "./system-error.ts";
import { SystemProcess, systemSpec } from "./system-process.ts";

/** What a local engine stands on. */
export interface LocalEngineOptions {
  /** Absolute path of the folder that is the engine's own. */
  readonly folder: string;
  /** This machine, as it is to be told. */
  readonly node: Node;
  readonly catalog: Catalog;
  readonly clock: EngineClock;
  readonly keeper: KeeperLink;
  readonly loopback: Loopback;
  readonly isolation: Isolation;
  readonly door: DoorSteering;
  /** Programs and arguments of the processes that the engine itself needs, by their ids. */
  readonly system: Readonly<Record<string, readonly string[]>>;
  /** The environment from which processes inherit the few variables that they may. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readSecret: ReadSecret;
  /** Absent: nothing here starts images. */
  readonly containers?: Containers | undefined;
  /** Whose devices the node has. */
  readonly maker?: DeviceMaker | undefined;
  /** The class that members of jobs run in; absent: offline. */
  readonly memberClass?: WorkClass | undefined;
}

/** All that it was told and has told, as JSON. */
interface SavedEngine {
  readonly version: number;
  readonly node: SavedNodeSide;
  readonly isPressed: boolean;
  readonly departures: SavedDepartures;
  readonly gangs: readonly SavedGang[];
  readonly replicas: SavedReplicas;
}

/** Of what `save` gives. */
const SAVED_VERSION = 3;

/** Checkpoints are looked for, replicas asked whether they serve, and remains swept, so often. */
const CHECKPOINTS_MS = 250;
const READINESS_MS = 200;
const SWEEP_MS = 60_000;

/**
 * Runs jobs and services as processes of this machine, which is its only node. What is wanted stands
 * in gangs and replicas, what is there is told by the keeper, and each news makes them compare the
 * two. So a control plane that comes back after a crash does what one does that never left.
 */
export class LocalEngine implements LastingEngine {
  readonly #options: LocalEngineOptions;
  readonly #outbox: Outbox;
  readonly #departures = new Departures();
  readonly #processes: Processes;
  readonly #gangs: Gangs;
  readonly #replicas: Replicas;
  readonly #system: readonly SystemProcess[];
  readonly #colocation: Colocation;
  readonly #node: NodeSide;
  #hasBegun = false;
  #isClosed = false;
  /** Devices that were told as failed, while that is not journaled. */
  readonly #failing = new Set<number>();
  readonly #clock: ClosableClock;
  readonly #sweep: Sweep;

  constructor(options: LocalEngineOptions) {
    const { catalog, keeper, isolation, loopback } = options;
    const clock = new ClosableClock(options.clock);
    this.#options = options;
    this.#clock = clock;
    this.#outbox = new Outbox(clock);
    this.#processes = new Processes(keeper, isolation, clock, {
      onRunning: (id) => {
        this.#gangs.onRunning(id);
        this.#replicas.onRunning(id);
        if (!this.#isWanted(id)) this.#processes.discard(id);
        this.#pursue();
      },
      onEnded: (id, end) => {
        this.#gangs.onEnded(id, end);
        this.#replicas.onEnded(id, end);
        this.#system.find((process) => process.id === id)?.onEnded(end);
        if (!this.#isWanted(id)) this.#processes.discard(id);
        this.#pursue();
      },
      afterEnd: async (id, end) => options.containers?.afterEnd(id, end),
      onFailure: (error) => this.#outbox.fail(error),
    });
    const folders = new Folders(options.folder);
    const { environment, readSecret, containers, maker } = options;
    const context: EngineContext = {
      node: options.node.id,
      clock,
      catalog,
      folders,
      loopback,
      ports: new Ports(folders.ports, (port) => loopback.isFree(port)),
      gangFiles: new GangFiles(folders.gangs),
      processes: this.#processes,
      departures: this.#departures,
      memberClass: options.memberClass,
      launcher: new Launcher({
        processes: this.#processes,
        folders,
        environment,
        readSecret,
        containers,
        maker,
      }),
      tell: (event) => this.#tell(event),
      withdraw: (isVoid) => this.#outbox.withdraw(isVoid),
      isFailing: (devices) => devices.some((device) => this.#failing.has(device)),
      pursueSoon: () => this.#pursueSoon(),
      note: (note) => this.#outbox.note(note),
      refuser: (process) => (error) => this.#refuse(process, error),
      fail: (error) => this.fail(error),
    };
    this.#sweep = new Sweep(folders, catalog, (id) => this.isRunning(id));
    this.#gangs = new Gangs(context);
    this.#replicas = new Replicas(context, options.door);
    this.#colocation = new Colocation(isolation, {
      node: options.node,
      clock,
      tell: (event) => this.#tell(event),
      note: (note) => this.#outbox.note(note),
      isShared: () => !this.#gangs.isEmpty && !this.#replicas.isEmpty,
    });
    this.#node = new NodeSide(options.node, context.tell, context.note);
    const about = { kind: "Node", name: options.node.id } as const;
    this.#system = Object.entries(options.system).map(([id, argv]) => {
      const note = (text: Omit<Note, "about">) => this.#outbox.note({ about, ...text });
      return new SystemProcess(systemSpec(id, argv, context), this.#processes, clock, note);
    });
  }

  save(): unknown {
    return {
      version: SAVED_VERSION,
      node: this.#node.save(),
      isPressed: this.#colocation.isPressed,
      departures: this.#departures.save(),
      gangs: this.#gangs.save(),
      replicas: this.#replicas.save(),
    } satisfies SavedEngine;
  }

  restore(saved: unknown): void {
    const { version, node, isPressed, departures, gangs, replicas } = saved as SavedEngine;
    if (version !== SAVED_VERSION)
      throw new Error("another version of the local engine saved this");
    this.#node.restore(node);
    this.#colocation.isPressed = isPressed;
    this.#departures.restore(departures);
    this.#gangs.restore(gangs);
    this.#replicas.restore(replicas);
  }

  recall({ nowMs, events }: Step, actions: readonly Action[]): void {
    for (const event of events) {
      this.#told(event, nowMs);
      this.#replicas.recall(event);
    }
    for (const action of actions) this.#order(action, nowMs);
  }

  /** Whether no job is on this machine, or on its way to or from it. */
  get hasNoJobs(): boolean {
    return this.#gangs.isEmpty;
  }

  /** Ends all replicas without an order: the next engine of this folder will tell them as gone. */
  async endReplicas(limitMs: number): Promise<void> {
    await this.#replicas.endAll(limitMs);
  }

  /** Whether the process of this id runs, or is about to. */
  isRunning(process: string): boolean {
    return this.#processes.isRunning(process);
  }

  /** Ids of all processes of jobs and replicas that run, or are about to. */
  get workProcesses(): readonly string[] {
    return [...this.#gangs.processes(), ...this.#replicas.processes()];
  }

  /** Asks that all jobs leave in good order; nothing starts until an engine of this folder begins. */
  drain(): void {
    this.#node.isLeaving = true;
    if (this.#hasBegun) this.#node.tellWhetherOpen();
  }

  async begin(): Promise<void> {
    const states = await this.#processes.begin();
    const running = [...states.keys()].filter((id) => this.isRunning(id));
    const about = { kind: "Node", name: this.#options.node.id } as const;
    await this.#options.containers?.begin(running, (note) => this.#outbox.note({ about, ...note }));
    this.#gangs.compare(states);
    this.#replicas.compare(states);
    this.#replicas.catalogChanged();
    for (const id of states.keys()) {
      // The end of what nobody wants is in the journal; what still runs was to be stopped.
      if (!this.#isWanted(id)) this.#processes.discard(id);
    }
    for (const process of this.#system) process.begin(states);
    // Not before: what ended meanwhile would be taken for what still runs.
    this.#processes.follow();
    this.#node.begin(this.workProcesses.length > 0);
    if (this.#node.isLosing) this.#colocation.isPressed = false;
    this.#hasBegun = true;
    this.#pursue();
    this.#colocation.begin();
    this.#repeat(CHECKPOINTS_MS, () => this.#gangs.tellCheckpoints());
    this.#repeat(READINESS_MS, () => void this.#replicas.askAll());
    this.#repeat(SWEEP_MS, () => void this.#sweep.run());
    void this.#sweep.run();
  }

  /** Whoever asks for the next step has journaled the one before. */
  next(wakeMs: number | undefined): Promise<Step> {
    this.#settle();
    this.#pursue();
    return this.#outbox.next(wakeMs);
  }

  carryOut(nowMs: number, actions: readonly Action[]): void {
    this.#settle(nowMs);
    for (const action of actions) this.#order(action, nowMs);
    this.#pursue();
  }

  /** Services came or went in the catalog. */
  catalogChanged(): void {
    this.#replicas.catalogChanged();
  }

  /** What the door sees now. */
  onDoor(observation: DoorObservation): void {
    this.#replicas.onObservation(observation);
    this.#pursue();
  }

  /** The keeper had ended: of what it had started another learns the end, and not how it was. */
  onKeeperRestarted(): void {
    this.#outbox.note({
      about: { kind: "Node", name: this.#options.node.id },
      type: "Warning",
      reason: "keeper-restarted",
      message:
        "the keeper of all processes had ended and was started again: how those end that it had started, or have ended meanwhile, is not known",
    });
  }

  /** Something that this machine saw: a device that failed. */
  report(event: Event): void {
    this.#tell(event);
  }

  /** It cannot go on: whoever waits for a step is told. */
  fail(error: unknown): void {
    this.#outbox.fail(error instanceof Error ? error : new Error(String(error)));
  }

  /** What the system refuses to one process is no matter of the others. */
  #refuse(process: string, error: unknown): void {
    if (!isSystemError(error)) return this.fail(error);
    this.#processes.refuse(process, "start-refused", error.message);
  }

  /** Steers nothing any more. What runs runs on. */
  close(): void {
    this.#isClosed = true;
    this.#clock.close();
    this.#processes.close();
  }

  /** Compares what is wanted with what is there. O(all that is on this machine). */
  #pursue(): void {
    if (!this.#hasBegun || this.#isClosed || this.#node.isLosing) return;
    this.#node.tellWhetherOpen();
    this.#gangs.pursue();
    this.#replicas.pursue();
    this.#tellOrphans();
  }

  /** When all that runs just now is told. */
  #pursueSoon(): void {
    queueMicrotask(() => this.#pursue());
  }

  /** Departures of those that ended by themselves before the order reached them. */
  #tellOrphans(): void {
    const { open } = this.#departures;
    if (open.length === 0) return;
    const owned = new Set([...this.#gangs.departures(), ...this.#replicas.departures()]);
    for (const departure of open)
      if (!owned.has(departure)) this.#tell({ kind: "departed", departure });
  }

  #isWanted(id: string): boolean {
    // The processes that the engine itself needs have other names.
    if (!/^(job|replica)\./.test(id)) return true;
    return this.#gangs.has(id) || this.#replicas.has(id);
  }

  /** It holds when it is journaled; but whoever waits for a departure waits no longer. */
  #tell(event: Event): void {
    if (event.kind === "departed") this.#departures.leave(event.departure);
    if (event.kind === "device-failed") this.#failing.add(event.device);
    if (event.kind === "node-pressed") this.#colocation.isPressed = event.isPressed;
    if (this.#outbox.tell(event)) this.#pursueSoon();
  }

  /** What was told in the last step holds from now on. @param turnMs when it was journaled, if known. */
  #settle(turnMs?: number): void {
    const { nowMs, events } = this.#outbox.settle();
    for (const event of events) this.#told(event, turnMs ?? nowMs);
  }

  /** What holds since it is journaled that this was told in a step of `nowMs`. */
  #told(event: Event, nowMs: number): void {
    if (event.kind === "node-added") this.#colocation.isPressed = false;
    if (event.kind === "device-failed") this.#failing.delete(event.device);
    if (event.kind === "node-pressed") this.#colocation.isPressed = event.isPressed;
    if (event.kind === "departed") this.#departures.close(event.departure);
    this.#node.told(event);
    this.#gangs.told(event, nowMs);
    this.#replicas.told(event);
  }

  #order(action: Action, nowMs: number): void {
    switch (action.kind) {
      case "place":
      case "wait":
        throw new Error(`${action.kind} ${action.work}: this engine runs jobs and services alone`);
      case "start-job":
      case "resume-job":
      case "grow-job":
      case "shrink-job":
      case "suspend-job":
      case "stop-job":
      case "wait-job":
      case "give-up-job":
        return this.#gangs.order(action, nowMs);
      case "start-replica":
      case "wake-replica":
      case "sleep-replica":
      case "stop-replica":
      case "service-waits":
        return this.#replicas.order(action);
      default:
        return unreachable(action);
    }
  }

  #repeat(everyMs: number, call: () => void): void {
    this.#clock.after(everyMs, () => {
      call();
      this.#repeat(everyMs, call);
    });
  }
}
