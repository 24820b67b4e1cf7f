import { readControl } from "./control-file.ts";
import { findProcesses, sendSignal } from "../keeper/process-table.ts";
import {
  UNLIMITED,
  type IsolatedWorkload,
  type Isolation,
  type IsolationReport,
  type OfflineLimit,
  type Share,
  type Usage,
  type WorkClass,
} from "./isolation.ts";
import { demote, makeIdle } from "./process-priority.ts";
import { PROMISES_WITHOUT_CGROUPS } from "./promises.ts";

/** Unit of times in /proc/PID/stat: USER_HZ is 100 on every machine that Node runs on. */
const TICK_MS = 10;
/** Unit of sizes in /proc/PID/stat. Larger on some ARM machines; then memory is told too small. */
const PAGE_BYTES = 4096;

/** How long the list of all processes is used for what is only counted. */
const SESSIONS_AGE_MS = 1000;

interface Entry {
  readonly share: Share;
  /** First process, which leads its session; absent until it has begun. */
  leader?: number;
  isSuspended: boolean;
  isReleased: boolean;
  isStopped: boolean;
}

/**
 * Priorities and signals, for a system without cgroups or a user who may not use them. All it knows
 * is in memory: there are no folders to find again.
 */
export class NoCgroups implements Isolation {
  readonly #entries = new Map<string, Entry>();
  #limit: OfflineLimit = UNLIMITED;
  /** Processes by session, and when they were read. */
  #sessions: ReadonlyMap<number, readonly number[]> = new Map();
  #readAtMs = Number.NEGATIVE_INFINITY;

  describe(): IsolationReport {
    return { kind: "none", promises: PROMISES_WITHOUT_CGROUPS, folders: [] };
  }

  make(id: string, share: Share): readonly string[] {
    const fresh = { isSuspended: false, isReleased: false, isStopped: false };
    this.#entries.set(id, { ...fresh, ...this.#entries.get(id), share });
    return [];
  }

  afterSpawn(id: string, pid: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    entry.leader = pid;
    if (entry.share.class === "online") return;
    demote([pid]);
    makeIdle([pid]);
    this.#applyFreeze(entry);
  }

  freeze(ids: readonly string[]): void {
    for (const entry of this.#find(ids)) {
      entry.isSuspended = true;
      entry.isReleased = false;
      this.#applyFreeze(entry);
    }
  }

  thaw(ids: readonly string[]): void {
    for (const entry of this.#find(ids)) {
      entry.isSuspended = false;
      this.#applyFreeze(entry);
    }
  }

  isFrozen(id: string): boolean {
    return this.#entries.get(id)?.isStopped ?? false;
  }

  release(id: string): void {
    for (const entry of this.#find([id])) {
      entry.isSuspended = false;
      entry.isReleased = true;
      this.#applyFreeze(entry);
    }
  }

  limitOffline(limit: OfflineLimit): void {
    this.#limit = limit;
    for (const entry of this.#entries.values()) this.#applyFreeze(entry);
  }

  usage(id: string): Usage {
    return (
      this.#find([id])
        .map((entry) => usageOf(this.#recall(entry)))
        .at(0) ?? { cpuMs: 0, memoryBytes: 0 }
    );
  }

  classUsage(workClass: WorkClass): Usage {
    const usages = this.#ofClass(workClass).map((entry) => usageOf(this.#recall(entry)));
    return {
      cpuMs: usages.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
      memoryBytes: usages.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    };
  }

  classCpuMs(workClass: WorkClass): number {
    return this.classUsage(workClass).cpuMs;
  }

  processes(workClass: WorkClass): readonly number[] {
    return this.#ofClass(workClass).flatMap((entry) => this.#recall(entry));
  }

  pressureFolder(): undefined {
    return undefined;
  }

  isEmpty(id: string): boolean {
    return this.#find([id]).flatMap(processesOf).length === 0;
  }

  remove(id: string): boolean {
    if (!this.isEmpty(id)) return false;
    this.#entries.delete(id);
    return true;
  }

  list(): readonly IsolatedWorkload[] {
    return [...this.#entries]
      .map(([id, { share }]) => ({ id, class: share.class }))
      .toSorted((left, right) => (left.id < right.id ? -1 : Number(left.id > right.id)));
  }

  removeAll(): void {
    for (const id of this.#entries.keys()) this.release(id);
    this.#entries.clear();
    this.#limit = UNLIMITED;
  }

  /** What was not stopped is not told to go on: a user may have stopped it. */
  #applyFreeze(entry: Entry): void {
    const isClassFrozen = this.#limit.isFrozen && entry.share.class === "offline";
    const shouldStop = !entry.isReleased && (entry.isSuspended || isClassFrozen);
    if (entry.leader === undefined || shouldStop === entry.isStopped) return;
    const signal = shouldStop ? "SIGSTOP" : "SIGCONT";
    sendSignal(-entry.leader, signal);
    for (const pid of processesOf(entry)) sendSignal(pid, signal);
    entry.isStopped = shouldStop;
  }

  /** As processesOf, from at most a second ago: reading all processes costs milliseconds. */
  #recall({ leader }: Entry): readonly number[] {
    const nowMs = performance.now();
    if (nowMs - this.#readAtMs >= SESSIONS_AGE_MS) {
      const sessions = new Map<number, number[]>();
      findProcesses((pid, { session }) => {
        sessions.set(session, [...(sessions.get(session) ?? []), pid]);
        return false;
      });
      this.#sessions = sessions;
      this.#readAtMs = nowMs;
    }
    return leader === undefined ? [] : (this.#sessions.get(leader) ?? []);
  }

  #find(ids: readonly string[]): readonly Entry[] {
    return ids.map((id) => this.#entries.get(id)).filter((entry) => entry !== undefined);
  }

  #ofClass(workClass: WorkClass): readonly Entry[] {
    return [...this.#entries.values()].filter(({ share }) => share.class === workClass);
  }
}

/** The session of its leader; outside Linux the leader alone, if its group has somebody left. */
function processesOf({ leader }: Entry): readonly number[] {
  if (leader === undefined) return [];
  const pids = findProcesses((_, { session }) => session === leader);
  const isSeen = pids.length > 0 || process.platform === "linux";
  return isSeen ? pids : [leader].filter((pid) => sendSignal(-pid, 0));
}

/** By proc_pid_stat(5): of processes that run, with their children that have ended. */
function usageOf(pids: readonly number[]): Usage {
  const stats = pids.map((pid) => {
    const stat = readControl(`/proc/${pid}`, "stat") ?? "";
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
  });
  const sum = (fields: readonly number[]) =>
    stats.reduce(
      (total, stat) => total + fields.reduce((some, field) => some + (stat[field] || 0), 0),
      0,
    );
  return { cpuMs: sum([11, 12, 13, 14]) * TICK_MS, memoryBytes: sum([21]) * PAGE_BYTES };
}
