import { PlacementModel } from "../../src/decide/placement/placement-model.ts";
import { findPolicy } from "../../src/decide/policies/registry.ts";
import { type SavedScheduler, Scheduler } from "../../src/decide/scheduler.ts";
import { SimulatedEngine } from "../../src/engine/simulated/simulated-engine.ts";
import type { Workload } from "../../src/engine/simulated/workload.ts";
import type { Action } from "../../src/model/action.ts";
import type { Event } from "../../src/model/event.ts";
import { milliseconds } from "../../src/model/units.ts";
import type { WorkloadClass } from "../../src/model/workload-profile.ts";
import type { Books } from "./books.ts";
import { ClaimWatch } from "./claim-watch.ts";
import { checkEnd } from "./end-check.ts";
import { EventWatch } from "./event-watch.ts";
import { JobWatch } from "./job-watch.ts";
import { KeptWatch } from "./kept-watch.ts";
import type { LifePlan } from "./life-plan.ts";
import { PhysicalWatch } from "./physical-watch.ts";
import { drawPrank } from "./pranks.ts";
import { QueueWatch } from "./queue-watch.ts";
import { Room } from "./room.ts";
import { expectRule, RuleBroken } from "./rule-broken.ts";
import { ServiceWatch } from "./service-watch.ts";
import { Twin } from "./twin.ts";
import { checkNobodyWaits } from "./waiting-watch.ts";

/** Steps between two comparisons with the replayed scheduler. */
const STEPS_A_REPLAY = 100;
/** A plan's life is over long before. */
const STEPS_MAX = 20_000;
/** Steps of one moment: what happens at once and follows from each other is not longer. */
const STEPS_A_MOMENT_MAX = 1000;
/** Jobs that others make leave while nothing happens from outside, for each job there is. */
const EVICTIONS_A_JOB_MAX = 6;

export interface LifeOptions {
  /** Told what happens, line by line. */
  readonly onLine?: (line: string) => void;
}

/** One life of a small cluster: the production scheduler, the simulated engine, and the books. */
export class Life {
  steps = 0;
  readonly #plan: LifePlan;
  readonly #engine: SimulatedEngine;
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #books: Books;
  readonly #watch: EventWatch;
  readonly #twin: Twin;
  #scheduler: Scheduler;
  #nextPrank = 0;
  #accepted: Event[] = [];
  #stepsNow = 0;
  #idleStepsNow = 0;
  #evictions = 0;

  constructor(plan: LifePlan, { onLine }: LifeOptions = {}) {
    this.#plan = plan;
    this.#onLine = onLine;
    this.#engine = new SimulatedEngine(plan.workload);
    const build = (saved?: SavedScheduler) => buildScheduler(plan, saved);
    this.#scheduler = build();
    this.#twin = new Twin(build, plan.seed);
    this.#books = buildBooks(plan);
    this.#watch = new EventWatch(this.#books);
  }

  /**
   * Lives until nothing happens any more, or for so many steps.
   * @throws RuleBroken at the first step at which something is wrong.
   */
  run(stepsMax = STEPS_MAX): void {
    try {
      while (this.steps < stepsMax) if (!this.#step()) return;
    } catch (error) {
      if (error instanceof RuleBroken || !(error instanceof Error)) throw error;
      const broken = new RuleBroken("error", error.message);
      if (error.stack !== undefined) broken.stack = error.stack;
      throw broken;
    }
    expectRule(stepsMax < STEPS_MAX, "end", `the life is not over after ${stepsMax} steps`);
  }

  #step(): boolean {
    const books = this.#books;
    const next = this.#engine.next(this.#scheduler.nextWakeMs(milliseconds(books.nowMs)));
    if (next === undefined) {
      this.#compare();
      checkEnd(books, this.#engine.books, this.#plan.workload);
      return false;
    }
    this.steps += 1;
    this.#passTime(next.nowMs, next.events.length > 0);
    for (const event of next.events) this.#tell(event, this.#watch.mayHappen(event));
    this.#playPranks();
    const now = milliseconds(books.nowMs);
    const actions = this.#scheduler.decide(now, this.#twin.random);
    const step = { nowMs: now, events: this.#accepted, answer: JSON.stringify(actions) };
    this.#twin.note(this.#scheduler, step);
    this.#accepted = [];
    this.#carryOut(actions);
    this.#engine.carryOut(
      now,
      actions.filter(({ kind }) => kind !== "place" && kind !== "wait"),
    );
    if (this.steps % STEPS_A_REPLAY === 0) this.#compare();
    return true;
  }

  #passTime(nowMs: number, hasEvents: boolean): void {
    const isSame = nowMs === this.#books.nowMs;
    this.#stepsNow = isSame ? this.#stepsNow + 1 : 0;
    this.#idleStepsNow = isSame && !hasEvents ? this.#idleStepsNow + 1 : 0;
    this.#books.nowMs = nowMs;
    expectRule(this.#idleStepsNow < 3, "S1", `it wakes again and again at ${nowMs} ms`);
    expectRule(this.#stepsNow < STEPS_A_MOMENT_MAX, "end", `time stands still at ${nowMs} ms`);
  }

  /** Tells the scheduler, which accepts the event iff it may happen, and keeps the books. */
  #tell(event: Event, mayHappen: boolean): void {
    const { nowMs } = this.#books;
    const scheduler = this.#scheduler;
    const now = milliseconds(nowMs);
    this.#onLine?.(`${nowMs} ${mayHappen ? "" : "(refused) "}${JSON.stringify(event)}`);
    const hash = mayHappen ? "" : scheduler.hash();
    const wakeMs = scheduler.nextWakeMs(now);
    const result = scheduler.apply(event, now);
    if (result.ok) {
      expectRule(mayHappen, "M4", () => `accepts ${JSON.stringify(event)}`);
      this.#accepted.push(event);
      this.#watch.happen(event);
      if (isFromOutside(event)) this.#evictions = 0;
      return;
    }
    expectRule(!mayHappen, "M4", `refuses ${event.kind}: ${result.reason.message}`);
    const isUnchanged = scheduler.hash() === hash && scheduler.nextWakeMs(now) === wakeMs;
    expectRule(isUnchanged, "S2", () => `a refused event leaves a trace: ${JSON.stringify(event)}`);
  }

  #playPranks(): void {
    const { pranks, settleMs } = this.#plan;
    if (this.#books.nowMs >= settleMs) {
      for (const work of this.#watch.works.keys()) this.#tell({ kind: "work-ended", work }, true);
      return;
    }
    for (; pranks[this.#nextPrank]?.step <= this.steps; this.#nextPrank += 1) {
      const { pick } = pranks[this.#nextPrank];
      const prank = drawPrank(pick, this.#books, this.#watch);
      if (prank === undefined) continue;
      this.#tell(prank.event, prank.isInvalid !== true && this.#watch.mayHappen(prank.event));
    }
  }

  #carryOut(actions: readonly Action[]): void {
    const { jobs, services, claims, logical, nowMs } = this.#books;
    for (const life of jobs.alive) {
      if (life.place === "delayed" && life.untilMs <= nowMs) {
        life.place = "pending";
        life.waitCode = undefined;
      }
    }
    let isRoomFreed = false;
    for (const action of actions) {
      this.#onLine?.(`${nowMs}   ${JSON.stringify(action)}`);
      if (freesRoom(action)) isRoomFreed = true;
      claims.look(action);
      this.#countEviction(action);
      if (action.kind === "place" || action.kind === "wait") this.#watch.carryOut(action);
      else if ("job" in action) jobs.carryOut(action);
      else services.carryOut(action);
    }
    claims.checkAllCame();
    this.#checkDue();
    services.check();
    const free = this.#scheduler.fragmentation().milliFree;
    expectRule(
      free === logical.milliFree(),
      "S3",
      () => `${free} milli are free, not ${logical.milliFree()}`,
    );
    expectRule(this.#scheduler.nodeCount === logical.nodes.size, "S3", "the nodes are others");
    if (!isRoomFreed) checkNobodyWaits(this.#books, this.#plan.patienceMs !== undefined);
  }

  /** What events or the time demand was done in this decision (rules J6, J8, J9). */
  #checkDue(): void {
    const { jobs, services, nowMs } = this.#books;
    for (const life of jobs.alive) {
      const { job, mustStop, isOver } = life;
      expectRule(mustStop === undefined, "J8", `${job.id} is not told to stop: ${mustStop}`);
      const isLate = (job.deadlineMs ?? Number.POSITIVE_INFINITY) <= nowMs && !isOver;
      expectRule(!isLate, "J9", `${job.id} is not given up at its deadline`);
    }
    for (const [id, { isRemoved, replicas }] of services.lives) {
      if (isRemoved && replicas.size === 0) services.lives.delete(id);
    }
  }

  #countEviction(action: Action): void {
    if (action.kind !== "stop-job" && action.kind !== "suspend-job") return;
    const { code } = action.reason;
    if (code !== "reclaim" && code !== "priority") return;
    this.#evictions += 1;
    const most = EVICTIONS_A_JOB_MAX * (this.#books.jobs.alive.size + 1);
    expectRule(this.#evictions <= most, "Q5", `${this.#evictions} evictions, and nothing happened`);
  }

  #compare(): void {
    this.#scheduler = this.#twin.compare(this.#scheduler, Math.floor(this.steps / STEPS_A_REPLAY));
  }
}

/** Somebody leaves, or goes back to devices and gives host memory back. */
function freesRoom(action: Action): boolean {
  return "departure" in action || action.kind === "wake-replica" || action.kind === "resume-job";
}

/** Something that changes what jobs and services want, or what there is. */
function isFromOutside({ kind }: Event): boolean {
  return !["departed", "job-started", "job-checkpointed", "replica-ready"].includes(kind);
}

function buildBooks({ graceMs }: LifePlan): Books {
  const ground = new Room("J4");
  const logical = new Room("S3");
  const books = {
    nowMs: 0,
    graceMs,
    logical,
    kept: new KeptWatch(logical),
    ground,
    physical: new PhysicalWatch(ground),
    queues: new QueueWatch(),
  } as Books;
  const watches = {
    jobs: new JobWatch(books),
    claims: new ClaimWatch(books),
    services: new ServiceWatch(books),
  };
  return Object.assign(books, watches);
}

/** A scheduler with a model of its own, from a saved state if one is given. */
function buildScheduler(plan: LifePlan, saved?: SavedScheduler): Scheduler {
  const { policy, graceMs, patienceMs, workload } = plan;
  const model = new PlacementModel(findPolicy(policy)!, { classes: classesOf(workload) });
  const options = { graceMs, ...(patienceMs !== undefined && { patienceMs }) };
  return saved === undefined
    ? new Scheduler(model, options)
    : Scheduler.restore(model, saved, options);
}

function classesOf({ jobs, events }: Workload): WorkloadClass[] {
  const classes: WorkloadClass[] = [];
  for (const { job } of jobs) {
    for (const { request, replicas } of job.roles) classes.push({ request, count: replicas.min });
  }
  for (const { event } of events) {
    if (event.kind === "service-set") classes.push({ request: event.service.request, count: 1 });
  }
  return classes;
}
