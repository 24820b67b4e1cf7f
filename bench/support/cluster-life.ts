import { PlacementModel } from "../../src/decide/placement/placement-model.ts";
import { findPolicy } from "../../src/decide/policies/registry.ts";
import { Scheduler } from "../../src/decide/scheduler.ts";
import { Timetable } from "../../src/decide/timetable.ts";
import type { Action } from "../../src/model/action.ts";
import type { Event, RequestCounts } from "../../src/model/event.ts";
import type { DepartureId, JobId, ReplicaId, ServiceId } from "../../src/model/ids.ts";
import type { BatchJob } from "../../src/model/job.ts";
import type { Node } from "../../src/model/node.ts";
import { type Milliseconds, milliseconds } from "../../src/model/units.ts";
import type { WorkloadClass } from "../../src/model/workload-profile.ts";
import { seededRandom } from "../../src/simulate/seeded-random.ts";

/** Time that whoever leaves takes. */
const DEPARTURE_MS = 10_000;
/** Mean run time of a job. */
const RUN_MS = 3_600_000;
/** One end of a job in so many is a failure. */
const FAILURE_EVERY = 30;

interface LiveJob {
  readonly job: BatchJob;
  attempt: number;
  /** Grows with each start, stop, suspension and resumption: what was planned before is void. */
  epoch: number;
  members: number;
  isRunning: boolean;
}

type Planned =
  | { readonly kind: "end"; readonly job: JobId; readonly epoch: number }
  | { readonly kind: "departed"; readonly departure: DepartureId }
  | { readonly kind: "ready"; readonly replica: ReplicaId };

export interface LifeCounts {
  decisions: number;
  starts: number;
  ends: number;
  waits: number;
  stops: number;
  suspensions: number;
  shrinks: number;
  growths: number;
  replicaStarts: number;
}

/**
 * A cluster whose jobs run as long as they were drawn to, with the production scheduler: what
 * happens next is told to it, and it decides after each event. Only its time is measured.
 */
export class ClusterLife {
  readonly scheduler: Scheduler;
  readonly random = seededRandom(7);
  readonly counts: LifeCounts = {
    decisions: 0,
    starts: 0,
    ends: 0,
    waits: 0,
    stops: 0,
    suspensions: 0,
    shrinks: 0,
    growths: 0,
    replicaStarts: 0,
  };
  /** Microseconds of each decision with its event, in order. */
  readonly decisionUs: number[] = [];
  /** Time that the scheduler took for all of them. */
  schedulerMs = 0;
  nowMs = 0;
  /** Jobs that wait, and members that run. */
  pending = 0;
  running = 0;
  runningMilli = 0;
  readonly #jobs = new Map<JobId, LiveJob>();
  readonly #planned: Planned[] = [];
  readonly #timetable = new Timetable();
  readonly #requests = new Map<ServiceId, RequestCounts>();
  #free: number[] = [];

  constructor(nodes: readonly Node[], classes: readonly WorkloadClass[], policy = "neuraxis") {
    const cpu = nodes.reduce((sum, node) => sum + node.cpu, 0);
    const devices = nodes.reduce((sum, node) => sum + node.devices.length, 0);
    const profile = { classes, cpuPerGpuMilli: cpu / (devices * 1000) };
    this.scheduler = new Scheduler(new PlacementModel(findPolicy(policy)!, profile));
    for (const node of nodes) this.apply({ kind: "node-added", node });
  }

  get now(): Milliseconds {
    return milliseconds(this.nowMs);
  }

  /** Jobs that have not ended. */
  get jobs(): number {
    return this.#jobs.size;
  }

  /** An event that needs no decision of its own. */
  apply(event: Event): void {
    const result = this.scheduler.apply(event, milliseconds(this.nowMs));
    if (!result.ok) throw new Error(`${event.kind}: ${result.reason.message}`);
  }

  /** An event, and what is decided after it. */
  tell(event: Event): void {
    const startMs = performance.now();
    this.apply(event);
    this.#decide(startMs);
  }

  submit(job: BatchJob): void {
    this.#jobs.set(job.id, { job, attempt: 0, epoch: 0, members: 0, isRunning: false });
    this.pending += 1;
    this.tell({ kind: "job-submitted", job });
  }

  /** The service has so many requests in flight, all of them being served. */
  load(service: ServiceId, inFlight: number): void {
    const before = this.#requests.get(service) ?? { arrived: 0, begun: 0, ended: 0 };
    const change = inFlight - (before.arrived - before.ended);
    const arrived = before.arrived + Math.max(0, change);
    const ended = before.ended + Math.max(0, -change);
    const requests = { arrived, begun: arrived, ended };
    this.#requests.set(service, requests);
    this.tell({ kind: "service-observed", service, requests });
  }

  /** Goes on to what happens next; false if nothing does. */
  step(): boolean {
    const nextMs = this.#timetable.nextMs;
    const wakeMs = this.scheduler.nextWakeMs(milliseconds(this.nowMs));
    if (wakeMs !== undefined && (nextMs === undefined || wakeMs < nextMs)) {
      this.nowMs = wakeMs;
      this.#decide(performance.now());
      return true;
    }
    if (nextMs === undefined) return false;
    this.nowMs = Math.max(this.nowMs, nextMs);
    const place = this.#timetable.takeDue(nextMs)!;
    const planned = this.#planned[place];
    this.#free.push(place);
    this.#happen(planned);
    return true;
  }

  /** Time of the next event, infinite if there is none. */
  get nextMs(): number {
    return this.#timetable.nextMs ?? Number.POSITIVE_INFINITY;
  }

  #happen(planned: Planned): void {
    switch (planned.kind) {
      case "departed":
        this.tell({ kind: "departed", departure: planned.departure });
        return;
      case "ready": {
        // The replica may have been told to leave meanwhile: then this is refused.
        const event = { kind: "replica-ready", replica: planned.replica } as const;
        this.scheduler.apply(event, milliseconds(this.nowMs));
        return;
      }
      case "end": {
        const live = this.#jobs.get(planned.job);
        if (live === undefined || live.epoch !== planned.epoch || !live.isRunning) return;
        const isFailed = this.random.below(FAILURE_EVERY) === 0;
        this.#setRunning(live, false, 0);
        this.counts.ends += 1;
        if (!isFailed) this.#jobs.delete(planned.job);
        else this.pending += 1;
        const outcome = isFailed ? "failed" : "succeeded";
        this.tell({ kind: "job-ended", job: planned.job, attempt: live.attempt, outcome });
      }
    }
  }

  #decide(startMs: number): void {
    const actions = this.scheduler.decide(milliseconds(this.nowMs), this.random);
    const ms = performance.now() - startMs;
    this.schedulerMs += ms;
    this.decisionUs.push(ms * 1000);
    this.counts.decisions += 1;
    for (const action of actions) this.#carryOut(action);
  }

  #carryOut(action: Action): void {
    switch (action.kind) {
      case "start-job": {
        const live = this.#jobs.get(action.job)!;
        live.attempt = action.attempt;
        this.counts.starts += 1;
        this.#run(live, action.members.length, action.after.length);
        // Refused if the same decision made it leave again.
        this.scheduler.apply(
          { kind: "job-started", job: action.job, attempt: action.attempt },
          milliseconds(this.nowMs),
        );
        return;
      }
      case "resume-job":
        this.#run(this.#jobs.get(action.job)!, action.members.length, action.after.length);
        return;
      case "grow-job":
        this.counts.growths += 1;
        return;
      case "shrink-job":
        this.counts.shrinks += 1;
        this.#plan({ kind: "departed", departure: action.departure }, DEPARTURE_MS);
        return;
      case "suspend-job":
      case "stop-job": {
        this.counts[action.kind === "stop-job" ? "stops" : "suspensions"] += 1;
        const live = this.#jobs.get(action.job);
        if (live?.isRunning === true) {
          this.#setRunning(live, false, 0);
          this.pending += 1;
        }
        this.#plan({ kind: "departed", departure: action.departure }, DEPARTURE_MS);
        return;
      }
      case "give-up-job":
        this.#jobs.delete(action.job);
        this.pending -= 1;
        return;
      case "wait-job":
        this.counts.waits += 1;
        return;
      case "start-replica":
      case "wake-replica":
        this.counts.replicaStarts += 1;
        this.#plan({ kind: "ready", replica: action.replica }, DEPARTURE_MS);
        return;
      case "sleep-replica":
      case "stop-replica":
        this.#plan({ kind: "departed", departure: action.departure }, DEPARTURE_MS);
        return;
      default:
    }
  }

  #run(live: LiveJob, members: number, after: number): void {
    this.pending -= 1;
    this.#setRunning(live, true, members);
    // Run times from 10 minutes to a bit below two hours.
    const runMs = RUN_MS / 6 + this.random.below((RUN_MS * 10) / 6);
    const { epoch, job } = live;
    this.#plan({ kind: "end", job: job.id, epoch }, runMs + (after > 0 ? DEPARTURE_MS : 0));
  }

  #setRunning(live: LiveJob, isRunning: boolean, members: number): void {
    const wanted = live.job.roles[0].request.accelerators;
    const milli = wanted === undefined ? 0 : wanted.count * wanted.milli;
    this.running += members - live.members;
    this.runningMilli += milli * (members - live.members);
    live.members = members;
    live.isRunning = isRunning;
    live.epoch += 1;
  }

  #plan(planned: Planned, inMs: number): void {
    const place = this.#free.pop() ?? this.#planned.length;
    this.#planned[place] = planned;
    this.#timetable.add(this.nowMs + inMs, place);
  }
}
