import type { JobAction, StartJob } from "../../model/action.ts";
import type { Event } from "../../model/event.ts";
import type { JobId } from "../../model/ids.ts";
import type { JobLaunch } from "../../model/launch.ts";
import { unreachable } from "../../model/unreachable.ts";
import { newestFileMs } from "./checkpoints.ts";
import type { EngineContext } from "./engine-context.ts";
import { Gang } from "./gang.ts";
import { memberProcess, type SavedGang, type SavedMember } from "./gang-data.ts";
import type { GangWorld } from "./gang-world.ts";
import { gangVariables } from "./process-variables.ts";
import type { ProcessEnd, ProcessState } from "./processes.ts";

/** Time to save in, beside twice the time that the job says it takes. */
const SAVE_GRACE_MS = 30_000;

/** All jobs that are somewhere on this machine. */
export class Gangs {
  readonly #context: EngineContext;
  readonly #gangs = new Map<JobId, Gang>();
  readonly #world: GangWorld;

  constructor(context: EngineContext) {
    this.#context = context;
    const { processes } = context;
    this.#world = {
      departures: context.departures,
      tell: (event) => context.tell(event),
      note: (note) => context.note(note),
      start: (gang, member) => void this.#start(gang, member).catch((error) => context.fail(error)),
      end: (id, { ms }) => processes.end(id, "SIGTERM", ms),
      kill: (id) => processes.kill(id),
      freeze: (ids) => processes.freeze(ids),
      thaw: (ids) => processes.thaw(ids),
      forget: (id) => context.forget(id),
      newestCheckpointMs: (job) => this.#newestCheckpointMs(job),
      saveGraceMs: (job) =>
        SAVE_GRACE_MS + 2 * (context.catalog.job(job)?.job.checkpoint?.saveMs ?? 0),
    };
  }

  get isEmpty(): boolean {
    return this.#gangs.size === 0;
  }

  save(): readonly SavedGang[] {
    return [...this.#gangs.values()].map(({ data }) => structuredClone(data));
  }

  restore(saved: readonly SavedGang[]): void {
    for (const data of saved) {
      this.#gangs.set(data.job, new Gang(structuredClone(data), this.#world));
    }
  }

  /** Takes the order down; `pursue` carries it out. @throws Error if it is impossible. */
  order(action: JobAction): void {
    switch (action.kind) {
      case "start-job":
        return this.#order(action);
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

  /** What holds since this event was told. */
  told(event: Event): void {
    for (const [job, gang] of this.#concerned(event)) {
      if (gang.told(event)) this.#drop(job, gang);
    }
  }

  compare(states: ReadonlyMap<string, ProcessState>): void {
    for (const gang of this.#gangs.values()) gang.compare(states);
  }

  /** Ids of all processes that any gang has. */
  processes(): string[] {
    return [...this.#gangs.values()].flatMap((gang) => gang.processes);
  }

  pursue(): void {
    for (const gang of this.#gangs.values()) gang.pursue();
  }

  onRunning(id: string): void {
    this.#withMember(id, (gang, member) => gang.onRunning(member));
  }

  onEnded(id: string, end: ProcessEnd): void {
    this.#withMember(id, (gang, member) => gang.onEnded(member, end));
  }

  tellCheckpoints(): void {
    for (const gang of this.#gangs.values()) if (gang.data.phase === "up") gang.tellCheckpoint();
  }

  #drop(job: JobId, { data }: Gang): void {
    this.#gangs.delete(job);
    this.#context.ports.release(portHolder(data));
  }

  #order(action: StartJob): void {
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
    this.#gangs.set(job, Gang.start(action, this.#world));
  }

  /** O(gangs) for a departure. */
  #concerned(event: Event): readonly (readonly [JobId, Gang])[] {
    switch (event.kind) {
      case "job-started":
      case "job-ended": {
        const gang = this.#gangs.get(event.job);
        return gang === undefined ? [] : [[event.job, gang]];
      }
      case "departed":
        return [...this.#gangs];
      case "device-failed":
        for (const gang of this.#gangs.values()) gang.lose(event.device);
        return [];
      default:
        return [];
    }
  }

  #withMember(id: string, act: (gang: Gang, member: number) => void): void {
    const [, job, attempt, member] = /^job\.(.*)\.(\d+)\.(\d+)$/.exec(id) ?? [];
    const gang = this.#gangs.get(job as JobId);
    if (gang === undefined || gang.data.attempt !== Number(attempt)) return;
    act(gang, Number(member));
    gang.pursue();
  }

  #gangOf(job: JobId, what: string): Gang {
    const gang = this.#gangs.get(job);
    if (gang === undefined) throw new Error(`${what} ${job}: it is not on this machine`);
    return gang;
  }

  async #start(gang: SavedGang, member: SavedMember): Promise<void> {
    const { catalog, ports } = this.#context;
    const id = memberProcess(gang.job, gang.attempt, member.number);
    const known = catalog.job(gang.job);
    if (known === undefined) throw new Error(`job ${gang.job} starts and is not in the catalog`);
    const { launch, job } = known;
    const role = launch.roles.find(({ role: name }) => name === member.role)!;
    const { request } = job.roles.find(({ name }) => name === member.role)!;
    const masterPort = await ports.portOf(portHolder(gang));
    this.#context.launcher.start({
      id,
      launch: role,
      request,
      class: "offline",
      devices: member.devices,
      own: this.#placeOf(gang, member, launch, masterPort),
      folder: gang.job,
    });
  }

  #placeOf(
    gang: SavedGang,
    { number, role }: SavedMember,
    { checkpointPath }: JobLaunch,
    masterPort: number,
  ): Readonly<Record<string, string>> {
    const numbers = gang.members.map((member) => member.number).toSorted((a, b) => a - b);
    const below = checkpointPath;
    return gangVariables({
      job: gang.job,
      attempt: gang.attempt,
      member: number,
      role,
      rank: numbers.indexOf(number),
      worldSize: numbers.length,
      masterPort,
      ...(below === undefined
        ? {}
        : { checkpointFolder: this.#context.folders.makeCheckpointOf(below) }),
    });
  }

  #newestCheckpointMs(job: JobId): number {
    const below = this.#context.catalog.job(job)?.launch.checkpointPath;
    return below === undefined ? 0 : newestFileMs(this.#context.folders.checkpointOf(below));
  }
}

/** All members meet at one port. */
function portHolder({ job, attempt }: SavedGang): string {
  return `job.${job}.${attempt}`;
}
