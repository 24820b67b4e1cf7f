import type { Share, WorkClass } from "./isolation.ts";
import type { Controller } from "./hierarchies.ts";

/** A value for a control file. */
export interface Setting {
  readonly controller: Controller;
  readonly file: string;
  readonly value: string;
}

/** How a version of cgroups says what Neuraxis wants: names of files, and the units in them. */
export interface Dialect {
  /** For the folder of a class. A file that is not there, or refuses, makes a promise weaker. */
  classSettings(workClass: WorkClass, cores: number): readonly Setting[];
  /** For the folder of a workload, in this order; of several for one file the last counts. */
  shareSettings(share: Share): readonly Setting[];
  /** Thousandths of a core that a group may use in each period; undefined for no such limit. */
  quota(cpuMilli: number | undefined, periodMs: number): readonly Setting[];
  freeze(isFrozen: boolean): Setting;
  /** Whether all in the folder of a group stands still. */
  isFrozen(folder: string): boolean;
  /** Milliseconds of CPU, by the folder of a group. */
  cpuMs(folder: string): number;
  /** Bytes that the kernel cannot drop at once, by the folder of a group. */
  memoryBytes(folder: string): number;
}

/** Period of a workload's quota, the kernel's default. The least quota is 1 ms in it. */
export const SHARE_PERIOD_MS = 100;

/** Period for all offline work: shorter, so that what it does under a limit is spread evenly. */
export const OFFLINE_PERIOD_MS = 20;

/** Threads that a workload may have, and how many more for each core that it asks for. */
const THREADS = { least: 4096, perCore: 1024 } as const;

const MIB = 2 ** 20;

export function bytesOf(share: Share): string {
  return String(share.memoryMiB * MIB);
}

/** Both versions, and one core begun counts as a whole one. */
export function threadLimit({ cpuMilli }: Share): Setting {
  const most = THREADS.least + THREADS.perCore * Math.ceil(cpuMilli / 1000);
  return { controller: "pids", file: "pids.max", value: String(most) };
}

/** A weight for so many thousandths of a core, one core being `perCore`. */
export function weigh(cpuMilli: number, perCore: number, [least, most]: [number, number]): string {
  return String(Math.min(most, Math.max(least, Math.round((cpuMilli * perCore) / 1000))));
}
