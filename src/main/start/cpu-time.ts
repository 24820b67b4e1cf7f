import { cpus } from "node:os";

/** CPU time of all cores since the machine started. */
export interface CpuTime {
  /** Nobody's. */
  readonly idleMs: number;
  /** Of offline work, which uses what all others leave. */
  readonly offlineMs: number;
}

/** CPU time of all cores that nobody has used since the machine started. */
export function idleTimeMs(): number {
  return cpus().reduce((sum, { times }) => sum + times.idle, 0);
}

/** What came between two readings; nothing where a count began anew. */
export function cpuTimeBetween(before: CpuTime, after: CpuTime): CpuTime {
  return {
    idleMs: Math.max(0, after.idleMs - before.idleMs),
    offlineMs: Math.max(0, after.offlineMs - before.offlineMs),
  };
}

/** Share of what online work and all others left idle that offline work has used; 0 of nothing. */
export function shareUsed({ idleMs, offlineMs }: CpuTime): number {
  const leftMs = idleMs + offlineMs;
  return leftMs === 0 ? 0 : offlineMs / leftMs;
}
