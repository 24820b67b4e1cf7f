import { PLACEMENT_POLICIES } from "../decide/policies/registry.ts";
import type { FillBound } from "./bound/fill-bound.ts";
import type { FillTask } from "./fill.ts";
import type { FillResult } from "./fill-result.ts";

export const POLICY_NAMES: readonly string[] = PLACEMENT_POLICIES.map((policy) => policy.name);

/** Tasks of a campaign, grouped by policy so that a worker can go on with what it has learnt. */
export function planTasks(
  policies: readonly string[],
  seeds: readonly number[],
  curves: boolean,
): FillTask[] {
  return policies.flatMap((policy) => seeds.map((seed) => ({ policy, seed, curves })));
}

export interface Spread {
  readonly mean: number;
  /** Standard deviation over seeds (n - 1); 0 for one seed. */
  readonly sd: number;
}

export interface PolicySummary {
  readonly policy: string;
  readonly meanAllocationAt: Readonly<Record<string, number>>;
  readonly sdAllocationAt: Readonly<Record<string, number>>;
  readonly gpusStranded: Spread;
  readonly fragmentationRatio: Spread;
  readonly failedBySort: Readonly<Record<string, number>>;
  readonly medianDecisionsPerSecond: number;
}

/** One summary for each policy, in order of first result. */
export function summarize(results: readonly FillResult[]): PolicySummary[] {
  const byPolicy = Map.groupBy(results, (result) => result.policy);
  return [...byPolicy].map(([policy, runs]) => summarizePolicy(policy, runs));
}

export interface BoundSummary {
  readonly meanAllocationAt: Readonly<Record<string, number>>;
  readonly sdAllocationAt: Readonly<Record<string, number>>;
  readonly gpusStranded: Spread;
}

/** Bounds over seeds, at least one. */
export function summarizeBounds(bounds: readonly FillBound[]): BoundSummary {
  return {
    ...summarizeAllocation(bounds),
    gpusStranded: spread(bounds.map((each) => each.gpusStranded)),
  };
}

function summarizePolicy(policy: string, runs: readonly FillResult[]): PolicySummary {
  const sorts = Object.keys(runs[0].failedBySort) as (keyof FillResult["failedBySort"])[];
  return {
    policy,
    ...summarizeAllocation(runs),
    gpusStranded: spread(runs.map((run) => run.gpusStranded)),
    fragmentationRatio: spread(runs.map((run) => run.fragmentationRatio)),
    failedBySort: Object.fromEntries(
      sorts.map((sort) => [sort, spread(runs.map((run) => run.failedBySort[sort])).mean]),
    ),
    medianDecisionsPerSecond: median(runs.map((run) => run.decisionsPerSecond)),
  };
}

function summarizeAllocation(runs: readonly Pick<FillResult, "allocationAt">[]) {
  const loads = Object.keys(runs[0].allocationAt);
  const allocation = loads.map(
    (load) => [load, spread(runs.map((run) => run.allocationAt[load]))] as const,
  );
  return {
    meanAllocationAt: Object.fromEntries(allocation.map(([load, { mean }]) => [load, mean])),
    sdAllocationAt: Object.fromEntries(allocation.map(([load, { sd }]) => [load, sd])),
  };
}

function spread(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length === 1) return { mean: round(mean), sd: 0 };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean: round(mean), sd: round(Math.sqrt(squares / (values.length - 1))) };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)];
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
