/**
 * How online work is kept from harm by offline work, as far as this machine's kernel can: one
 * interface, and behind it cgroups of version 1 or 2, or nothing but priorities. Workloads are in
 * one of two classes, each a folder in every hierarchy: `neuraxis-KEY.online/ID` and
 * `neuraxis-KEY.offline/ID`. The offline class runs when nothing else wants the CPU, be it of
 * Neuraxis or not.
 */

/** Online work answers requests; offline work uses what that leaves. */
export type WorkClass = "online" | "offline";

/** What a workload is granted. */
export interface Share {
  readonly class: WorkClass;
  /** Thousandths of a core: its weight among others of its class; with it rises the limit of threads. */
  readonly cpuMilli: number;
  /** Thousandths of a core that it never exceeds, from 10; absent: it may use what is idle. */
  readonly cpuMaxMilli?: number;
  /** MiB from 1. What exceeds them is killed, and nothing else is. */
  readonly memoryMiB: number;
}

/** What offline work may use beside online work. */
export interface OfflineLimit {
  /** Thousandths of a core for all of it, from OFFLINE_MILLI_MIN; absent: all that is idle. */
  readonly cpuMilli?: number;
  readonly isFrozen: boolean;
}

/** No limit but the kernel's order: what an engine begins with, and returns to. */
export const UNLIMITED: OfflineLimit = { isFrozen: false };

/** Least quota of offline work, in thousandths of a core: the kernel's least, 1 ms in a period. */
export const OFFLINE_MILLI_MIN = 50;

/** What a workload or a class has used. */
export interface Usage {
  /** CPU time since its folders were made, or since its processes began; it may fall without cgroups. */
  readonly cpuMs: number;
  /** Without what the kernel can drop at once (cached files not used lately). */
  readonly memoryBytes: number;
}

/** One thing that work may rely on, and what keeps it. */
export interface KernelPromise {
  readonly what:
    | "cpu-order"
    | "cpu-limit"
    | "offline-quota"
    | "memory-limit"
    | "memory-order"
    | "process-limit"
    | "io-order"
    | "freeze"
    | "pressure";
  /** Kept by the kernel whatever the processes do; otherwise `by` is the next best. */
  readonly isKept: boolean;
  /** The mechanism: a file of a cgroup, a call, or "nothing". */
  readonly by: string;
  /** What is weaker than it should be and why, and the cure if there is one; absent if nothing is. */
  readonly weaker?: string;
}

/** Plain data for `doctor` and for a node's status. */
export interface IsolationReport {
  readonly kind: "cgroup-v1" | "cgroup-v2" | "none";
  /** Each `what` once, in the order of the type. */
  readonly promises: readonly KernelPromise[];
  /** The folders of both classes; empty without cgroups. */
  readonly folders: readonly string[];
}

/** A workload that has folders. */
export interface IsolatedWorkload {
  readonly id: string;
  readonly class: WorkClass;
}

/**
 * Calls are synchronous and take well below a millisecond, but for a first move of a process
 * between cgroups (up to 20 ms, done by the keeper). What was made is found again on the file
 * system by the next process that uses the same key. It calls `make` and `afterSpawn` again for
 * what it adopts, `freeze` for what is suspended, and `limitOffline`.
 */
export interface Isolation {
  describe(): IsolationReport;

  /**
   * Makes a workload's folders, or brings those that exist up to date: shares may change while it
   * runs, its class may not.
   * @param id 1 to 253 characters, at most 253 when all but letters, digits and `.-_` are escaped.
   * @returns the folders to start its processes in (`cgroups` of the keeper); empty without cgroups.
   * @throws Error naming the file, if the kernel refuses a limit; RangeError for an id too long.
   */
  make(id: string, share: Share): readonly string[];

  /** What cgroups cannot: priority, and who is killed first when the machine's memory is full. */
  afterSpawn(id: string, pid: number): void;

  /** Stops workloads where they are, with all their memory. Unknown ids are skipped. */
  freeze(ids: readonly string[]): void;
  /** They run on, unless all offline work is frozen. */
  thaw(ids: readonly string[]): void;
  /** Whether none of its processes runs any more since it was frozen; a frozen group needs moments. */
  isFrozen(id: string): boolean;
  /**
   * To be called before a workload is told to end. It runs from now on, even while all offline work
   * is frozen: a frozen process acts on no SIGTERM, nor, on version 1, on SIGKILL.
   */
  release(id: string): void;

  /** Limits all offline work that is and will be, until the next call. */
  limitOffline(limit: OfflineLimit): void;

  /** Of an unknown id: zero. */
  usage(id: string): Usage;
  classUsage(workClass: WorkClass): Usage;
  /** As in `classUsage`, and cheaper: it is asked for many times a second. */
  classCpuMs(workClass: WorkClass): number;
  /** Numbers of the processes of a class, unsorted; without cgroups up to a second old. */
  processes(workClass: WorkClass): readonly number[];
  /**
   * Folder with `cpu.pressure` and `memory.pressure` of the class alone; absent where the kernel
   * only tells those of the whole machine.
   */
  pressureFolder(workClass: WorkClass): string | undefined;

  /** Whether it has no process. */
  isEmpty(id: string): boolean;
  /** Removes its folders. False, and those with processes stay, if it is not empty. */
  remove(id: string): boolean;
  /** All workloads that have folders, whoever made them, by id. */
  list(): readonly IsolatedWorkload[];
  /** Thaws everything, and removes the classes' folders with all that are empty below them. */
  removeAll(): void;
}
