import type {
  GrowJob,
  MemberPlace,
  ResumeJob,
  ShrinkJob,
  StartJob,
  StopJob,
  SuspendJob,
} from "../../model/action.ts";
import type { JobEnded } from "../../model/event.ts";
import type { DepartureId } from "../../model/ids.ts";
import { unreachable } from "../../model/unreachable.ts";
import type { JobHistory, Meter } from "./books.ts";
import type { Waiting } from "./departure-gate.ts";
import type { Timer } from "./event-queue.ts";
import { type GangState, IN_PLACE, type Member, useIn } from "./gang-state.ts";
import { type Hold, holdOf, memoryHold, milliOf, type PhysicalNode } from "./physical-node.ts";
import { Progress, type Turn } from "./progress.ts";
import { parkedMemory } from "../../model/resources.ts";
import type { SimulatedJob } from "./workload.ts";
import type { World } from "./world.ts";

/** A job with its members, from its submission to its end. */
export class Gang {
  readonly history: JobHistory;
  readonly #job: SimulatedJob;
  readonly #world: World;
  readonly #meter: Meter;
  readonly #progress: Progress;
  #state: GangState = "idle";
  #attempt = 0;
  /** Whether this attempt was up at some time. */
  #hasBegun = false;
  #members = new Map<number, Member>();
  /** Milli of devices that it holds. */
  #milli = 0;
  #timer: Timer | undefined;
  /** The start or return, and growths, that wait for others to leave. */
  #waitings: Waiting[] = [];
  /** Orders to leave that are not over. */
  #leaving: DepartureId[] = [];
  /** Until when the history is written. */
  #settledMs = 0;
  #unsavedMilliMs = 0;

  constructor(job: SimulatedJob, history: JobHistory, meter: Meter, world: World) {
    this.#job = job;
    this.history = history;
    this.#meter = meter;
    this.#world = world;
    this.#progress = new Progress(job.workMs, job.job.checkpoint);
  }

  start({ attempt, members, after }: StartJob): void {
    this.#expect("start-job", ["idle"]);
    this.#attempt = attempt;
    this.#hasBegun = false;
    this.#add(members, "start-job", false);
    this.#enter("waiting");
    this.#await(after, "start-job", () => this.#comeUp());
  }

  resume({ members, after }: ResumeJob): void {
    this.#expect("resume-job", ["suspended"]);
    for (const { member: number, node, devices } of members) {
      const member = this.#members.get(number);
      if (member?.node.id !== node)
        throw this.#error("resume-job", `member ${number} was not on ${node}`);
      member.devices = devices;
    }
    if (members.length !== this.#members.size)
      throw this.#error("resume-job", "members are missing");
    this.#enter("returning");
    this.#await(after, "resume-job", () => (this.#hasBegun ? this.#moveBack() : this.#comeUp()));
  }

  grow({ members, after }: GrowJob): void {
    this.#expect("grow-job", IN_PLACE);
    const added = this.#add(members, "grow-job", true);
    this.#await(after, "grow-job", () => {
      for (const member of added) {
        member.isJoining = false;
        if (this.#members.get(member.number) !== member) continue;
        if (this.#state === "up" || this.#state === "resuming") this.#place(member, "grow-job");
      }
      this.#changePace();
    });
  }

  shrink({ members, departure }: ShrinkJob): void {
    this.#expect("shrink-job", IN_PLACE);
    for (const number of members) {
      const member = this.#members.get(number);
      if (member === undefined) throw this.#error("shrink-job", `there is no member ${number}`);
      this.#hold(member, undefined, "shrink-job");
      this.#members.delete(number);
    }
    this.#changePace();
    this.#open(departure, "shrink-job");
    this.#world.departures.close(departure);
  }

  suspend({ departure }: SuspendJob): void {
    this.#expect("suspend-job", IN_PLACE);
    const { suspension } = this.#job.job;
    if (suspension === undefined) throw this.#error("suspend-job", "it cannot be suspended");
    this.#open(departure, "suspend-job");
    this.history.suspensions += 1;
    this.#leaving.push(departure);
    const isOnDevices = this.#state === "up" || this.#state === "resuming";
    this.#cancel();
    this.#enter("suspending");
    if (!isOnDevices) return this.#endSuspending();
    for (const member of this.#members.values()) {
      if (member.hold === undefined) continue;
      const memory = member.hold.memory + parkedMemory(member.request, suspension.hostMemory);
      this.#hold(member, { ...member.hold, memory }, "suspend-job");
    }
    this.#setTimer(suspension.suspendMs, () => this.#endSuspending());
  }

  stop({ departure, save }: StopJob): void {
    if (this.#state === "idle" || this.#state === "stopping" || this.#state === "over") {
      throw this.#error("stop-job", `it is ${this.#state}`);
    }
    const { checkpoint } = this.#job.job;
    if (save && checkpoint === undefined) throw this.#error("stop-job", "it takes no checkpoints");
    this.#open(departure, "stop-job");
    this.history.stops += 1;
    this.#leaving.push(departure);
    this.#cancel();
    if (!save || this.#state === "broken" || !this.#hasBegun) return this.#vacate("idle");
    this.#enter("stopping");
    this.#setTimer(checkpoint!.saveMs, () => {
      this.#settle();
      this.#save();
      this.#vacate("idle");
    });
  }

  /** Nobody wants it any more. It is told to stop beside this, and does not begin before. */
  close(outcome: "given-up" | "cancelled"): void {
    if (this.history.outcome !== undefined) return;
    this.history.outcome = outcome;
    this.history.endMs = this.#world.nowMs;
    if (this.#state === "waiting" || this.#state === "returning") this.#cancel();
  }

  /** The node, or one device of it, is gone with what was on it. O(members). */
  lose(node: PhysicalNode, device: number | undefined): void {
    if (this.#state === "idle" || this.#state === "over") return;
    const lost = [...this.#members.values()].filter(
      (member) => member.node === node && (device === undefined || this.#uses(member, device)),
    );
    if (lost.length === 0) return;
    this.#cancel();
    if (this.#state === "stopping") return this.#vacate("idle");
    if (this.#state === "suspending") this.#endSuspending();
    this.#enter("broken");
    for (const member of lost) this.#hold(member, undefined, "");
  }

  /** How this attempt is to fail, if it is. */
  get #failure() {
    return this.#job.failures?.find(({ attempt }) => attempt === this.#attempt);
  }

  /** What is suspended, or about to be, is off its devices. */
  #uses({ devices, hold }: Member, device: number): boolean {
    if (this.#state === "suspending" || this.#state === "suspended") return false;
    const used = this.#state === "stopping" ? (hold?.devices ?? []) : devices;
    return used.includes(device);
  }

  #comeUp(): void {
    this.#hasBegun = true;
    this.history.attempts += 1;
    this.history.firstStartMs ??= this.#world.nowMs;
    this.#enter("up");
    for (const member of this.#members.values()) this.#place(member, "start-job");
    this.#progress.start(this.#failure?.afterMs ?? Number.POSITIVE_INFINITY);
    this.#world.emit({ kind: "job-started", job: this.history.id, attempt: this.#attempt });
    this.#changePace();
  }

  #endSuspending(): void {
    this.#enter("suspended");
    for (const member of this.#members.values()) {
      if (member.hold === undefined) continue;
      const { hostMemory } = this.#job.job.suspension!;
      const memory = member.request.memory + parkedMemory(member.request, hostMemory);
      const park = memoryHold(member.node, memory);
      this.#hold(member, park, "suspend-job");
    }
    this.#closeDepartures();
  }

  #moveBack(): void {
    this.#enter("resuming");
    for (const member of this.#members.values()) this.#hold(member, undefined, "resume-job");
    for (const member of this.#members.values()) this.#place(member, "resume-job");
    this.#setTimer(this.#job.job.suspension!.resumeMs, () => {
      this.#enter("up");
      this.#changePace();
    });
  }

  /** The members, or the place of one, changed: the rate is another from now on. */
  #changePace(): void {
    if (this.#state !== "up") return;
    this.#settle();
    this.#progress.rate = this.#rate();
    if (this.#timer !== undefined) this.#timer.isCancelled = true;
    const { turn, inMs } = this.#progress.nextTurn();
    this.#setTimer(inMs, () => this.#take(turn));
  }

  /** Size relative to the minimum × speed of the slowest member that has devices. */
  #rate(): number {
    let placed = 0;
    let speed = Number.POSITIVE_INFINITY;
    for (const { hold, node, devices } of this.#members.values()) {
      if (hold === undefined) continue;
      placed += 1;
      if (devices.length > 0) speed = Math.min(speed, this.#job.job.speeds?.[node.kind] ?? 1);
    }
    return (placed / this.history.members) * (Number.isFinite(speed) ? speed : 1);
  }

  #take(turn: Turn): void {
    this.#settle();
    this.#progress.take(turn);
    switch (turn) {
      case "saved":
        this.#save();
        this.#world.emit({
          kind: "job-checkpointed",
          job: this.history.id,
          attempt: this.#attempt,
        });
        return this.#changePace();
      case "due":
      case "restarted":
        return this.#changePace();
      case "failed":
        return this.#end(this.#failure?.isLost === true ? "lost" : "failed");
      case "finished":
        return this.#end("succeeded");
      default:
        return unreachable(turn);
    }
  }

  #end(outcome: JobEnded["outcome"]): void {
    this.#cancel();
    if (outcome === "succeeded") {
      this.#save();
      this.history.outcome = "succeeded";
      this.history.endMs = this.#world.nowMs;
    }
    if (outcome === "failed") this.history.failures += 1;
    this.#vacate(outcome === "succeeded" ? "over" : "idle");
    this.#world.emit({ kind: "job-ended", job: this.history.id, attempt: this.#attempt, outcome });
  }

  #save(): void {
    this.#progress.save();
    this.#unsavedMilliMs = 0;
  }

  /** It leaves all its places, and what is not saved is lost. */
  #vacate(state: "idle" | "over"): void {
    this.#enter(state);
    for (const member of this.#members.values()) this.#hold(member, undefined, "");
    this.#members.clear();
    this.history.productiveMilliMs -= this.#unsavedMilliMs;
    this.history.lostMilliMs += this.#unsavedMilliMs;
    this.#unsavedMilliMs = 0;
    this.#closeDepartures();
  }

  #closeDepartures(): void {
    const over = this.#leaving;
    this.#leaving = [];
    for (const departure of over) this.#world.departures.close(departure);
  }

  #add(places: readonly MemberPlace[], what: string, isJoining: boolean): Member[] {
    return places.map(({ member: number, role, node, devices }) => {
      const request = this.#job.job.roles.find(({ name }) => name === role)?.request;
      if (request === undefined) throw this.#error(what, `it has no role ${role}`);
      if (this.#members.has(number)) throw this.#error(what, `member ${number} is there already`);
      const on = this.#world.nodeOf(node, `${what} ${this.history.id}`);
      const member = { number, request, node: on, devices, hold: undefined, isJoining };
      this.#members.set(number, member);
      return member;
    });
  }

  #place(member: Member, what: string): void {
    if (member.isJoining) return;
    this.#hold(member, holdOf(member.request, member.node, member.devices), what);
  }

  /** Changes what the member holds. */
  #hold(member: Member, hold: Hold | undefined, what: string): void {
    this.#settle();
    const { nowMs } = this.#world;
    if (member.hold !== undefined) {
      member.node.release(member.hold);
      this.#milli -= milliOf(member.hold);
      this.#meter.change(nowMs, useIn(this.#state), -milliOf(member.hold), member.node.kind);
    }
    member.hold = hold;
    if (hold === undefined) return;
    member.node.take(hold, `${what} ${this.history.id}`);
    this.#milli += milliOf(hold);
    this.#meter.change(nowMs, useIn(this.#state), milliOf(hold), member.node.kind);
  }

  #enter(state: GangState): void {
    this.#settle();
    const { nowMs } = this.#world;
    for (const { hold, node } of this.#members.values()) {
      if (hold === undefined) continue;
      this.#meter.change(nowMs, useIn(this.#state), -milliOf(hold), node.kind);
      this.#meter.change(nowMs, useIn(state), milliOf(hold), node.kind);
    }
    this.#state = state;
  }

  /** Writes the time since it was last called into the history. */
  #settle(): void {
    const passedMs = this.#world.nowMs - this.#settledMs;
    this.#settledMs = this.#world.nowMs;
    const milliMs = passedMs * this.#milli;
    const { history } = this;
    if (this.#state === "stopping") history.savingMilliMs += milliMs;
    if (this.#state === "suspending" || this.#state === "resuming")
      history.movingMilliMs += milliMs;
    if (this.#state !== "up") return;
    if (this.#progress.phase === "restarting") history.restartingMilliMs += milliMs;
    if (this.#progress.phase === "saving") history.savingMilliMs += milliMs;
    if (this.#progress.phase === "running") {
      history.productiveMilliMs += milliMs;
      this.#unsavedMilliMs += milliMs;
    }
    this.#progress.pass(passedMs);
  }

  #setTimer(inMs: number, happen: () => void): void {
    this.#timer = this.#world.queue.set(this.#world.nowMs + inMs, happen);
  }

  #await(after: readonly DepartureId[], what: string, begin: () => void): void {
    const who = `${what} ${this.history.id}`;
    this.#waitings.push(this.#world.departures.whenOver(after, who, begin));
  }

  #open(departure: DepartureId, what: string): void {
    this.#world.departures.open(departure, `${what} ${this.history.id}`);
  }

  /** Nothing that was to come comes any more; members that were to join join with the others. */
  #cancel(): void {
    this.#settle();
    if (this.#timer !== undefined) this.#timer.isCancelled = true;
    for (const waiting of this.#waitings) waiting.isCancelled = true;
    this.#waitings = [];
    for (const member of this.#members.values()) member.isJoining = false;
  }

  #expect(what: string, states: readonly GangState[]): void {
    if (!states.includes(this.#state)) throw this.#error(what, `it is ${this.#state}`);
  }

  #error(what: string, why: string): Error {
    return new Error(`${what} ${this.history.id}: ${why}`);
  }
}
