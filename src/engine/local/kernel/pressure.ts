import { readdirSync } from "node:fs";
import path from "node:path";
import { readControl } from "./control-file.ts";
import type { Isolation } from "./isolation.ts";

/** How often pressure should be sampled: a reaction needs two samples, and some time to act. */
export const SAMPLE_INTERVAL_MS = 50;

/** Threads whose waiting is read in one sample, 10 µs each; those beyond are not looked at. */
const THREADS_MAX = 512;

/** What online work went through since the last sample. */
export interface PressureSample {
  /** By the caller's clock, which never goes back. */
  readonly atMs: number;
  /** Since the last sample, above 0. */
  readonly spanMs: number;
  /**
   * Share of the span, 0 to 1, in which an online process could have run and had no CPU, whoever
   * had it. Without `cpu.pressure` of the class: all its threads' waits, added up, at most 1.
   */
  readonly cpuWait: number;
  /**
   * Share of the span, 0 to 1, in which an online process waited for memory to be found. Without
   * `memory.pressure` of the class: any process of the machine; without both, 0.
   */
  readonly memoryStall: number;
  /** Thousandths of a core in use during the span. */
  readonly onlineCpuMilli: number;
  readonly offlineCpuMilli: number;
  /** Time that taking this sample took. With cgroups 0.2 ms, 0.4 % of SAMPLE_INTERVAL_MS. */
  readonly costMs: number;
}

/** Totals that only rise, in milliseconds. */
interface Totals {
  readonly cpuWaitMs: number;
  readonly memoryStallMs: number;
  readonly onlineCpuMs: number;
  readonly offlineCpuMs: number;
}

export interface PressureOptions {
  /** Milliseconds from any origin, with fractions; never goes back. */
  readonly clock: () => number;
  /** Prefix of all paths of the system, "/" but in tests. */
  readonly root?: string;
}

/**
 * Samples how much online work is held up. By the class' own pressure files where the kernel has
 * them. The pressure of the whole machine would tell of offline work that waits, which it may; so
 * elsewhere waits of online threads are added up (schedstat, the time spent on a run queue).
 */
export class PressureSampler {
  readonly #isolation: Isolation;
  readonly #clock: () => number;
  readonly #proc: string;
  readonly #folder: string | undefined;
  /** Milliseconds waited until the last sample, by thread. */
  #waits = new Map<string, number>();
  #waitedMs = 0;
  #lastMs: number;
  #last: Totals;

  /** Takes the totals that the first sample begins with. */
  constructor(isolation: Isolation, { clock, root = "/" }: PressureOptions) {
    this.#isolation = isolation;
    this.#clock = clock;
    this.#proc = path.join(root, "proc");
    this.#folder = isolation.pressureFolder("online");
    this.#lastMs = clock();
    this.#last = this.#readTotals();
  }

  /** What was since the last sample; undefined if the clock has not moved since. */
  sample(): PressureSample | undefined {
    const atMs = this.#clock();
    const spanMs = atMs - this.#lastMs;
    if (spanMs <= 0) return undefined;
    const totals = this.#readTotals();
    const last = this.#last;
    this.#lastMs = atMs;
    this.#last = totals;
    const share = (key: keyof Totals) => Math.max(0, totals[key] - last[key]) / spanMs;
    return {
      atMs,
      spanMs,
      cpuWait: Math.min(1, share("cpuWaitMs")),
      memoryStall: Math.min(1, share("memoryStallMs")),
      onlineCpuMilli: share("onlineCpuMs") * 1000,
      offlineCpuMilli: share("offlineCpuMs") * 1000,
      costMs: this.#clock() - atMs,
    };
  }

  #readTotals(): Totals {
    const folder = this.#folder;
    return {
      cpuWaitMs: folder === undefined ? this.#addWaits() : readStall(folder, "cpu.pressure"),
      memoryStallMs:
        folder === undefined
          ? readStall(path.join(this.#proc, "pressure"), "memory")
          : readStall(folder, "memory.pressure"),
      onlineCpuMs: this.#isolation.classCpuMs("online"),
      offlineCpuMs: this.#isolation.classCpuMs("offline"),
    };
  }

  /** Adds what each online thread has waited since the last sample; a new thread counts from now. */
  #addWaits(): number {
    const waits = new Map<string, number>();
    for (const thread of this.#listThreads()) {
      const wait = readControl(thread, "schedstat")?.split(" ")[1];
      if (wait === undefined) continue;
      const waitMs = Number(wait) / 1e6;
      waits.set(thread, waitMs);
      this.#waitedMs += Math.max(0, waitMs - (this.#waits.get(thread) ?? waitMs));
    }
    this.#waits = waits;
    return this.#waitedMs;
  }

  #listThreads(): readonly string[] {
    return this.#isolation
      .processes("online")
      .flatMap((pid) => {
        const folder = path.join(this.#proc, String(pid), "task");
        return listNames(folder).map((thread) => path.join(folder, thread));
      })
      .slice(0, THREADS_MAX);
  }
}

/** Milliseconds in which something waited ("some"), by a file of pressure information. */
function readStall(folder: string, file: string): number {
  const total = /^some .*total=(\d+)/m.exec(readControl(folder, file) ?? "")?.[1];
  return Number(total ?? 0) / 1000;
}

function listNames(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
