import type {
  GrowJob,
  ResumeJob,
  ShrinkJob,
  StartJob,
  StopJob,
  SuspendJob,
} from "../../model/action.ts";
import type { Event, JobCheckpointed, JobEnded, JobStarted } from "../../model/event.ts";
import type { DepartureId } from "../../model/ids.ts";
import { unreachable } from "../../model/unreachable.ts";
import {
  departuresOf,
  endMember,
  failureOf,
  type GangData,
  type GangPhase,
  hasProcess,
  isAllDone,
  isGood,
  isStaying,
  isThere,
  type Member,
  memberOf,
  restoreGang,
  type SavedGang,
  saveGang,
} from "./gang-data.ts";
import type { GangWorld } from "./gang-world.ts";
import { memberProcess } from "./process-ids.ts";
import type { ProcessEnd, ProcessState } from "./processes.ts";

/** Phases in which an end that is not good is news. */
const IS_WANTED = new Set<GangPhase>(["waiting", "up", "suspending", "suspended"]);

/** Phases in which it is to run. */
const IS_IN_PLACE = new Set<GangPhase>(["waiting", "up"]);

/** Time that a process has to end in after SIGTERM if nothing is to be saved. */
const SOON_MS = 3000;
/** Orders after which people wait, and no work: there is time to end in good order. */
const IS_SOON = new Set<StopJob["reason"]["code"]>(["cancelled", "deadline", "drained"]);

/** What a gang tells of itself, beside departures. */
export type GangEvent = JobStarted | JobCheckpointed | JobEnded;

/** What a gang is ordered with, beside the action. */
export interface GangOrder {
  /** Of the job. */
  readonly mark: string;
  /** Of the order, in milliseconds since 1970. */
  readonly nowMs: number;
}

/** The members of one attempt of a job. */
export class Gang {
  readonly data: GangData;
  readonly #world: GangWorld;
  /** Whether processes are being frozen or thawed just now. */
  #isTurning = false;
  /** Whether processes may stand still. */
  #isStill = false;
  /** Its end is told, and may not be journaled yet: nothing is done any more. */
  #isOver = false;

  constructor(data: GangData, world: GangWorld) {
    this.data = data;
    this.#world = world;
  }

  static start(
    { job, attempt, members, after }: StartJob,
    { mark, nowMs }: GangOrder,
    world: GangWorld,
  ): Gang {
    world.departures.check(after, `start-job ${job}`);
    const data: GangData = {
      job,
      mark,
      attempt,
      phase: "waiting",
      hasBegun: false,
      after,
      leaving: [],
      stop: "now",
      savedMs: nowMs,
      members: members.map((place) => memberOf(place)),
    };
    return new Gang(data, world);
  }

  static restore(saved: SavedGang, world: GangWorld): Gang {
    return new Gang(restoreGang(saved), world);
  }

  save(): SavedGang {
    return saveGang(this.data);
  }

  resume({ members, after }: ResumeJob): void {
    this.#expect("resume-job", ["suspended"]);
    for (const { member: number, devices } of members) {
      this.#memberOf(number, "resume-job").devices = devices;
    }
    if (members.length !== this.data.members.filter(isStaying).length) {
      throw this.#error("resume-job", "members are missing");
    }
    this.#world.departures.check(after, `resume-job ${this.data.job}`);
    this.data.after = after;
    this.data.phase = this.data.hasBegun ? "up" : "waiting";
  }

  grow({ members, after }: GrowJob): void {
    this.#expect("grow-job", ["waiting", "up"]);
    this.#world.departures.check(after, `grow-job ${this.data.job}`);
    for (const place of members) this.data.members.push(memberOf(place, after));
  }

  shrink({ members, departure }: ShrinkJob): void {
    this.#expect("shrink-job", ["waiting", "up"]);
    const leaving = members.map((number) => this.#memberOf(number, "shrink-job"));
    this.#world.departures.order(departure, `shrink-job ${this.data.job}`);
    for (const member of leaving) member.departure = departure;
  }

  suspend({ departure }: SuspendJob): void {
    this.#expect("suspend-job", ["waiting", "up"]);
    this.#world.departures.order(departure, `suspend-job ${this.data.job}`);
    this.data.leaving.push(departure);
    this.data.phase = "suspending";
    this.#withdraw();
  }

  /** @param canSave whether the job takes checkpoints. */
  stop({ departure, save, reason }: StopJob, canSave: boolean): void {
    if (this.data.phase === "stopping") throw this.#error("stop-job", "it is stopping");
    if (save && !canSave) throw this.#error("stop-job", "it takes no checkpoints");
    this.#world.departures.order(departure, `stop-job ${this.data.job}`);
    this.data.leaving.push(departure);
    const manner = save ? "save" : IS_SOON.has(reason.code) ? "soon" : "now";
    this.data.stop = this.data.phase === "broken" ? "now" : manner;
    this.data.phase = "stopping";
    this.#withdraw();
  }

  /**
   * What holds since it is journaled that this was told; true if the gang is over.
   * @param nowMs of the step that told it.
   */
  told(event: GangEvent, nowMs: number): boolean {
    switch (event.kind) {
      case "job-started":
        this.data.hasBegun = true;
        if (this.data.phase === "waiting") this.data.phase = "up";
        return false;
      case "job-checkpointed":
        this.data.savedMs = Math.max(this.data.savedMs, nowMs);
        return false;
      case "job-ended":
        this.#isOver = true;
        return true;
      default:
        return unreachable(event);
    }
  }

  /** It is journaled that this has left; true if the gang is over. */
  toldDeparted(departure: DepartureId): boolean {
    const { data } = this;
    this.discard((member) => member.departure === departure);
    data.members = data.members.filter((member) => member.departure !== departure);
    if (!data.leaving.includes(departure)) return false;
    data.leaving = data.leaving.filter((open) => open !== departure);
    if (data.leaving.length > 0) return false;
    if (data.phase === "suspending") data.phase = "suspended";
    return data.phase === "stopping";
  }

  /** Nobody wants the processes of these members any more, or of all. */
  discard(isMeant: (member: Member) => boolean = () => true): void {
    for (const member of this.data.members.filter(isMeant)) this.#world.discard(this.idOf(member));
  }

  /**
   * After a restart: what has become of its processes. Where the gang was told as started, one of
   * the first that is not there is lost; all others may not have begun.
   */
  compare(states: ReadonlyMap<string, ProcessState>): void {
    for (const member of this.data.members) {
      const state = states.get(this.idOf(member));
      if (state?.kind === "running") member.process = "running";
      else if (state?.kind === "ended") endMember(member, state.end);
      else if (this.data.hasBegun && member.joinsAfter === undefined) {
        endMember(member, { kind: "lost" });
      }
    }
    const { phase, after } = this.data;
    const isWaiting = IS_IN_PLACE.has(phase) && !this.#world.departures.areOver(after);
    // What stands still is to stay so, and whoever keeps it so may have forgotten it.
    if (phase === "suspended" || isWaiting) {
      void this.#world.freeze(this.#running());
    }
    this.#isStill = phase !== "suspending";
  }

  /** Whoever asked for it: an earlier engine may have, just before its end. */
  onRunning(number: number): void {
    const member = this.#find(number);
    if (member !== undefined && member.process !== "ended") member.process = "running";
  }

  onEnded(number: number, end: ProcessEnd): void {
    const member = this.#find(number);
    if (member === undefined || member.process === "ended") return;
    const isNews = failureOf(this.data) === undefined && !isGood(end) && isStaying(member);
    endMember(member, end);
    if (isNews && !this.#isOver && IS_WANTED.has(this.data.phase))
      this.#world.noteEnd(this.data, member, end);
  }

  /** A device is gone, or all work, and the scheduler knows. What is suspended uses no device. */
  lose(device?: number): void {
    const { phase, members } = this.data;
    const isLost =
      device === undefined
        ? phase !== "stopping"
        : IS_IN_PLACE.has(phase) && members.some(({ devices }) => devices.includes(device));
    if (isLost) this.data.phase = "broken";
  }

  idOf({ number }: Member): string {
    return memberProcess(this.data, number);
  }

  /** Does what the phase wants next. */
  pursue(): void {
    if (this.#isOver) return;
    switch (this.data.phase) {
      case "waiting":
      case "up":
        return this.#goOn();
      case "suspending":
        return this.#standStill();
      case "suspended":
        this.#dismiss();
        if (failureOf(this.data) !== undefined) this.#fallApart();
        return;
      case "stopping":
        return this.#leave();
      case "broken":
        for (const member of this.data.members) this.#kill(member);
        return;
    }
  }

  /** Tells a checkpoint that came since the last one. */
  tellCheckpoint(): void {
    const { job, attempt, hasBegun } = this.data;
    if (!hasBegun || this.#isOver || !this.#world.hasNewCheckpoint(this.data)) return;
    this.#world.tell({ kind: "job-checkpointed", job, attempt });
  }

  #goOn(): void {
    if (this.data.members.some(({ devices }) => this.#world.isFailing(devices))) return;
    this.#dismiss();
    const { departures } = this.#world;
    if (failureOf(this.data) !== undefined) return this.#fallApart();
    if (!departures.areOver(this.data.after)) return;
    const staying = this.data.members.filter(isStaying);
    const first = staying.filter(({ joinsAfter }) => joinsAfter === undefined);
    const begun = staying.filter(hasProcess);
    const isSpent = begun.length > 0 && begun.every(({ end }) => end !== undefined);
    if (isSpent && first.every(hasProcess)) return this.#fallApart();
    if (this.#isStill && begun.length > 0) return this.#moveAgain();
    for (const member of staying) {
      if (departures.areOver(member.joinsAfter ?? [])) this.#start(member);
    }
    if (this.data.hasBegun || first.some(({ process }) => process === "asked")) return;
    const { job, attempt } = this.data;
    this.#world.tell({ kind: "job-started", job, attempt });
  }

  /** Members that are to leave the others end; those of one order are told together. */
  #dismiss(): void {
    const orders = new Set(this.data.members.flatMap(({ departure }) => departure ?? []));
    for (const departure of orders) {
      const leaving = this.data.members.filter((member) => member.departure === departure);
      for (const member of leaving) this.#end(member, SOON_MS);
      if (!leaving.some(isThere)) this.#world.tell({ kind: "departed", departure });
    }
  }

  /** One has failed, or all are done: what is still there ends, and then the end is told. */
  #fallApart(): void {
    for (const member of this.data.members) this.#end(member, SOON_MS);
    if (!this.data.members.some(isThere)) this.#tellEnd();
  }

  #tellEnd(): void {
    const { job, attempt, members } = this.data;
    const isLost = members.some((member) => isStaying(member) && member.end?.kind === "lost");
    const outcome = isLost ? "lost" : failureOf(this.data) === undefined ? "succeeded" : "failed";
    this.tellCheckpoint();
    this.#world.tell({ kind: "job-ended", job, attempt, outcome });
    this.#isOver = true;
  }

  #standStill(): void {
    this.#dismiss();
    if (failureOf(this.data) !== undefined || isAllDone(this.data)) return this.#fallApart();
    if (this.#isTurning || this.data.members.some(({ process }) => process === "asked")) return;
    if (this.#isStill) return this.#tellDeparted(this.data.leaving);
    void this.#turn(async () => {
      await this.#world.freeze(this.#running());
      this.#isStill = this.data.phase === "suspending";
    });
  }

  #moveAgain(): void {
    if (this.#isTurning) return;
    void this.#turn(async () => {
      this.#isStill = false;
      await this.#world.thaw(this.#running());
    });
  }

  async #turn(turn: () => Promise<void>): Promise<void> {
    this.#isTurning = true;
    await turn();
    this.#isTurning = false;
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
    if (isAllDone(this.data)) return this.#tellEnd();
    this.#tellDeparted(departuresOf(this.data));
  }

  #tellDeparted(departures: readonly DepartureId[]): void {
    for (const departure of departures) this.#world.tell({ kind: "departed", departure });
  }

  /** What was told of its progress, and not taken yet, is void. Its end is not. */
  #withdraw(): void {
    const { job } = this.data;
    this.#world.withdraw((event) => isProgress(event) && event.job === job);
  }

  #start(member: Member): void {
    if (member.process !== "none") return;
    member.process = "asked";
    this.#world.start(this.data, member);
  }

  #end(member: Member, ms: number): void {
    if (member.process === "running") this.#world.end(this.idOf(member), { ms });
  }

  #kill(member: Member): void {
    if (member.process === "running") this.#world.kill(this.idOf(member));
  }

  #running(): string[] {
    return this.data.members
      .filter((member) => member.process === "running" && isStaying(member))
      .map((member) => this.idOf(member));
  }

  #find(number: number): Member | undefined {
    return this.data.members.find((member) => member.number === number);
  }

  #memberOf(number: number, what: string): Member {
    const member = this.#find(number);
    if (member === undefined) throw this.#error(what, `there is no member ${number}`);
    return member;
  }

  #expect(what: string, phases: readonly GangPhase[]): void {
    if (!phases.includes(this.data.phase)) throw this.#error(what, `it is ${this.data.phase}`);
  }

  #error(what: string, why: string): Error {
    return new Error(`${what} ${this.data.job}: ${why}`);
  }
}

function isProgress(event: Event): event is JobStarted | JobCheckpointed {
  return event.kind === "job-started" || event.kind === "job-checkpointed";
}
