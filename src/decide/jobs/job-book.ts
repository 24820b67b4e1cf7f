import { type Amounts, amountsOf } from "../../model/amounts.ts";
import type { DepartureId, JobId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import type { Holding } from "../departures.ts";
import type { Ground } from "../ground.ts";
import { QueueTree } from "../queues/queue-tree.ts";
import { Timetable } from "../timetable.ts";
import type { JobRecord, Member } from "./job-record.ts";
import { PendingLines } from "./pending-lines.ts";

const NO_JOBS: ReadonlySet<JobRecord> = new Set();

/** All jobs and where each stands; every change of a job's place keeps the books of all others. */
export class JobBook {
  readonly ground: Ground;
  queues = new QueueTree();
  records = new Map<JobId, JobRecord>();
  lines = new PendingLines();
  timetable = new Timetable();
  /** Jobs that left some place and have not reported it. */
  departing = new Map<DepartureId, JobRecord>();
  suspended = new Set<JobRecord>();
  /** Grows when a job starts, ends or may be made to leave: victims are looked for anew. */
  victimVersion = 0;
  /** Jobs that have a role of changing size. */
  elastic = new Set<JobRecord>();
  /** Room and victim versions after which no elastic job could grow. */
  grownAt = -1;
  grownFor = -1;
  /** Running jobs by leaf and priority: their number. */
  #running = new Map<number, Map<number, number>>();
  #bySequence = new Map<number, JobRecord>();
  #onRow = new Map<number, Set<JobRecord>>();
  #sequence = 0;

  constructor(ground: Ground) {
    this.ground = ground;
  }

  /** Jobs with a member on the row, running or suspended, in no particular order. */
  onRow(row: number): ReadonlySet<JobRecord> {
    return this.#onRow.get(row) ?? NO_JOBS;
  }

  bySequence(sequence: number): JobRecord | undefined {
    return this.#bySequence.get(sequence);
  }

  /** True iff a running job of the leaf has a lower priority. */
  runsLower(leaf: number, priority: number): boolean {
    for (const other of this.#running.get(leaf)?.keys() ?? []) if (other < priority) return true;
    return false;
  }

  /** Leaves with a running job. */
  runningLeaves(): Iterable<number> {
    return this.#running.keys();
  }

  add(job: BatchJob, leaf: number, nowMs: number): JobRecord {
    const classes = job.roles.map(({ request }) => this.ground.model.classes.intern(request)!);
    const sizes = job.roles.map(({ replicas }, role) => `${classes[role]}x${replicas.min}`);
    const record: JobRecord = {
      job,
      sequence: this.#sequence,
      leaf,
      classes,
      shape: sizes.join(" "),
      amounts: minimumAmounts(job),
      state: { kind: "pending" },
      members: [],
      attempt: 0,
      failures: 0,
      nextMember: 0,
      startedMs: nowMs,
      savedMs: nowMs,
      waitCode: undefined,
    };
    this.#sequence += 1;
    this.records.set(job.id, record);
    this.#bySequence.set(record.sequence, record);
    this.queues.countJob(leaf, 1);
    this.queues.addDemand(leaf, record.amounts, 1);
    this.lines.add(record);
    this.victimVersion += 1;
    if (job.roles.some(({ replicas }) => replicas.max > replicas.min)) this.elastic.add(record);
    if (job.deadlineMs !== undefined) this.timetable.add(job.deadlineMs, record.sequence);
    return record;
  }

  /** The job is gone. It holds nothing any more. */
  forget(record: JobRecord): void {
    if (record.state.kind === "pending") this.lines.remove(record);
    this.records.delete(record.job.id);
    this.elastic.delete(record);
    this.#bySequence.delete(record.sequence);
    this.queues.countJob(record.leaf, -1);
    this.queues.addDemand(record.leaf, record.amounts, -1);
    this.victimVersion += 1;
  }

  toPending(record: JobRecord): void {
    record.state = { kind: "pending" };
    record.waitCode = undefined;
    this.lines.add(record);
  }

  /** The gang runs on these places, whose room is taken already. */
  toRunning(record: JobRecord, members: readonly Member[]): void {
    if (record.state.kind === "pending") this.lines.remove(record);
    this.suspended.delete(record);
    record.state = { kind: "running" };
    this.#countRunning(record, 1);
    record.members = members;
    this.#index(record, members);
    this.#account(record, members, 1);
    this.victimVersion += 1;
  }

  addMembers(record: JobRecord, members: readonly Member[]): void {
    record.members = [...record.members, ...members];
    this.#index(record, members);
    this.#account(record, members, 1);
    this.victimVersion += 1;
  }

  /** Members leave a running job: their room is free at once, and they are departing. */
  removeMembers(record: JobRecord, leaving: readonly Member[]): DepartureId {
    for (const member of leaving) this.ground.release(member);
    record.members = record.members.filter((member) => !leaving.includes(member));
    this.#unindex(record, leaving);
    this.#account(record, leaving, -1);
    return this.#depart(record, leaving);
  }

  /** The job leaves its devices and stays in host memory, which has to be free. */
  toSuspended(record: JobRecord): DepartureId {
    const { ground } = this;
    for (const member of record.members) ground.release(member);
    for (const park of this.parkOf(record)) ground.take(park);
    this.#account(record, record.members, -1);
    const departure = this.#depart(record, record.members);
    this.#countRunning(record, -1);
    record.state = { kind: "suspended", departure };
    this.suspended.add(record);
    this.victimVersion += 1;
    return departure;
  }

  /** What a suspended job holds: its own memory and its devices' on each of its nodes. */
  parkOf(record: JobRecord): Holding[] {
    const { classes } = this.ground.model;
    const device = record.job.suspension!.hostMemory;
    return record.members.map(({ row, request }) => ({
      row,
      request: this.ground.hostMemoryClass(classes.memory[request] + device),
      devices: [],
    }));
  }

  /** The job leaves whatever it holds, and is pending or over once it has left. */
  toStopping(record: JobRecord, isOver: boolean): DepartureId {
    const departure = this.#depart(record, this.#vacate(record));
    record.state = { kind: "stopping", departure, isOver };
    return departure;
  }

  /** The job holds nothing any more; its processes are gone already. */
  dropPlaces(record: JobRecord): void {
    this.#vacate(record);
  }

  fork(ground: Ground): JobBook {
    const copy = new JobBook(ground);
    const copies = new Map<JobRecord, JobRecord>();
    const copyOf = (record: JobRecord): JobRecord => {
      let made = copies.get(record);
      if (made === undefined) copies.set(record, (made = { ...record }));
      return made;
    };
    copy.queues = this.queues.fork();
    for (const [id, record] of this.records) copy.records.set(id, copyOf(record));
    copy.lines = this.lines.fork(copyOf);
    copy.timetable = this.timetable.fork();
    for (const [id, record] of this.departing) copy.departing.set(id, copyOf(record));
    for (const record of this.elastic) copy.elastic.add(copyOf(record));
    for (const record of this.suspended) copy.suspended.add(copyOf(record));
    for (const [key, record] of this.#bySequence) copy.#bySequence.set(key, copyOf(record));
    for (const [row, on] of this.#onRow) {
      const onCopy = new Set<JobRecord>();
      for (const record of on) onCopy.add(copyOf(record));
      copy.#onRow.set(row, onCopy);
    }
    for (const [leaf, counts] of this.#running) copy.#running.set(leaf, new Map(counts));
    copy.#sequence = this.#sequence;
    copy.victimVersion = this.victimVersion;
    copy.grownAt = this.grownAt;
    copy.grownFor = this.grownFor;
    return copy;
  }

  /** Frees what the job holds, and returns what it physically leaves. */
  #vacate(record: JobRecord): readonly Holding[] {
    const isParked = record.state.kind === "suspended";
    const held = isParked ? this.parkOf(record) : record.members;
    for (const holding of held) this.ground.release(holding);
    if (!isParked) {
      this.#account(record, record.members, -1);
      this.#countRunning(record, -1);
    }
    this.#unindex(record, record.members);
    this.suspended.delete(record);
    record.members = [];
    this.victimVersion += 1;
    return held;
  }

  #depart(record: JobRecord, holdings: readonly Holding[]): DepartureId {
    const departure = this.ground.departures.begin(holdings);
    this.departing.set(departure, record);
    return departure;
  }

  #countRunning({ leaf, job }: JobRecord, change: 1 | -1): void {
    const counts = this.#running.get(leaf) ?? new Map<number, number>();
    const count = (counts.get(job.priority) ?? 0) + change;
    if (count === 0) counts.delete(job.priority);
    else counts.set(job.priority, count);
    if (counts.size === 0) this.#running.delete(leaf);
    else this.#running.set(leaf, counts);
  }

  #index(record: JobRecord, members: readonly Member[]): void {
    for (const { row } of members) {
      const on = this.#onRow.get(row);
      if (on === undefined) this.#onRow.set(row, new Set([record]));
      else on.add(record);
    }
  }

  #unindex(record: JobRecord, members: readonly Member[]): void {
    for (const { row } of members) {
      if (record.members.some((left) => left.row === row && !members.includes(left))) continue;
      const on = this.#onRow.get(row);
      on?.delete(record);
      if (on?.size === 0) this.#onRow.delete(row);
    }
  }

  #account(record: JobRecord, members: readonly Member[], sign: 1 | -1): void {
    const { roles } = record.job;
    for (const { role } of members) {
      this.queues.add(record.leaf, amountsOf(roles[role].request), sign);
    }
  }
}

/** What the gang holds at its minimum. */
function minimumAmounts({ roles }: BatchJob): Amounts {
  let cpu = 0;
  let memory = 0;
  let gpuMilli = 0;
  for (const { request, replicas } of roles) {
    const one = amountsOf(request);
    cpu += one.cpu * replicas.min;
    memory += one.memory * replicas.min;
    gpuMilli += one.gpuMilli * replicas.min;
  }
  return { cpu, memory, gpuMilli };
}
