import type {
  GiveUpJob,
  GrowJob,
  JobAction,
  LeaveReason,
  MemberPlace,
  ResumeJob,
  ShrinkJob,
  StartJob,
  StopJob,
  SuspendJob,
  WaitJob,
} from "../../src/model/action.ts";
import { amountsOf } from "../../src/model/amounts.ts";
import type { DepartureId, JobId } from "../../src/model/ids.ts";
import { unreachable } from "../../src/model/unreachable.ts";
import type { Books } from "./books.ts";
import { countOf, heldBy, type JobLife, type MemberLife, parkedBy } from "./job-life.ts";
import { checkPlace, type Hold } from "./room.ts";
import { expectRule } from "./rule-broken.ts";

/** Follows the actions about jobs, and checks each by the rules J, Q4 and V6. */
export class JobWatch {
  readonly lives = new Map<JobId, JobLife>();
  /** By departure: whose it is, where it is the whole job's. */
  readonly departing = new Map<DepartureId, JobLife>();
  /** Lives that are neither over nor out of the watch. */
  readonly alive = new Set<JobLife>();
  readonly #books: Books;

  constructor(books: Books) {
    this.#books = books;
  }

  carryOut(action: JobAction): void {
    const life = this.lives.get(action.job);
    expectRule(life !== undefined, "M4", `${action.kind} ${action.job}: no such job was submitted`);
    switch (action.kind) {
      case "start-job":
        return this.#start(life, action);
      case "resume-job":
        return this.#resume(life, action);
      case "grow-job":
        return this.#grow(life, action);
      case "shrink-job":
        return this.#shrink(life, action);
      case "suspend-job":
        return this.#suspend(life, action);
      case "stop-job":
        return this.#stop(life, action);
      case "wait-job":
        return this.#wait(life, action);
      case "give-up-job":
        return this.#giveUp(life, action);
      default:
        return unreachable(action);
    }
  }

  /** It is over and holds nothing. */
  end(life: JobLife): void {
    life.place = "ended";
    this.alive.delete(life);
    this.#books.queues.countJob(life.job.queue, life.needed, -1);
  }

  /** It holds nothing any more by the scheduler's view. */
  vacate(life: JobLife): void {
    this.#books.kept.drop(life.job.id);
    for (const { hold } of life.members.values()) this.#books.logical.release(hold);
    if (life.place === "running") this.#books.queues.use(life.job.queue, heldBy(life), -1);
    life.members = new Map();
  }

  #start(life: JobLife, { attempt, members, after }: StartJob): void {
    const { job } = life;
    const { nowMs, physical } = this.#books;
    expectPlace(life, "start-job", "pending");
    expectRule(
      attempt === life.attempt + 1,
      "J6",
      `${job.id} starts attempt ${attempt} after ${life.attempt}`,
    );
    expectRule((job.deadlineMs ?? Infinity) > nowMs, "J9", `${job.id} starts after its deadline`);
    this.#expectWithinQueue(life, life.needed, "starts");
    life.place = "running";
    life.attempt = attempt;
    life.startedMs = nowMs;
    life.waitCode = undefined;
    this.#add(life, members);
    for (const role of job.roles) {
      const count = countOf(life, role);
      expectRule(
        count === role.replicas.min,
        "J2",
        `${job.id} starts with ${count} members of ${role.name}, not ${role.replicas.min}`,
      );
    }
    physical.begin(job.id, holdsOf(life, members), after);
  }

  #resume(life: JobLife, { members, after }: ResumeJob): void {
    const { job, departure } = life;
    const { logical, physical, queues } = this.#books;
    expectPlace(life, "resume-job", "suspended");
    expectRule(!physical.isOpen(departure!), "J5", `${job.id} resumes before it has left`);
    expectRule(
      members.length === life.members.size,
      "J2",
      `${job.id} resumes with ${members.length} of ${life.members.size} members`,
    );
    this.#expectWithinQueue(life, heldBy(life), "resumes");
    for (const { hold } of life.members.values()) logical.release(hold);
    const changes: { readonly before: Hold; readonly now: Hold }[] = [];
    for (const { member: number, node, devices } of members) {
      const member = life.members.get(number);
      expectRule(
        member?.node === node,
        "J5",
        `member ${number} of ${job.id} resumes on ${node}, not on ${member?.node}`,
      );
      const now = this.#take(`${job.id} member ${number}`, member, devices);
      changes.push({ before: member.hold, now });
      member.hold = now;
    }
    this.#books.kept.keep(job.id, changes, after);
    life.place = "running";
    queues.use(job.queue, heldBy(life), 1);
    physical.begin(job.id, holdsOf(life, members), after);
  }

  #grow(life: JobLife, { members, after }: GrowJob): void {
    expectPlace(life, "grow-job", "running");
    for (const { role } of members) {
      const { request } = life.job.roles.find(({ name }) => name === role)!;
      this.#expectWithinQueue(life, amountsOf(request), "grows");
    }
    this.#add(life, members);
    for (const role of life.job.roles) {
      const count = countOf(life, role);
      expectRule(
        count <= role.replicas.max,
        "J7",
        `${life.job.id} grows to ${count} of at most ${role.replicas.max}`,
      );
    }
    this.#books.physical.begin(life.job.id, holdsOf(life, members), after);
  }

  #shrink(life: JobLife, { members, departure, reason }: ShrinkJob): void {
    const { logical, physical, queues } = this.#books;
    const { id } = life.job;
    expectPlace(life, "shrink-job", "running");
    for (const number of members) {
      const member = life.members.get(number);
      expectRule(member !== undefined, "V1", `${id} gives member ${number}, which it has not`);
      logical.release(member.hold);
      life.members.delete(number);
      queues.use(life.job.queue, amountsOf(member.role.request), -1);
      const left = countOf(life, member.role);
      expectRule(
        left >= member.role.replicas.min,
        "V1",
        `${id} is left with ${left} members of ${member.role.name}`,
      );
    }
    expectRule(isClaim(reason.code), "V6", `${id} shrinks because of ${reason.code}`);
    physical.leave(departure, id, { members: new Set(members) });
  }

  #suspend(life: JobLife, { departure, reason }: SuspendJob): void {
    const { logical, physical, queues, graceMs } = this.#books;
    const { id, suspension, queue } = life.job;
    expectPlace(life, "suspend-job", "running");
    expectRule(reason.code !== "pressed", "A8", `${id} is suspended on a pressed node`);
    expectRule(suspension !== undefined, "J5", `${id} is suspended, which it cannot`);
    expectRule(
      suspension.suspendMs <= graceMs,
      "V5",
      `${id} takes longer to suspend than the grace`,
    );
    this.#books.claims.check(life, reason);
    queues.use(queue, heldBy(life), -1);
    this.#books.kept.drop(id);
    for (const { hold } of life.members.values()) logical.release(hold);
    const rest = new Map<number, Hold>();
    for (const [number, member] of life.members) {
      const memory = member.role.request.memory + parkedBy(member.role.request, suspension);
      member.hold = { on: member.hold.on, cpu: 0, memory, devices: [], milli: 0 };
      logical.take(member.hold, `${id}, suspended,`);
      rest.set(number, member.hold);
    }
    life.place = "suspended";
    life.departure = departure;
    physical.leave(departure, id, { rest, isSuspended: true });
  }

  #stop(life: JobLife, { departure, save, reason }: StopJob): void {
    const { physical, graceMs, claims } = this.#books;
    const { id, checkpoint } = life.job;
    expectPlace(life, "stop-job", "running", "suspended");
    const { code } = reason;
    if (code === "drained") {
      const isThere = [...life.members.values()].some(({ hold }) => hold.on.isClosed);
      expectRule(isThere, "J8", `${id} leaves a drained node without being on one`);
    } else if (isClaim(code)) {
      claims.check(life, reason);
    } else {
      expectRule(
        life.mustStop === code,
        "J8",
        `${id} is stopped for ${code}, not ${life.mustStop}`,
      );
    }
    if (save) {
      expectRule(checkpoint?.onRequest === true, "V5", `${id} is to save, which it cannot`);
      const isSwift = code === "drained" || checkpoint.saveMs <= graceMs;
      expectRule(isSwift, "V5", `${id} takes longer to save than the grace`);
    }
    this.vacate(life);
    life.place = "stopping";
    life.departure = departure;
    life.isOver ||= code === "cancelled" || code === "deadline";
    life.mustStop = undefined;
    this.departing.set(departure, life);
    physical.leave(departure, id);
  }

  #wait(life: JobLife, { refusal: { code } }: WaitJob): void {
    const { id, queue } = life.job;
    expectPlace(life, "wait-job", "pending");
    expectRule(life.waitCode !== code, "J2", `${id} is told ${code} twice`);
    life.waitCode = code;
    const limited = this.#books.queues.refusal(queue, life.needed);
    const told = code === "no-room-now" || code === "larger-than-cluster" ? undefined : code;
    expectRule(told === limited, "Q4", `${id} is told ${code}; its queue says ${limited ?? "yes"}`);
  }

  #giveUp(life: JobLife, { refusal: { code } }: GiveUpJob): void {
    const { id, deadlineMs = Infinity } = life.job;
    if (code === "retries-exhausted") {
      expectRule(life.mustGiveUp, "J6", `${id} is given up after ${life.failures} failures`);
      life.mustGiveUp = false;
      return;
    }
    const isDue = code === "deadline-missed" && deadlineMs <= this.#books.nowMs;
    expectRule(
      isDue && life.place !== "ended" && !life.isOver,
      "J9",
      `${id} is given up for ${code}`,
    );
    life.outcome = "given-up";
    if (life.place === "pending" || life.place === "delayed") this.end(life);
    else if (life.place === "stopping") life.isOver = true;
    else life.mustStop = "deadline";
  }

  #add(life: JobLife, places: readonly MemberPlace[]): void {
    const { id, roles, queue } = life.job;
    for (const { member: number, role: name, node, devices } of places) {
      const role = roles.find((one) => one.name === name);
      expectRule(role !== undefined, "J2", `${id} has no role ${name}`);
      expectRule(number >= life.nextMember, "J2", `${id} uses member ${number} again`);
      life.nextMember = number + 1;
      const hold = this.#take(`${id} member ${number}`, { role, node }, devices);
      life.members.set(number, { role, node, hold });
      this.#books.queues.use(queue, amountsOf(role.request), 1);
    }
  }

  #take(
    who: string,
    { role, node }: Pick<MemberLife, "role" | "node">,
    devices: readonly number[],
  ): Hold {
    const { logical } = this.#books;
    const hold = logical.holdOf(node, role.request, devices, who);
    checkPlace(hold.on, role.request, devices, who);
    expectRule(hold.on.pressed === "no", "A8", `${who} goes to node ${node}, which is pressed`);
    logical.take(hold, who);
    return hold;
  }

  #expectWithinQueue(life: JobLife, amounts: JobLife["needed"], does: string): void {
    const { id, queue } = life.job;
    const refusal = this.#books.queues.refusal(queue, amounts);
    expectRule(
      refusal === undefined,
      "Q4",
      `${id} ${does} in queue ${queue} in spite of ${refusal}`,
    );
  }
}

/** Reasons for which room is made, or a node is relieved. */
const CLAIMS: ReadonlySet<LeaveReason["code"]> = new Set([
  "online",
  "overload",
  "pressed",
  "priority",
  "reclaim",
]);

function isClaim(code: LeaveReason["code"]): boolean {
  return CLAIMS.has(code);
}

function expectPlace(life: JobLife, what: string, ...places: readonly JobLife["place"][]): void {
  const { job, place } = life;
  expectRule(places.includes(place), "J2", `${what} ${job.id}, which is ${place}`);
}

/** What these members hold, by number. */
function holdsOf(life: JobLife, places: readonly MemberPlace[]): Map<number, Hold> {
  return new Map(places.map(({ member }) => [member, life.members.get(member)!.hold]));
}
