import type {
  GrowJob,
  ResumeJob,
  ShrinkJob,
  StartJob,
  StopJob,
  SuspendJob,
} from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { DepartureId } from "../../model/ids.ts";
import {
  endMember,
  type GangPhase,
  hasProcess,
  inWords,
  isDone,
  isGood,
  isThere,
  memberOf,
  memberProcess,
  type SavedGang,
  type SavedMember,
} from "./gang-data.ts";
import type { GangWorld } from "./gang-world.ts";
import type { ProcessEnd, ProcessState } from "./processes.ts";

/** Phases in which an end that is not good is news. */
const IS_STAYING = new Set<GangPhase>(["waiting", "up", "suspending", "suspended", "returning"]);

/** Time that a process has to end in after SIGTERM if nothing is to be saved. */
const SOON_MS = 3000;

/** Orders after which people wait, and no work: there is time to end in good order. */
const IS_SOON = new Set<StopJob["reason"]["code"]>(["cancelled", "deadline", "drained"]);

/** The members of one attempt of a job. */
export class Gang {
  readonly data: SavedGang;
  readonly #world: GangWorld;
  /** Whether processes are being frozen or thawed just now. */
  #isTurning = false;
  #isOver = false;

  constructor(data: SavedGang, world: GangWorld) {
    this.data = data;
    this.#world = world;
  }

  static start({ job, attempt, members, after }: StartJob, world: GangWorld): Gang {
    world.departures.check(after, `start-job ${job}`);
    return new Gang(
      {
        job,
        attempt,
        phase: "waiting",
        hasBegun: false,
        after,
        leaving: [],
        stop: "now",
        savedMs: world.newestCheckpointMs(job),
        members: members.map((place) => memberOf(place, [])),
      },
      world,
    );
  }

  resume({ members, after }: ResumeJob): void {
    this.#expect("resume-job", ["suspending", "suspended"]);
    if (this.data.leaving.length > 0) throw this.#error("resume-job", "it has not left yet");
    for (const { member: number, devices } of members) {
      this.#memberOf(number, "resume-job").devices = devices;
    }
    if (members.length !== this.data.members.length) {
      throw this.#error("resume-job", "members are missing");
    }
    this.#world.departures.check(after, `resume-job ${this.data.job}`);
    this.data.after = after;
    this.data.phase = "returning";
  }

  grow({ members, after }: GrowJob): void {
    this.#expect("grow-job", ["waiting", "up", "returning"]);
    this.#world.departures.check(after, `grow-job ${this.data.job}`);
    for (const place of members) this.data.members.push(memberOf(place, after));
  }

  shrink({ members, departure }: ShrinkJob): void {
    this.#expect("shrink-job", ["waiting", "up", "returning"]);
    const leaving = members.map((number) => this.#memberOf(number, "shrink-job"));
    this.#world.departures.order(departure, `shrink-job ${this.data.job}`);
    for (const member of leaving) member.departure = departure;
  }

  suspend({ departure }: SuspendJob): void {
    this.#expect("suspend-job", ["waiting", "up", "returning"]);
    this.#world.departures.order(departure, `suspend-job ${this.data.job}`);
    this.data.leaving.push(departure);
    this.data.phase = "suspending";
  }

  /** @param canSave whether the job takes checkpoints. */
  stop({ departure, save, reason }: StopJob, canSave: boolean): void {
    if (this.data.phase === "stopping") throw this.#error("stop-job", "it is stopping");
    if (save && !canSave) throw this.#error("stop-job", "it takes no checkpoints");
    this.#world.departures.order(departure, `stop-job ${this.data.job}`);
    this.data.leaving.push(departure);
    this.data.stop = save ? "save" : IS_SOON.has(reason.code) ? "soon" : "now";
    if (this.data.phase === "broken") this.data.stop = "now";
    this.data.phase = "stopping";
  }

  /** What holds since this was told of it; true if the gang is over: it does nothing any more. */
  told(event: Event): boolean {
    this.#isOver ||= this.#takeTold(event);
    return this.#isOver;
  }

  #takeTold(event: Event): boolean {
    switch (event.kind) {
      case "job-started":
        this.data.hasBegun = true;
        if (this.data.phase === "waiting" || this.data.phase === "returning")
          this.data.phase = "up";
        for (const member of this.data.members) {
          if (member.process === "none" && member.after.length === 0) member.process = "asked";
        }
        return false;
      case "job-ended":
        return true;
      case "departed":
        return this.#toldDeparted(event.departure);
      default:
        return false;
    }
  }

  #toldDeparted(departure: DepartureId): boolean {
    const { data } = this;
    data.members = data.members.filter((member) => member.departure !== departure);
    if (!data.leaving.includes(departure)) return false;
    data.leaving = data.leaving.filter((open) => open !== departure);
    if (data.leaving.length > 0) return false;
    if (data.phase === "suspending") data.phase = "suspended";
    return data.phase === "stopping";
  }

  /** After a restart: what has become of its processes. One that was asked for and is gone is lost. */
  compare(states: ReadonlyMap<string, ProcessState>): void {
    for (const member of this.data.members) {
      const state = states.get(this.idOf(member));
      if (state?.kind === "running") member.process = "running";
      else if (state?.kind === "ended") endMember(member, state.end);
      else if (member.process !== "none") endMember(member, { kind: "lost" });
    }
  }

  onRunning(number: number): void {
    const member = this.#find(number);
    if (member !== undefined && member.process !== "ended") member.process = "running";
  }

  onEnded(number: number, end: ProcessEnd): void {
    const member = this.#find(number);
    if (member === undefined || member.process === "ended") return;
    const isFirst = this.#failed() === undefined;
    endMember(member, end);
    if (isFirst && !isGood(end) && IS_STAYING.has(this.data.phase)) this.#noteEnd(member, end);
  }

  /** A device is gone, and what used it: the scheduler knows. What is suspended uses none. */
  lose(device: number): void {
    const { phase, members } = this.data;
    if (phase === "suspending" || phase === "suspended" || phase === "stopping") return;
    if (!members.some(({ devices }) => devices.includes(device))) return;
    this.data.phase = "broken";
  }

  idOf({ number }: SavedMember): string {
    return memberProcess(this.data.job, this.data.attempt, number);
  }

  /** Ids of all processes that it has, or that are asked for. */
  get processes(): string[] {
    return this.data.members.filter(hasProcess).map((member) => this.idOf(member));
  }

  /** Does what the phase wants next. */
  pursue(): void {
    if (this.#isOver) return;
    switch (this.data.phase) {
      case "waiting":
        if (this.#world.departures.areOver(this.data.after)) this.#comeUp();
        return;
      case "up":
        this.#goOn();
        return;
      case "suspending":
        this.#standStill();
        return;
      case "suspended":
        if (this.#failed() !== undefined) this.#fallApart();
        return;
      case "returning":
        if (this.#world.departures.areOver(this.data.after)) this.#comeBack();
        return;
      case "stopping":
        this.#leave();
        return;
      case "broken":
        for (const member of this.data.members) this.#kill(member);
        return;
    }
  }

  /** Tells a checkpoint that came since the last one. */
  tellCheckpoint(): void {
    if (!this.data.hasBegun) return;
    const newestMs = this.#world.newestCheckpointMs(this.data.job);
    if (newestMs <= this.data.savedMs) return;
    this.data.savedMs = newestMs;
    const { job, attempt } = this.data;
    this.#world.tell({ kind: "job-checkpointed", job, attempt });
  }

  #comeUp(): void {
    const founders = this.data.members.filter(({ after }) => after.length === 0);
    for (const member of founders) this.#start(member);
    if (this.#failed() === undefined && founders.some(({ process }) => process === "asked")) return;
    const { job, attempt } = this.data;
    this.#world.tell({ kind: "job-started", job, attempt });
    this.#goOn();
  }

  #goOn(): void {
    for (const member of this.data.members) {
      if (member.departure !== undefined) this.#dismiss(member);
      else if (this.#world.departures.areOver(member.after)) this.#start(member);
    }
    if (this.#failed() !== undefined) return this.#fallApart();
    const staying = this.data.members.filter(
      (member) => member.departure === undefined && hasProcess(member),
    );
    if (staying.every(({ process }) => process === "ended")) this.#fallApart();
  }

  /** A member that is to leave the others. Those of one order are told together. */
  #dismiss({ departure }: SavedMember): void {
    const leaving = this.data.members.filter((member) => member.departure === departure);
    for (const member of leaving) this.#endSoon(member);
    if (leaving.some((member) => member.process !== "ended" && member.process !== "none")) return;
    for (const member of leaving) this.#forget(member);
    this.#world.tell({ kind: "departed", departure: departure! });
  }

  /** One has failed, or all are done: what is still there ends, and then the end is told. */
  #fallApart(): void {
    for (const member of this.data.members) this.#endSoon(member);
    if (this.data.members.some(isThere)) return;
    this.#tellEnd();
  }

  #tellEnd(): void {
    const { job, attempt } = this.data;
    const isLost = this.data.members.some(({ end }) => end?.kind === "lost");
    const outcome = isLost ? "lost" : this.#failed() === undefined ? "succeeded" : "failed";
    const { departures } = this.#world;
    const open = this.#openDepartures().filter((departure) => !departures.areOver([departure]));
    this.tellCheckpoint();
    for (const member of this.data.members) this.#forget(member);
    this.#world.tell({ kind: "job-ended", job, attempt, outcome });
    for (const departure of open) this.#world.tell({ kind: "departed", departure });
  }

  #standStill(): void {
    if (this.#failed() !== undefined || this.#isDone()) return this.#fallApart();
    if (this.#isTurning || this.data.members.some(({ process }) => process === "asked")) return;
    void this.#turn(
      (ids) => this.#world.freeze(ids),
      () => this.data.phase === "suspending" && this.#tellDeparted(),
    );
  }

  #comeBack(): void {
    if (this.#failed() !== undefined || this.#isDone()) return this.#fallApart();
    if (this.#isTurning) return;
    void this.#turn(
      (ids) => this.#world.thaw(ids),
      () => {
        if (this.data.phase !== "returning") return;
        this.data.phase = this.data.hasBegun ? "up" : "waiting";
        this.pursue();
      },
    );
  }

  async #turn(turn: (ids: readonly string[]) => Promise<void>, done: () => void): Promise<void> {
    const ids = this.data.members
      .filter(({ process }) => process === "running")
      .map((member) => this.idOf(member));
    this.#isTurning = true;
    await turn(ids);
    this.#isTurning = false;
    done();
    this.pursue();
  }

  #leave(): void {
    const { stop } = this.data;
    for (const member of this.data.members) {
      if (stop === "now") this.#kill(member);
      else this.#end(member, stop === "save" ? this.#world.saveGraceMs(this.data.job) : SOON_MS);
    }
    if (this.data.members.some(isThere)) return;
    // It ended by itself before the order reached it.
    if (this.#isDone() && this.data.hasBegun) return this.#tellEnd();
    for (const member of this.data.members) this.#forget(member);
    this.#tellDeparted();
  }

  #tellDeparted(): void {
    for (const departure of this.#openDepartures())
      this.#world.tell({ kind: "departed", departure });
  }

  /** Ascending, once each. */
  #openDepartures(): DepartureId[] {
    const members = this.data.members.flatMap(({ departure }) => departure ?? []);
    return [...new Set([...this.data.leaving, ...members])].toSorted((left, right) => left - right);
  }

  #start(member: SavedMember): void {
    if (member.process !== "none") return;
    member.process = "asked";
    this.#world.start(this.data, member);
  }

  #end(member: SavedMember, ms: number): void {
    if (member.process === "running") this.#world.end(this.idOf(member), { ms });
  }

  #endSoon(member: SavedMember): void {
    this.#end(member, SOON_MS);
  }

  #kill(member: SavedMember): void {
    if (member.process === "running") this.#world.kill(this.idOf(member));
  }

  #forget(member: SavedMember): void {
    if (member.process !== "none") this.#world.forget(this.idOf(member));
  }

  /** How the first member ended that did not end well; those that are to leave do not count. */
  #failed(): ProcessEnd | undefined {
    return this.data.members.find(
      ({ departure, end }) => departure === undefined && end !== undefined && !isGood(end),
    )?.end;
  }

  /** Whether all that began have ended, each well and before it was asked to. */
  #isDone(): boolean {
    const begun = this.data.members.filter(hasProcess);
    return begun.length > 0 && begun.every(({ end }) => end !== undefined && isDone(end));
  }

  #find(number: number): SavedMember | undefined {
    return this.data.members.find((member) => member.number === number);
  }

  #memberOf(number: number, what: string): SavedMember {
    const member = this.#find(number);
    if (member === undefined) throw this.#error(what, `there is no member ${number}`);
    return member;
  }

  #noteEnd(member: SavedMember, end: ProcessEnd): void {
    const isHungry = end.kind === "exited" && end.oomKilled;
    this.#world.note({
      about: { kind: "BatchJob", name: this.data.job },
      type: "Warning",
      reason: isHungry ? "out-of-memory" : end.kind === "refused" ? end.code : "member-failed",
      message: `member ${member.number} (${member.role}) of attempt ${this.data.attempt} ${inWords(end)}`,
      condition: { type: "MemberFailed", status: "True" },
    });
  }

  #expect(what: string, phases: readonly GangPhase[]): void {
    if (!phases.includes(this.data.phase)) throw this.#error(what, `it is ${this.data.phase}`);
  }

  #error(what: string, why: string): Error {
    return new Error(`${what} ${this.data.job}: ${why}`);
  }
}
