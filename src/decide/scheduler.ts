import type { Action } from "../model/action.ts";
import type { Amounts } from "../model/amounts.ts";
import type {
  Departed,
  DeviceFailed,
  Event,
  NodeAdded,
  NodeDrained,
  NodeLost,
  NodeObserved,
  NodeOpened,
  NodePressed,
  NodeRemoved,
} from "../model/event.ts";
import type { NodeId } from "../model/ids.ts";
import type { Random } from "../model/random.ts";
import type { CanNever, Refusal } from "../model/refusal.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { type Milliseconds, milliseconds, QUANTITY_MAX } from "../model/units.ts";
import { unreachable } from "../model/unreachable.ts";
import { Ground, type SavedGround } from "./ground.ts";
import { JobBook } from "./jobs/job-book.ts";
import {
  applyJobDeparted,
  applyJobEvent,
  applyQueueEvent,
  losePlaces,
  loseStranded,
} from "./jobs/job-events.ts";
import { decideJobs } from "./jobs/job-scheduler.ts";
import { restoreJobs, type SavedJobs, saveJobs } from "./jobs/saved-jobs.ts";
import type { PlacementModel } from "./placement/placement-model.ts";
import { type SavedServices, ServiceBook } from "./services/service-book.ts";
import { applyServiceEvent, loseReplicas } from "./services/service-events.ts";
import { decideServices } from "./services/service-scheduler.ts";
import { ClassList, numberClasses, type SavedClass } from "./saved-classes.ts";
import { digestState } from "./state-digest.ts";
import { never, tooManyKinds } from "./refusals.ts";
import { checkNode } from "./validate.ts";
import { type SavedWorks, WorkBook } from "./work-book.ts";
import { relievePressed } from "./jobs/relieve-pressed.ts";
import { relieveOverloaded } from "./jobs/victim-search.ts";

export interface SchedulerOptions {
  /** Within which offline work gives back what online work needs (rule V5). */
  readonly graceMs: Milliseconds;
  /** How long a job may be overtaken before room is kept for it; absent: for ever (rule J10). */
  readonly patienceMs?: Milliseconds;
}

const DEFAULTS: SchedulerOptions = { graceMs: milliseconds(30_000) };
const START_MS = milliseconds(0);

/** Changes with the form, or the meaning, of what is saved. */
const SAVED_VERSION = 2;

/** The state of a scheduler as plain data: what else it knows it finds out again. */
export interface SavedScheduler {
  readonly version: number;
  /** Device kinds that the model knows, so that it refuses the same ones. */
  readonly kinds: readonly string[];
  /** What `request` is an index of in all that follows. */
  readonly classes: readonly SavedClass[];
  readonly ground: SavedGround;
  readonly jobs: SavedJobs;
  readonly services: SavedServices;
  readonly works: SavedWorks;
  /** What events have brought about since the last `decide`. */
  readonly actions: readonly Action[];
}

/**
 * The state machine. Events in (`apply`), actions out (`decide`); the same events, times and random
 * numbers give the same actions and the same `hash` in every process.
 *
 *     apply(node …) ────────► ground: cluster table, departures ◄──── apply(departed)
 *     apply(job …) ─────────► jobs: queues, lines of pending jobs ─┐
 *     apply(service …) ─────► services: demand, replicas ──────────┼─► decide ──► actions
 *     apply(work-submitted) ► pending, in order ───────────────────┘
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  #ground: Ground;
  #jobs: JobBook;
  #services: ServiceBook;
  #works: WorkBook;
  /** What events have brought about since the last `decide`. */
  #actions: Action[] = [];

  /** @throws RangeError for a patience that is not above 0. */
  constructor(model: PlacementModel, options: SchedulerOptions = DEFAULTS) {
    const { patienceMs = 1 } = options;
    if (!(patienceMs > 0))
      throw new RangeError(`a patience of ${patienceMs} ms keeps room at once`);
    this.#options = options;
    this.#ground = new Ground(model);
    this.#jobs = new JobBook(this.#ground);
    this.#services = new ServiceBook(this.#ground);
    this.#works = new WorkBook(this.#ground);
  }

  get nodeCount(): number {
    return this.#ground.rowOf.size;
  }

  get pendingCount(): number {
    return this.#works.pending.size;
  }

  /**
   * Takes in an event that happened at `nowMs`, which never goes back. A refused event changes
   * nothing (rule S2).
   */
  apply(event: Event, nowMs: Milliseconds = START_MS): Result<undefined, Refusal> {
    switch (event.kind) {
      case "node-added":
        return this.#addNode(event);
      case "node-removed":
        return this.#removeNode(event);
      case "node-lost":
        return this.#loseNode(event);
      case "node-drained":
      case "node-opened":
        return this.#closeOrOpen(event);
      case "device-failed":
        return this.#failDevice(event);
      case "node-observed":
        return this.#observeNode(event, nowMs);
      case "node-pressed":
        return this.#pressNode(event);
      case "work-submitted":
        return this.#works.submit(event);
      case "work-ended":
        return this.#works.end(event);
      case "queue-set":
      case "queue-removed":
        return applyQueueEvent(this.#jobs, event);
      case "job-submitted":
      case "job-cancelled":
      case "job-started":
      case "job-checkpointed":
      case "job-ended":
        return applyJobEvent(this.#jobs, event, nowMs, this.#actions);
      case "service-set":
      case "service-removed":
      case "service-observed":
      case "replica-ready":
      case "replica-gone":
        return applyServiceEvent(this.#services, event, nowMs);
      case "departed":
        return this.#depart(event);
      default:
        return unreachable(event);
    }
  }

  /**
   * What is to be done at `nowMs`: first what events brought about, then services, then single
   * pieces of work in order of submission (rule S4), then jobs. Room that an action needs is taken
   * before the action is returned.
   */
  decide(nowMs: Milliseconds, random: Random): Action[] {
    const actions = this.#actions;
    this.#actions = [];
    const { capacity } = this.#ground;
    if (this.#services.services.size === 0 && this.#jobs.isEmpty) {
      this.#works.decide(random, actions);
      return actions;
    }
    const deciding = () => ({
      nowMs,
      graceMs: this.#options.graceMs,
      patienceMs: this.#options.patienceMs,
      shared: withoutHeld(capacity, this.#services.held),
      random,
      actions,
      services: this.#services,
      jobs: this.#jobs,
    });
    decideServices(deciding());
    relieveOverloaded(this.#jobs, deciding());
    relievePressed(this.#jobs, deciding());
    this.#works.decide(random, actions);
    decideJobs(this.#jobs, deciding());
    return actions;
  }

  /** When `decide` would do something though no event came; it may do nothing then. */
  nextWakeMs(nowMs: Milliseconds): Milliseconds | undefined {
    let next = this.#jobs.timetable.nextMs;
    for (const { demand, coming, isRemoved } of this.#services.services.values()) {
      const changeMs = isRemoved ? undefined : demand.nextChangeMs(nowMs, coming);
      if (changeMs !== undefined && (next === undefined || changeMs < next)) next = changeMs;
    }
    return next === undefined ? undefined : milliseconds(Math.max(next, nowMs));
  }

  /** A copy that goes its own way; neither sees what happens to the other (rule S6). */
  fork(): Scheduler {
    return Scheduler.restore(this.#ground.model, this.save(), this.#options);
  }

  /** The state as plain data, which JSON keeps as it is. It changes no more. O(nodes + work). */
  save(): SavedScheduler {
    const { model } = this.#ground;
    const list = new ClassList(model.classes);
    const { renumber } = list;
    return {
      version: SAVED_VERSION,
      kinds: [...model.kinds.names],
      classes: list.saved,
      ground: this.#ground.save(renumber),
      jobs: saveJobs(this.#jobs, renumber),
      services: this.#services.save(renumber),
      works: this.#works.save(renumber),
      actions: [...this.#actions],
    };
  }

  /**
   * A scheduler that goes on as the saved one would have, if model and options are the same (rule
   * S9). O(nodes + work).
   * @throws Error for a state of another version, or one with more device kinds than the model takes.
   */
  static restore(
    model: PlacementModel,
    saved: SavedScheduler,
    options: SchedulerOptions = DEFAULTS,
  ): Scheduler {
    if (saved.version !== SAVED_VERSION) {
      const versions = `version ${saved.version}, and this scheduler reads version ${SAVED_VERSION}`;
      throw new Error(`the saved state is of ${versions}`);
    }
    if (model.kinds.mask(saved.kinds) === undefined) {
      throw new Error("the saved state has more device kinds than the model tells apart");
    }
    const scheduler = new Scheduler(model, options);
    const renumber = numberClasses(model.classes, saved.classes);
    const ground = Ground.restore(model, saved.ground, renumber);
    scheduler.#ground = ground;
    scheduler.#jobs = restoreJobs(ground, saved.jobs, renumber);
    scheduler.#services = ServiceBook.restore(ground, saved.services, renumber);
    scheduler.#works = WorkBook.restore(ground, saved.works, renumber);
    scheduler.#actions = [...saved.actions];
    return scheduler;
  }

  /**
   * GPU milli free in the cluster, and how much of it typical work could not use (rule P7): the sum
   * of F over nodes. O(nodes).
   */
  fragmentation(): { readonly milliFree: number; readonly milliFragmented: number } {
    const { table, model, rowOf } = this.#ground;
    const { states, fragmentation } = model;
    let milliFree = 0;
    let milliFragmented = 0;
    for (const row of rowOf.values()) {
      const set = table.deviceSet(row);
      milliFree += states.sets.milliFree[set];
      milliFragmented += fragmentation.of(table.kind(row), table.cpuFree[row], set);
    }
    return { milliFree, milliFragmented };
  }

  /** Digest of the state: equal for equal states, in every process (rule S5). O(nodes + work). */
  hash(): string {
    return digestState({
      ground: this.#ground,
      jobs: this.#jobs,
      services: this.#services,
      works: this.#works.works,
      pending: this.#works.pending,
    });
  }

  #addNode({ node }: NodeAdded): Result<undefined, Refusal> {
    const { id, cpu, overcommit } = node;
    if (this.#ground.rowOf.has(id)) return never("duplicate-node", `node ${id} exists already`);
    const invalid = checkNode(node);
    if (invalid !== undefined) return fail(invalid);
    const row = this.#ground.add(node);
    if (row === undefined) return tooManyKinds(`node ${id}`);
    if (overcommit !== undefined) this.#services.lent.open(row, cpu, overcommit);
    return succeed(undefined);
  }

  #observeNode({ node, cpuUsed }: NodeObserved, nowMs: number): Result<undefined, Refusal> {
    const row = this.#ground.rowOf.get(node);
    if (row === undefined) return unknownNode(node);
    const { lent } = this.#services;
    if (!lent.isOpen(row)) return never("invalid-node", `node ${node} is not overcommitted`);
    if (!(cpuUsed >= 0 && cpuUsed <= QUANTITY_MAX)) {
      return never("invalid-node", `services on node ${node} cannot use ${cpuUsed} milli-CPU`);
    }
    lent.observe(row, nowMs, cpuUsed);
    this.#services.lend(row);
    return succeed(undefined);
  }

  #pressNode({ node, isPressed }: NodePressed): Result<undefined, Refusal> {
    const row = this.#ground.rowOf.get(node);
    if (row === undefined) return unknownNode(node);
    this.#ground.setPressed(row, isPressed);
    return succeed(undefined);
  }

  #removeNode({ node }: NodeRemoved): Result<undefined, Refusal> {
    const { rowOf, table } = this.#ground;
    const row = rowOf.get(node);
    if (row === undefined) return unknownNode(node);
    const load = table.load(row);
    if (load > 0) {
      const message = `node ${node} still runs ${load} pieces of work`;
      return fail({ kind: "cannot-now", code: "node-not-empty", message });
    }
    this.#forgetNode(row);
    return succeed(undefined);
  }

  #loseNode({ node }: NodeLost): Result<undefined, Refusal> {
    const row = this.#ground.rowOf.get(node);
    if (row === undefined) return unknownNode(node);
    losePlaces(this.#jobs, row, undefined, this.#actions);
    loseReplicas(this.#services, row, undefined);
    this.#works.lose(row, undefined);
    this.#forgetNode(row);
    return succeed(undefined);
  }

  #forgetNode(row: number): void {
    this.#ground.remove(row);
    this.#services.lent.close(row);
  }

  #closeOrOpen({ kind, node }: NodeDrained | NodeOpened): Result<undefined, Refusal> {
    const { rowOf, drained } = this.#ground;
    const row = rowOf.get(node);
    if (row === undefined) return unknownNode(node);
    const isClosing = kind === "node-drained";
    if (drained.has(row) === isClosing) {
      return never("node-closed", `node ${node} is ${isClosing ? "drained already" : "open"}`);
    }
    this.#ground.setDrained(row, isClosing);
    return succeed(undefined);
  }

  #failDevice({ node, device }: DeviceFailed): Result<undefined, Refusal> {
    const { rowOf, table } = this.#ground;
    const row = rowOf.get(node);
    if (row === undefined) return unknownNode(node);
    if (!table.hasDevice(row, device)) {
      return never("unknown-device", `node ${node} has no working device ${device}`);
    }
    losePlaces(this.#jobs, row, device, this.#actions);
    loseReplicas(this.#services, row, device);
    this.#works.lose(row, device);
    this.#ground.failDevice(row, device);
    loseStranded(this.#jobs, row, this.#actions);
    return succeed(undefined);
  }

  #depart(event: Departed): Result<undefined, Refusal> {
    const { departure } = event;
    // An order that no decision has told yet is nobody's to report.
    const isUntold = this.#actions.some(
      (action) => "departure" in action && action.departure === departure,
    );
    if (isUntold || !this.#ground.departures.isOpen(departure)) {
      return never("unknown-departure", `departure ${departure} is not awaited`);
    }
    this.#ground.depart(departure);
    if (this.#jobs.departing.has(departure)) applyJobDeparted(this.#jobs, event);
    else this.#services.departed(departure);
    return succeed(undefined);
  }
}

function unknownNode(node: NodeId): Result<never, CanNever> {
  return never("unknown-node", `node ${node} is not in the cluster`);
}

function withoutHeld(capacity: Amounts, held: Amounts): Amounts {
  return {
    cpu: Math.max(0, capacity.cpu - held.cpu),
    memory: Math.max(0, capacity.memory - held.memory),
    gpuMilli: Math.max(0, capacity.gpuMilli - held.gpuMilli),
  };
}
