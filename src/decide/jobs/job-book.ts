import { amountsOf, NO_AMOUNTS } from "../../model/amounts.ts";
import { mayLoseNothing, sizeOf } from "./leaving-cost.ts";
import { parkedMemory } from "../../model/resources.ts";
import type { DepartureId, JobId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import type { Holding } from "../departures.ts";
import type { Ground } from "../ground.ts";
import { QueueTree } from "../queues/queue-tree.ts";
import { Timetable } from "../timetable.ts";
import { gangAmounts } from "./gang-amounts.ts";
import { GroupChoices } from "./group-choices.ts";
import { JobGroups } from "./job-groups.ts";
import { dropKeptRoom, type KeptRoom } from "./kept-room.ts";
import { type JobRecord, type Member, newRecord, spareRoleOf } from "./job-record.ts";
import { PendingLines } from "./pending-lines.ts";
import { RowIndex } from "./row-index.ts";
import { SortedJobs } from "./sorted-jobs.ts";
import type { VictimMemo } from "./victim-memo.ts";

/** All jobs and where each stands; every change of a job's place keeps the books of all others. */
export class JobBook {
  readonly ground: Ground;
  readonly queues: QueueTree;
  readonly records = new Map<JobId, JobRecord>();
  /** Of the next job that is submitted. */
  nextSequence = 0;
  readonly lines = new PendingLines();
  readonly timetable: Timetable;
  /** Jobs that left some place and have not reported it. */
  readonly departing = new Map<DepartureId, JobRecord>();
  readonly suspended = new Set<JobRecord>();
  /** Grows when a job starts, ends or may be made to leave: victims are looked for anew. */
  victimVersion = 0;
  /** Jobs that have a role of changing size. */
  readonly elastic = new Set<JobRecord>();
  /** Room and victim versions after which no elastic job could grow. */
  grownAt = -1;
  grownFor = -1;
  /** Running jobs that have not all members that they could have, by class of what they lack. */
  readonly hungry = new Map<number, SortedJobs>();
  /** Running jobs that have members to spare. */
  readonly sparing = new SortedJobs();
  /** Running jobs that may lose nothing by leaving, whatever the time. */
  readonly costless = new Set<JobRecord>();
  /** Jobs whose work was saved at that time. */
  readonly #fresh = new Set<JobRecord>();
  #freshMs = 0;
  /** Running jobs by who may make them leave. */
  readonly groups = new JobGroups();
  /** Which of them may be made to leave. */
  readonly choices = new GroupChoices();
  readonly rows: RowIndex;
  /** Pending jobs that had their turn in vain before others started. */
  readonly overtaken = new Set<JobRecord>();
  keptRoom: KeptRoom | undefined;
  /** What is known of those who may leave for a replica, by class. */
  readonly replicaMemos = new Map<number, VictimMemo>();
  readonly #bySequence = new Map<number, JobRecord>();

  constructor(ground: Ground, queues = new QueueTree(), timetable = new Timetable()) {
    this.ground = ground;
    this.queues = queues;
    this.timetable = timetable;
    this.rows = new RowIndex(ground.model.classes);
  }

  /** Whether there is nothing to decide about: no job, and nothing that becomes due. */
  get isEmpty(): boolean {
    return this.records.size === 0 && this.timetable.nextMs === undefined;
  }

  /** Jobs with a member on the row, running or suspended, in no particular order. */
  onRow(row: number): Iterable<JobRecord> {
    return this.rows.on(row).keys();
  }

  /** Jobs that run and whose work was saved at this very time: they have nothing to lose. */
  freshAt(nowMs: number): Iterable<JobRecord> {
    return this.#freshMs === nowMs ? this.#fresh : [];
  }

  /** What the job has done is safe at this time, which never goes back. */
  saved(record: JobRecord, nowMs: number): void {
    record.savedMs = nowMs;
    this.#isSafe(record);
  }

  #isSafe(record: JobRecord): void {
    const { savedMs } = record;
    if (savedMs < this.#freshMs) return;
    if (savedMs > this.#freshMs) this.#fresh.clear();
    this.#freshMs = savedMs;
    this.#fresh.add(record);
  }

  bySequence(sequence: number): JobRecord | undefined {
    return this.#bySequence.get(sequence);
  }

  add(job: BatchJob, leaf: number, nowMs: number): JobRecord {
    const record = newRecord(this.ground, job, { leaf, sequence: this.nextSequence, nowMs });
    this.nextSequence += 1;
    this.#enter(record);
    this.lines.add(record);
    this.victimVersion += 1;
    if (job.deadlineMs !== undefined) this.timetable.add(job.deadlineMs, record.sequence);
    return record;
  }

  #enter(record: JobRecord): void {
    const { job, leaf } = record;
    this.records.set(job.id, record);
    this.#bySequence.set(record.sequence, record);
    this.queues.countJob(leaf, 1);
    this.queues.addDemand(leaf, record.amounts, 1);
    if (job.roles.some(({ replicas }) => replicas.max > replicas.min)) this.elastic.add(record);
  }

  /** The job is gone. It holds nothing any more. */
  forget(record: JobRecord): void {
    if (record.state.kind === "pending") this.#leaveLine(record);
    this.records.delete(record.job.id);
    this.elastic.delete(record);
    this.#bySequence.delete(record.sequence);
    this.queues.countJob(record.leaf, -1);
    this.queues.addDemand(record.leaf, record.amounts, -1);
    this.victimVersion += 1;
  }

  /** What the running job has done is safe: at its start, or by a checkpoint. */
  progressed(record: JobRecord, nowMs: number, hasStarted: boolean): void {
    // It loses less by leaving than was known.
    if (record.savedMs < nowMs) this.mayLeave(record);
    this.saved(record, nowMs);
    if (!hasStarted) return;
    record.startedMs = nowMs;
    const { minimumRuntimeMs } = record.job;
    if (minimumRuntimeMs > 0) this.timetable.add(nowMs + minimumRuntimeMs, record.sequence);
  }

  /** The running job may be made to leave where it was not before: its rows are looked at again. */
  mayLeave(record: JobRecord): void {
    for (const { row } of record.members) this.ground.table.touch(row);
    this.victimVersion += 1;
  }

  toPending(record: JobRecord): void {
    record.state = { kind: "pending" };
    record.waitCode = undefined;
    this.lines.add(record);
  }

  /** The gang runs on these places, whose room is taken already. */
  toRunning(record: JobRecord, members: readonly Member[]): void {
    if (record.state.kind === "pending") this.#leaveLine(record);
    if (this.suspended.delete(record)) {
      this.rows.remove(record, record.members);
      this.#waitsNoMore(record);
    }
    record.state = { kind: "running" };
    record.group = this.groups.join(record);
    record.members = members;
    this.rows.add(record, members);
    this.#recount(record);
    this.#account(record, members, 1);
    this.victimVersion += 1;
  }

  addMembers(record: JobRecord, members: readonly Member[]): void {
    record.members = [...record.members, ...members];
    this.rows.add(record, members);
    this.#recount(record);
    this.mayLeave(record);
    this.#account(record, members, 1);
    this.victimVersion += 1;
  }

  /** Members leave a running job: their room is free at once, and they are departing. */
  removeMembers(record: JobRecord, leaving: readonly Member[]): DepartureId {
    for (const member of leaving) this.ground.release(member);
    record.members = record.members.filter((member) => !leaving.includes(member));
    this.rows.remove(record, leaving);
    this.#recount(record);
    this.#account(record, leaving, -1);
    return this.#depart(record, leaving);
  }

  /** The job leaves its devices and stays in host memory, which has to be free. */
  toSuspended(record: JobRecord, nowMs: number): DepartureId {
    const { ground } = this;
    record.suspendedMs = nowMs;
    ground.unkeep(keeperOf(record));
    for (const member of record.members) ground.release(member);
    for (const park of this.parkOf(record)) ground.take(park);
    this.#account(record, record.members, -1);
    const departure = this.#depart(record, record.members.map(ground.withoutMemory));
    record.state = { kind: "suspended", departure };
    this.#stopsRunning(record);
    this.suspended.add(record);
    this.victimVersion += 1;
    return departure;
  }

  /**
   * The suspended job goes on at these places, whose room is taken already. What it held of host
   * memory beside its own it holds until `after` have departed.
   */
  resume(
    record: JobRecord,
    members: readonly Member[],
    { nowMs, after }: { readonly nowMs: number; readonly after: readonly DepartureId[] },
  ): void {
    const { roles, suspension } = record.job;
    record.savedMs += nowMs - record.suspendedMs!;
    record.suspendedMs = undefined;
    const devices = members.map(({ row, role }) => {
      const memory = parkedMemory(roles[role].request, suspension!.hostMemory);
      return { row, request: this.ground.hostMemoryClass(memory), devices: [] };
    });
    this.ground.keep(keeperOf(record), devices, after);
    this.toRunning(record, members);
  }

  /** What a suspended job holds: its own memory and its devices' on each of its nodes. */
  parkOf(record: JobRecord): Holding[] {
    const { classes } = this.ground.model;
    const { roles, suspension } = record.job;
    return record.members.map(({ row, request, role }) => {
      const parked = parkedMemory(roles[role].request, suspension!.hostMemory);
      const memory = classes.memory[request] + parked;
      return { row, request: this.ground.hostMemoryClass(memory), devices: [] };
    });
  }

  /** The job leaves whatever it holds, and is pending or over once it has left. */
  toStopping(record: JobRecord, isOver: boolean): DepartureId {
    const departure = this.#depart(record, this.#vacate(record));
    record.state = { kind: "stopping", departure, isOver };
    return departure;
  }

  /** The job that is being suspended keeps nothing: it is pending or over once it has departed. */
  endSuspending(record: JobRecord, departure: DepartureId, isOver: boolean): void {
    this.#vacate(record);
    record.state = { kind: "stopping", departure, isOver };
  }

  /** The job holds nothing any more; its processes are gone already. */
  dropPlaces(record: JobRecord): void {
    this.#vacate(record);
  }

  /**
   * Takes in a job as it stood in another book. Its members' rows are of this ground, and it takes
   * there what it held.
   */
  restore(record: JobRecord): void {
    this.#enter(record);
    const { state, members } = record;
    if (state.kind === "pending") this.lines.add(record);
    if (state.kind === "suspended") this.suspended.add(record);
    if (state.kind === "running") {
      record.group = this.groups.join(record);
      this.#account(record, members, 1);
      this.#isSafe(record);
    }
    for (const holding of this.#heldBy(record)) this.ground.take(holding);
    this.rows.add(record, members);
    this.#recount(record);
    if (record.overtakenMs !== undefined) this.overtaken.add(record);
    if (state.kind !== "suspended" && state.kind !== "stopping") return;
    const { departure } = state;
    if (this.ground.departures.isOpen(departure)) this.departing.set(departure, record);
  }

  /** Frees what the job holds, and returns what it physically leaves. */
  #vacate(record: JobRecord): readonly Holding[] {
    const kept = this.ground.unkeep(keeperOf(record));
    const held = this.#heldBy(record);
    for (const holding of held) this.ground.release(holding);
    if (record.state.kind !== "suspended") this.#account(record, record.members, -1);
    this.rows.remove(record, record.members);
    if (this.suspended.delete(record)) this.#waitsNoMore(record);
    record.suspendedMs = undefined;
    record.members = [];
    this.#stopsRunning(record);
    this.victimVersion += 1;
    return [...held, ...kept];
  }

  #heldBy(record: JobRecord): readonly Holding[] {
    return record.state.kind === "suspended" ? this.parkOf(record) : record.members;
  }

  /** It is not pending any more. */
  #leaveLine(record: JobRecord): void {
    this.lines.remove(record);
    this.#waitsNoMore(record);
  }

  #waitsNoMore(record: JobRecord): void {
    record.overtakenMs = undefined;
    this.overtaken.delete(record);
    if (this.keptRoom?.record === record) dropKeptRoom(this);
  }

  #depart(record: JobRecord, holdings: readonly Holding[]): DepartureId {
    const departure = this.ground.departures.begin(holdings);
    this.departing.set(departure, record);
    return departure;
  }

  /** It holds no devices any more, or nothing at all. */
  #stopsRunning(record: JobRecord): void {
    if (record.group !== undefined) this.groups.leave(record.group);
    record.group = undefined;
    this.#recount(record);
  }

  /** Members by role, those to spare, and whether it lacks some: of running jobs only. */
  #recount(record: JobRecord): void {
    const { job, classes, group } = record;
    const counts = job.roles.map(() => 0);
    for (const { role } of record.members) counts[role] += 1;
    record.counts = counts;
    record.size = sizeOf(this.ground, record);
    const role = spareRoleOf(record);
    const spare =
      group === undefined ? 0 : Math.max(0, counts[role] - job.roles[role].replicas.min);
    if (spare > 0) this.sparing.add(record);
    else if (record.spare > 0) this.sparing.delete(record);
    record.spare = spare;
    this.rows.changed(record.members);
    if (group !== undefined && mayLoseNothing(record)) this.costless.add(record);
    else this.costless.delete(record);
    this.#setGrown(record);
    if (!this.elastic.has(record)) return;
    for (const request of classes) this.hungry.get(request)?.delete(record);
    if (group === undefined) return;
    for (const [each, { replicas }] of job.roles.entries()) {
      if (counts[each] >= replicas.max) continue;
      let others = this.hungry.get(classes[each]);
      if (others === undefined) this.hungry.set(classes[each], (others = new SortedJobs()));
      others.add(record);
    }
  }

  /** Queues are told what the job holds beyond its minimum: nobody is evicted for that (rule Q5). */
  #setGrown(record: JobRecord): void {
    const { job, counts, group, leaf } = record;
    const more = job.roles.map(({ replicas }, role) => Math.max(0, counts[role] - replicas.min));
    this.queues.addSpare(leaf, record.grown, -1);
    record.grown = group === undefined ? NO_AMOUNTS : gangAmounts(job, more);
    this.queues.addSpare(leaf, record.grown, 1);
  }

  #account(record: JobRecord, members: readonly Member[], sign: 1 | -1): void {
    const { roles } = record.job;
    for (const { role } of members) {
      this.queues.add(record.leaf, amountsOf(roles[role].request), sign);
    }
  }
}

/** The job's name among those that keep something. */
function keeperOf({ job }: JobRecord): string {
  return `job ${job.id}`;
}
