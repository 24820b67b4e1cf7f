import { cpus } from "node:os";
import type { UsageAnswer } from "../../api/answers.ts";

/** CPU time of all cores: since the machine or the control plane started, or in between. */
export interface CpuTime {
  /** Nobody's. */
  readonly idleMs: number;
  /** Of offline work, which uses what all others leave. */
  readonly offlineMs: number;
  /** Of whatever is no work of this control plane. */
  readonly othersMs: number;
}

export const NO_TIME: CpuTime = { idleMs: 0, offlineMs: 0, othersMs: 0 };

/** @param usage as the control plane tells it now. */
export function readCpuTime({ nodes }: UsageAnswer): CpuTime {
  let [idleMs, busyMs] = [0, 0];
  for (const { times } of cpus()) {
    idleMs += times.idle;
    busyMs += times.user + times.nice + times.sys + times.irq;
  }
  const offlineMs = nodes[0]?.offline.cpuMs ?? 0;
  const onlineMs = nodes[0]?.online.cpuMs ?? 0;
  return { idleMs, offlineMs, othersMs: busyMs - offlineMs - onlineMs };
}

/** What came between two readings; nothing where a count began anew. */
export function cpuTimeBetween(before: CpuTime, after: CpuTime): CpuTime {
  return {
    idleMs: Math.max(0, after.idleMs - before.idleMs),
    offlineMs: Math.max(0, after.offlineMs - before.offlineMs),
    othersMs: Math.max(0, after.othersMs - before.othersMs),
  };
}

export function addCpuTime(left: CpuTime, right: CpuTime): CpuTime {
  return {
    idleMs: left.idleMs + right.idleMs,
    offlineMs: left.offlineMs + right.offlineMs,
    othersMs: left.othersMs + right.othersMs,
  };
}

/** Share of what online work and all others left idle that offline work has used; 0 of nothing. */
export function shareUsed({ idleMs, offlineMs }: CpuTime): number {
  const leftMs = idleMs + offlineMs;
  return leftMs === 0 ? 0 : offlineMs / leftMs;
}
