import type { CpuLoad, CpuSpent } from "../../engine/simulated/cpu-load.ts";

/** Milli-CPU × milliseconds. */
const CORE_HOUR = 1000 * 3_600_000;

/** What became of the CPU of all overcommitted nodes; hours are core-hours. */
export interface CpuSummary {
  /** What replicas asked for, from the start of loading on, and what they used of it. */
  readonly askedHours: number;
  readonly usedHours: number;
  /** What jobs held, and what of it was more than the nodes have beside what replicas ask for. */
  readonly jobHours: number;
  readonly borrowedHours: number;
  /** What jobs asked for and replicas used, as far as it was more than a node has. */
  readonly overloadHours: number;
  /** The longest time without a break in which a node was overloaded. */
  readonly overloadMaxSeconds: number;
}

/** `undefined` without overcommitted nodes. O(nodes). */
export function summarizeCpu(loads: readonly CpuLoad[]): CpuSummary | undefined {
  if (loads.length === 0) return undefined;
  const spent = loads.map((load) => load.spent);
  const hours = (of: (node: CpuSpent) => number): number =>
    spent.reduce((sum, node) => sum + of(node), 0) / CORE_HOUR;
  return {
    askedHours: hours(({ askedMilliMs }) => askedMilliMs),
    usedHours: hours(({ usedMilliMs }) => usedMilliMs),
    jobHours: hours(({ jobsMilliMs }) => jobsMilliMs),
    borrowedHours: hours(({ borrowedMilliMs }) => borrowedMilliMs),
    overloadHours: hours(({ overloadMilliMs }) => overloadMilliMs),
    overloadMaxSeconds:
      spent.reduce((most, { overloadMaxMs }) => Math.max(most, overloadMaxMs), 0) / 1000,
  };
}
