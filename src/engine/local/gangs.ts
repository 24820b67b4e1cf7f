import type { JobAction, StartJob } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { DepartureId, JobId } from "../../model/ids.ts";
import type { CatalogJob } from "../../model/launch.ts";
import { unreachable } from "../../model/unreachable.ts";
import { checkpointFault, newestFileMs, ToldCheckpoints } from "./checkpoints.ts";
import type { EngineContext } from "./engine-context.ts";
import { Gang, type GangEvent } from "./gang.ts";
import {
  departuresOf,
  type GangData,
  isStaying,
  isThere,
  type Member,
  noteOf,
  rosterOf,
  type SavedGang,
} from "./gang-data.ts";
import type { GangWorld } from "./gang-world.ts";
import { lastWords } from "./last-words.ts";
import { type StartOrder, shareOf } from "./launcher.ts";
import type { WorkClass } from "./kernel/isolation.ts";
import { gangId, markOf, memberProcess, parseProcess } from "./process-ids.ts";
import { gangVariables } from "./process-variables.ts";
import type { ProcessEnd, ProcessState } from "./processes.ts";
import { isSystemError } from "./system-error.ts";

/** Time to save in, beside twice the time that the job says it takes. */
const SAVE_GRACE_MS = 30_000;

/** Looking for checkpoints takes at most a twentieth of the time, and is not put off for longer. */
const REST_PER_LOOK = 20;
const REST_MS_MAX = 5000;

/** All jobs that are somewhere on this machine. */
export class Gangs {
  readonly #context: EngineContext;
  readonly #gangs = new Map<JobId, Gang>();
  /** Why a gang's file could not be written, as people were told. */
  readonly #fileFaults = new Map<JobId, string>();
  readonly #world: GangWorld;
  readonly #checkpoints = new WeakMap<GangData, ToldCheckpoints>();
  /** No checkpoints are looked for. */
  #isResting = false;

  constructor(context: EngineContext) {
    this.#context = context;
    const { processes, fail } = context;
    this.#world = {
      departures: context.departures,
      tell: (event) => context.tell(event),
      withdraw: (isVoid) => context.withdraw(isVoid),
      noteEnd: (gang, member, end) =>
        context.note(noteOf(gang, member, end, this.#lastWords(gang, member, end))),
      isFailing: (devices) => context.isFailing(devices),
      start: (gang, member) => {
        const refuse = this.#context.refuser(memberProcess(gang, member.number));
        void this.#start(gang, member).catch(refuse);
      },
      end: (id, { ms }) => processes.end(id, "SIGTERM", ms),
      kill: (id) => processes.kill(id),
      freeze: (ids) => processes.freeze(ids).catch(fail),
      thaw: (ids) => processes.thaw(ids).catch(fail),
      discard: (id) => processes.discard(id),
      hasNewCheckpoint: (gang) => this.#hasNewCheckpoint(gang),
      saveGraceMs: (job) =>
        SAVE_GRACE_MS + 2 * (context.catalog.job(job)?.job.checkpoint?.saveMs ?? 0),
    };
  }

  get #memberClass(): WorkClass {
    return this.#context.memberClass ?? "offline";
  }

  get isEmpty(): boolean {
    return this.#gangs.size === 0;
  }

  save(): readonly SavedGang[] {
    return [...this.#gangs.values()].map((gang) => gang.save());
  }

  restore(saved: readonly SavedGang[]): void {
    for (const gang of saved) this.#gangs.set(gang.job, Gang.restore(gang, this.#world));
  }

  /**
   * Takes the order down; `pursue` carries it out.
   * @param nowMs of the order.
   * @throws Error if it is impossible.
   */
  order(action: JobAction, nowMs: number): void {
    switch (action.kind) {
      case "start-job":
        return this.#order(action, nowMs);
      case "resume-job":
        return this.#gangOf(action.job, action.kind).resume(action);
      case "grow-job":
        return this.#gangOf(action.job, action.kind).grow(action);
      case "shrink-job":
        return this.#gangOf(action.job, action.kind).shrink(action);
      case "suspend-job":
        return this.#gangOf(action.job, action.kind).suspend(action);
      case "stop-job": {
        const canSave = this.#context.catalog.job(action.job)?.job.checkpoint !== undefined;
        return this.#gangOf(action.job, action.kind).stop(action, canSave);
      }
      case "wait-job":
      case "give-up-job":
        return;
      default:
        return unreachable(action);
    }
  }

  /** What holds since it is journaled that this was told in a step of `nowMs`. O(gangs). */
  told(event: Event, nowMs: number): void {
    switch (event.kind) {
      case "job-started":
      case "job-checkpointed":
      case "job-ended":
        return this.#toldOne(event, nowMs);
      case "departed":
        for (const gang of this.#gangs.values()) {
          if (gang.toldDeparted(event.departure)) this.#drop(gang);
        }
        return;
      case "device-failed":
        for (const gang of this.#gangs.values()) gang.lose(event.device);
        return;
      case "node-lost":
        for (const gang of this.#gangs.values()) gang.lose();
        return;
      default:
        return;
    }
  }

  /** After a restart: what of the gangs is there. */
  compare(states: ReadonlyMap<string, ProcessState>): void {
    for (const gang of this.#gangs.values()) {
      for (const member of gang.data.members) {
        const id = gang.idOf(member);
        if (states.get(id)?.kind !== "running") continue;
        this.#context.processes.adopt(
          id,
          shareOf(this.#roleOf(gang.data, member).request, this.#memberClass),
        );
      }
      gang.compare(states);
    }
  }

  /** Ids of all processes that run, or are asked for. */
  processes(): string[] {
    return [...this.#gangs.values()].flatMap((gang) =>
      gang.data.members.filter(isThere).map((member) => gang.idOf(member)),
    );
  }

  /** Whether a gang has this process. */
  has(id: string): boolean {
    return this.#memberOf(id) !== undefined;
  }

  /** Departures whose end any gang has to tell. */
  departures(): readonly DepartureId[] {
    return [...this.#gangs.values()].flatMap(({ data }) => departuresOf(data));
  }

  /** O(members of all gangs). */
  pursue(): void {
    const { ports } = this.#context;
    for (const gang of this.#gangs.values()) {
      gang.pursue();
      const port = ports.knownPortOf(gangId(gang.data));
      if (port !== undefined) this.#writeFile(gang.data, port);
    }
  }

  /** Members that run already go on without it. */
  #writeFile(gang: GangData, port: number): void {
    try {
      this.#context.gangFiles.write(gang, port);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (this.#fileFaults.get(gang.job) === error.message) return;
      this.#fileFaults.set(gang.job, error.message);
      const message = `its members do not learn who is among them: ${error.message}`;
      const about = { kind: "BatchJob", name: gang.job } as const;
      this.#context.note({ about, type: "Warning", reason: "gang-file-unusable", message });
    }
  }

  onRunning(id: string): void {
    const { gang, number } = this.#memberOf(id) ?? {};
    gang?.onRunning(number!);
  }

  onEnded(id: string, end: ProcessEnd): void {
    const { gang, number } = this.#memberOf(id) ?? {};
    gang?.onEnded(number!, end);
  }

  /** Looks for checkpoints, less often where that takes its time. */
  tellCheckpoints(): void {
    if (this.#isResting) return;
    const { clock } = this.#context;
    const begunMs = clock.nowMs();
    for (const gang of this.#gangs.values()) if (gang.data.phase === "up") gang.tellCheckpoint();
    const restMs = REST_PER_LOOK * (clock.nowMs() - begunMs);
    if (restMs <= 0) return;
    this.#isResting = true;
    clock.after(Math.min(restMs, REST_MS_MAX), () => {
      this.#isResting = false;
    });
  }

  #toldOne(event: GangEvent, nowMs: number): void {
    const gang = this.#gangs.get(event.job);
    if (gang === undefined || gang.data.attempt !== event.attempt) return;
    const isOver = gang.told(event, nowMs);
    if (event.kind === "job-checkpointed") this.#checkpointsOf(gang.data).told(gang.data.savedMs);
    if (isOver) this.#drop(gang);
  }

  #drop(gang: Gang): void {
    this.#gangs.delete(gang.data.job);
    this.#fileFaults.delete(gang.data.job);
    gang.discard();
    this.#context.gangFiles.remove(gang.data);
    this.#context.ports.release(gangId(gang.data));
  }

  #order(action: StartJob, nowMs: number): void {
    const { job, members } = action;
    if (this.#gangs.has(job)) throw new Error(`start-job ${job}: it is there already`);
    const known = this.#context.catalog.job(job);
    if (known === undefined) throw new Error(`start-job ${job}: there is no such job`);
    for (const { role, node } of members) {
      if (node !== this.#context.node)
        throw new Error(`start-job ${job}: there is no node ${node}`);
      if (known.job.roles.some(({ name }) => name === role)) continue;
      throw new Error(`start-job ${job}: it has no role ${role}`);
    }
    const gang = Gang.start(action, { mark: markOf(known.uid), nowMs }, this.#world);
    this.#gangs.set(job, gang);
  }

  #memberOf(id: string): { readonly gang: Gang; readonly number: number } | undefined {
    const name = parseProcess(id);
    if (name?.kind !== "job") return undefined;
    const gang = this.#gangs.get(name.name as JobId);
    const member = gang?.data.members.find((other) => gang.idOf(other) === id);
    return gang && member && { gang, number: member.number };
  }

  #gangOf(job: JobId, what: string): Gang {
    const gang = this.#gangs.get(job);
    if (gang === undefined) throw new Error(`${what} ${job}: it is not on this machine`);
    return gang;
  }

  async #start(gang: GangData, member: Member): Promise<void> {
    const { folders, gangFiles, ports, launcher, processes } = this.#context;
    const masterPort = await ports.portOf(gangId(gang));
    const isWanted = gang.phase !== "stopping" && gang.phase !== "broken" && isStaying(member);
    const id = memberProcess(gang, member.number);
    if (!isWanted)
      return processes.refuse(id, "not-wanted", "it was told to leave before it began");
    // Whoever could write there since the job was taken may have put something else in its place.
    const { checkpointPath } = this.#knownOf(gang).launch;
    const fault = checkpointPath && checkpointFault(folders, checkpointPath);
    if (fault) return processes.refuse(id, "checkpoint-unusable", fault);
    gangFiles.write(gang, masterPort);
    launcher.start(this.#startOrder(gang, member, masterPort));
  }

  #startOrder(gang: GangData, member: Member, masterPort: number): StartOrder {
    const { job, attempt } = gang;
    const { number, role, devices } = member;
    const { launch } = this.#knownOf(gang);
    const roster = rosterOf(gang);
    const below = launch.checkpointPath;
    const { folders, gangFiles } = this.#context;
    const place = gangVariables({
      job,
      attempt,
      member: number,
      role,
      rank: roster.indexOf(member),
      worldSize: roster.length,
      masterPort,
      gangFile: gangFiles.fileOf(gang),
      ...(below === undefined ? {} : { checkpointFolder: folders.makeCheckpointOf(below) }),
    });
    return {
      id: memberProcess(gang, number),
      launch: launch.roles.find(({ role: name }) => name === role)!,
      request: this.#roleOf(gang, member).request,
      class: this.#memberClass,
      devices,
      own: place,
      folder: job,
    };
  }

  #knownOf({ job }: GangData): CatalogJob {
    const known = this.#context.catalog.job(job);
    if (known === undefined) throw new Error(`job ${job} is here and not in the catalog`);
    return known;
  }

  #roleOf(gang: GangData, { role }: Member): CatalogJob["job"]["roles"][number] {
    return this.#knownOf(gang).job.roles.find(({ name }) => name === role)!;
  }

  #lastWords(gang: GangData, { number }: Member, end: ProcessEnd): string | undefined {
    const known = this.#context.catalog.job(gang.job);
    if (known === undefined || end.kind !== "exited") return undefined;
    return lastWords(memberProcess(gang, number), known.launch.roles, this.#context.folders);
  }

  #hasNewCheckpoint(gang: GangData): boolean {
    const { catalog, folders, clock } = this.#context;
    const below = catalog.job(gang.job)?.launch.checkpointPath;
    if (below === undefined) return false;
    const nowMs = clock.nowMs();
    const newestMs = newestFileMs(folders.checkpointOf(below), nowMs);
    return this.#checkpointsOf(gang).isNew(newestMs, nowMs);
  }

  #checkpointsOf(gang: GangData): ToldCheckpoints {
    const known = this.#checkpoints.get(gang) ?? new ToldCheckpoints(gang.savedMs);
    this.#checkpoints.set(gang, known);
    return known;
  }
}
