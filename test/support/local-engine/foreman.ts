import assert from "node:assert/strict";
import type { Action, LeaveReason, MemberPlace } from "../../../src/model/action.ts";
import type { Event } from "../../../src/model/event.ts";
import { departureId, jobId, nodeId, replicaId, serviceId } from "../../../src/model/ids.ts";

const NODE = nodeId("a");
const SERVICE = serviceId("s");
const REASON: LeaveReason = { code: "priority", for: "" };

/** What the foreman knows of a job. */
interface Job {
  readonly name: string;
  state: "pending" | "running" | "suspended" | "stopping" | "over";
  attempt: number;
  isStarted: boolean;
  members: number[];
  nextMember: number;
  departure: number | undefined;
  device: number;
}

interface Replica {
  readonly number: number;
  state: "coming" | "awake" | "asleep" | "leaving";
  departure: number | undefined;
  device: number;
}

/** Who is to leave. */
interface Leaving {
  /** Beginnings of the ids of the processes. */
  readonly of: readonly string[];
  /** They stay, and stand still. */
  readonly isStill: boolean;
  /** They were seen to have left: what comes then is another order's. */
  hasLeft: boolean;
}

/** Picks one of so many. */
export type Pick = (count: number) => number;

/**
 * Stands in for the scheduler: gives orders as it pleases, but only such as a scheduler gives, and
 * takes in what an engine tells, of which nothing may be out of place.
 */
export class Foreman {
  readonly #jobs: Job[];
  readonly #replicas = new Map<number, Replica>();
  #nextReplica = 0;
  #nextDeparture = 1;
  /** Departures that are awaited. */
  readonly #open = new Map<number, Leaving>();
  readonly #afterOf = new Map<string, readonly number[]>();
  /** Since the start of each process, by the beginning of its id. */
  readonly #marks: Readonly<Record<"job" | "replica", (name: string) => string>>;
  /** What is to be ordered for events that came. */
  #due: Action[] = [];
  #device = 0;
  isClosing = false;

  constructor(
    jobs: readonly string[],
    marks: Readonly<Record<"job" | "replica", (name: string) => string>>,
  ) {
    this.#marks = marks;
    this.#jobs = jobs.map((name) => ({
      name,
      state: "pending",
      attempt: 0,
      isStarted: false,
      members: [],
      nextMember: 0,
      departure: undefined,
      device: 0,
    }));
  }

  /** A device fails, and others are used from now on. */
  failDevice(): Event {
    const device = this.#device;
    this.#device += 1;
    return { kind: "device-failed", node: NODE, device };
  }

  get open(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** Whether all has left. */
  get isIdle(): boolean {
    const isAway = this.#jobs.every(({ state }) => state === "pending" || state === "over");
    return isAway && this.#open.size === 0 && this.#replicas.size === 0;
  }

  /** Notes who has left, of those that leave. @param isGone whether a process has ended, or stands still. */
  look(processes: readonly string[], isGone: (process: string, isStill: boolean) => boolean): void {
    for (const leaving of this.#open.values()) {
      const all = processes.filter((id) => leaving.of.some((start) => id.startsWith(start)));
      leaving.hasLeft ||= all.every((id) => isGone(id, leaving.isStill));
    }
  }

  /** Departures that a process waits for when it begins or goes on, and that are awaited. */
  blockersOf(process: string): readonly number[] {
    const after = [...this.#afterOf].findLast(([start]) => process.startsWith(start))?.[1];
    return (after ?? []).filter((departure) => this.#open.get(departure)?.hasLeft === false);
  }

  /** Takes in what was told. @throws AssertionError for what cannot be so. */
  apply(event: Event): void {
    switch (event.kind) {
      case "departed":
        return this.#departed(event.departure);
      case "job-started": {
        const job = this.#jobOf(event.job, event.attempt);
        assert.equal(job.state, "running", `started ${job.name}`);
        assert.ok(!job.isStarted, `${job.name} is told as started twice`);
        job.isStarted = true;
        return;
      }
      case "job-ended": {
        const job = this.#jobOf(event.job, event.attempt);
        if (job.state === "running") job.state = event.outcome === "succeeded" ? "over" : "pending";
        else if (job.state === "suspended" && job.departure !== undefined) job.state = "stopping";
        else if (job.state === "suspended") job.state = "pending";
        else assert.equal(job.state, "stopping", `ended ${job.name}`);
        return;
      }
      case "device-failed":
        return this.#lose(event.device);
      case "node-lost":
        return this.#loseAll();
      case "replica-ready": {
        const replica = this.#replicaOf(event.replica);
        assert.equal(replica.state, "coming", `ready ${event.replica}`);
        replica.state = "awake";
        return;
      }
      case "replica-gone": {
        const { number, state } = this.#replicaOf(event.replica);
        assert.notEqual(state, "leaving", `gone ${event.replica}`);
        this.#replicas.delete(number);
        return;
      }
      default:
        return;
    }
  }

  /** Orders for some, or for all to leave. */
  decide(pick: Pick): Action[] {
    const { due } = this;
    const actions = this.isClosing ? this.#closeAll() : this.#order(pick);
    return [...due, ...actions.flatMap((action) => action ?? [])];
  }

  /** What events make necessary, and nothing else. */
  get due(): readonly Action[] {
    const due = this.#due;
    this.#due = [];
    return due;
  }

  #closeAll(): (Action | undefined)[] {
    const jobs = this.#jobs
      .filter(({ state }) => state === "running" || state === "suspended")
      .map((job) => this.#stop(job, false));
    const replicas = [...this.#replicas.values()]
      .filter(({ state }) => state !== "leaving")
      .map((replica) => this.#stopReplica(replica));
    return [...jobs, ...replicas];
  }

  #order(pick: Pick): (Action | undefined)[] {
    const what = pick(this.#jobs.length + 2);
    const job = this.#jobs[what];
    if (job !== undefined) return [this.#orderJob(job, pick)];
    const all = [...this.#replicas.values()];
    const replica = all[pick(all.length + 1)];
    if (replica === undefined) return all.length < 3 ? [this.#startReplica(pick)] : [];
    return [this.#orderReplica(replica, pick)];
  }

  #orderJob(job: Job, pick: Pick): Action | undefined {
    const { state, members, departure } = job;
    if (state === "pending") return this.#start(job, pick);
    if (state === "suspended") {
      if (pick(4) === 0) return this.#stop(job, false);
      return departure === undefined ? this.#resume(job, pick) : undefined;
    }
    if (state !== "running") return undefined;
    switch (pick(5)) {
      case 0:
        return this.#stop(job, pick(2) === 0);
      case 1:
      case 2:
        return this.#suspend(job);
      case 3:
        return this.#grow(job, pick);
      default:
        return members.length > 2 ? this.#shrink(job) : undefined;
    }
  }

  #orderReplica(replica: Replica, pick: Pick): Action | undefined {
    const { state, departure } = replica;
    if (state === "leaving") return undefined;
    if (pick(3) === 0) return this.#stopReplica(replica);
    if (state === "coming" || state === "awake") {
      return departure === undefined ? this.#sleepReplica(replica) : undefined;
    }
    return departure === undefined ? this.#wakeReplica(replica, pick) : undefined;
  }

  #start(job: Job, pick: Pick): Action {
    job.state = "running";
    job.attempt += 1;
    job.isStarted = false;
    job.members = [];
    job.device = this.#device;
    const places = [this.#join(job), this.#join(job)];
    const after = this.#after(pick);
    this.#afterOf.set(`${this.#gangOf(job)}.`, after);
    return {
      kind: "start-job",
      job: jobId(job.name),
      attempt: job.attempt,
      members: places,
      after: after.map(departureId),
    };
  }

  #resume(job: Job, pick: Pick): Action {
    job.state = "running";
    const after = this.#after(pick);
    this.#afterOf.delete(`${this.#gangOf(job)}.`);
    this.#afterOf.set(`${this.#gangOf(job)}.`, after);
    job.device = this.#device;
    const members = job.members.map((member) => placeOf(member, job.device));
    const kind = "resume-job";
    return { kind, job: jobId(job.name), members, after: after.map(departureId) };
  }

  #grow(job: Job, pick: Pick): Action {
    const place = this.#join(job);
    const after = this.#after(pick);
    this.#afterOf.set(`${this.#gangOf(job)}.${place.member}`, after);
    const kind = "grow-job";
    return { kind, job: jobId(job.name), members: [place], after: after.map(departureId) };
  }

  #shrink(job: Job): Action {
    const member = job.members.pop()!;
    const departure = this.#leave([`${this.#gangOf(job)}.${member}`], false);
    const kind = "shrink-job";
    return { kind, job: jobId(job.name), members: [member], departure, reason: REASON };
  }

  #suspend(job: Job): Action {
    job.state = "suspended";
    const departure = this.#leave([`${this.#gangOf(job)}.`], true);
    job.departure = departure;
    return { kind: "suspend-job", job: jobId(job.name), departure, reason: REASON };
  }

  #stop(job: Job, save: boolean): Action {
    job.state = "stopping";
    const departure = this.#leave([`${this.#gangOf(job)}.`], false);
    job.departure = departure;
    return { kind: "stop-job", job: jobId(job.name), save, departure, reason: REASON };
  }

  #startReplica(pick: Pick): Action {
    const number = this.#nextReplica;
    this.#nextReplica += 1;
    const device = this.#device;
    this.#replicas.set(number, { number, state: "coming", departure: undefined, device });
    const after = this.#after(pick);
    this.#afterOf.set(this.#processOf(number), after);
    return {
      kind: "start-replica",
      service: SERVICE,
      replica: replicaId(SERVICE, number),
      node: NODE,
      devices: [device],
      after: after.map(departureId),
    };
  }

  #wakeReplica(replica: Replica, pick: Pick): Action {
    replica.state = "coming";
    replica.device = this.#device;
    const after = this.#after(pick);
    this.#afterOf.set(this.#processOf(replica.number), after);
    return {
      kind: "wake-replica",
      service: SERVICE,
      replica: replicaId(SERVICE, replica.number),
      devices: [replica.device],
      after: after.map(departureId),
    };
  }

  #sleepReplica(replica: Replica): Action {
    replica.state = "asleep";
    const departure = this.#leave([this.#processOf(replica.number)], true);
    replica.departure = departure;
    const id = replicaId(SERVICE, replica.number);
    return { kind: "sleep-replica", service: SERVICE, replica: id, departure };
  }

  #stopReplica(replica: Replica): Action {
    replica.state = "leaving";
    const departure = this.#leave([this.#processOf(replica.number)], false);
    replica.departure = departure;
    const id = replicaId(SERVICE, replica.number);
    return { kind: "stop-replica", service: SERVICE, replica: id, departure, reason: REASON };
  }

  /** What was on the device is gone: jobs are told to stop, replicas are not spoken of again. */
  #lose(device: number): void {
    for (const job of this.#jobs) {
      if (job.state === "running" && job.device === device) this.#due.push(this.#stop(job, false));
    }
    for (const { number, state, device: used } of this.#replicas.values()) {
      const isThere = state === "coming" || state === "awake";
      if (isThere && used === device) this.#replicas.delete(number);
    }
  }

  /** The machine is another: all that was there is gone in the same way. */
  #loseAll(): void {
    const here = this.#jobs.filter(({ state }) => state === "running" || state === "suspended");
    for (const job of here) this.#due.push(this.#stop(job, false));
    for (const { number, state } of this.#replicas.values()) {
      if (state !== "leaving") this.#replicas.delete(number);
    }
  }

  #departed(departure: number): void {
    const leaving = this.#open.get(departure);
    assert.ok(leaving, `departure ${departure} is told and not awaited`);
    assert.ok(leaving.hasLeft, `departure ${departure} is told before its end`);
    this.#open.delete(departure);
    for (const job of this.#jobs) {
      if (job.departure !== departure) continue;
      job.departure = undefined;
      if (job.state === "stopping") job.state = "pending";
    }
    for (const replica of this.#replicas.values()) {
      if (replica.departure !== departure) continue;
      replica.departure = undefined;
      if (replica.state === "leaving") this.#replicas.delete(replica.number);
    }
  }

  #leave(of: readonly string[], isStill: boolean) {
    const departure = this.#nextDeparture;
    this.#nextDeparture += 1;
    this.#open.set(departure, { of, isStill, hasLeft: false });
    return departureId(departure);
  }

  /** Some of those that are leaving. */
  #after(pick: Pick): number[] {
    return this.open.filter(() => pick(2) === 0);
  }

  #join(job: Job): MemberPlace {
    const member = job.nextMember;
    job.nextMember += 1;
    job.members.push(member);
    return placeOf(member, job.device);
  }

  #gangOf({ name, attempt }: Job): string {
    return `${this.#marks.job(name)}.${attempt}`;
  }

  #processOf(number: number): string {
    return `${this.#marks.replica(SERVICE)}.${number}`;
  }

  #jobOf(name: string, attempt: number): Job {
    const job = this.#jobs.find((other) => other.name === name)!;
    assert.equal(attempt, job.attempt, `attempt of ${name}`);
    return job;
  }

  #replicaOf(id: string): Replica {
    const replica = this.#replicas.get(Number(id.slice(id.lastIndexOf("/") + 1)));
    assert.ok(replica, `${id} is told and not known`);
    return replica;
  }
}

function placeOf(member: number, device: number): MemberPlace {
  return { member, role: "worker", node: NODE, devices: [device] };
}
