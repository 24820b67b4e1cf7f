import { cpus } from "node:os";

/** CPU time of all cores since the machine started. */
export interface CpuTime {
  /** Nobody's. */
  readonly idleMs: number;
  /** Of processes that yield to all others (nice): the engine makes offline ones such. */
  readonly offlineMs: number;
}

export function cpuTime(): CpuTime {
  let [idleMs, offlineMs] = [0, 0];
  for (const { times } of cpus()) {
    idleMs += times.idle;
    offlineMs += times.nice;
  }
  return { idleMs, offlineMs };
}

export function cpuTimeSince(before: CpuTime): CpuTime {
  const now = cpuTime();
  return { idleMs: now.idleMs - before.idleMs, offlineMs: now.offlineMs - before.offlineMs };
}

/** Share of what online work and all others left idle that offline work has used; 0 of nothing. */
export function shareUsed({ idleMs, offlineMs }: CpuTime): number {
  const leftMs = idleMs + offlineMs;
  return leftMs === 0 ? 0 : offlineMs / leftMs;
}
