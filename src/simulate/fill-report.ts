import type { ReportChart, ReportPage } from "../trace/report-page.ts";
import type { BoundSummary, PolicySummary } from "./campaign.ts";
import type { CurvePoint, FillResult } from "./fill-result.ts";

/** Below this load every policy places everything, and the curves are one. */
const ALLOCATION_FROM_PERCENT = 80;

export interface FillReport {
  readonly results: readonly FillResult[];
  readonly summaries: readonly PolicySummary[];
  /** What no policy can exceed, if it was searched. */
  readonly bound?: BoundSummary;
  readonly conclusion: string;
}

/** The page of a fill simulation: allocation and fragmentation by load, means over seeds. */
export function fillReportPage(report: FillReport): ReportPage {
  const { results, summaries, bound, conclusion } = report;
  const loads = Object.keys(summaries[0].meanAllocationAt);
  return {
    title: "How much of the cluster each placement policy can use",
    conclusion,
    table: [
      ["policy", ...loads.map((load) => `allocated at ${load} %`), "GPUs stranded"],
      ...summaries.map((summary) => row(summary.policy, summary, loads)),
      ...(bound === undefined ? [] : [row("bound", bound, loads)]),
    ],
    charts: [
      chart(crowded(results), "GPUs allocated", (point) => point.allocation),
      chart(results, "Fragmentation of the free GPUs", (point) => point.fragmentation ?? 0),
    ],
  };
}

/** A row of the table; a dash where nothing is known. */
function row(
  name: string,
  { meanAllocationAt, gpusStranded }: BoundSummary,
  loads: readonly string[],
): string[] {
  const allocation = loads.map((load) =>
    meanAllocationAt[load] === undefined ? "-" : `${meanAllocationAt[load].toFixed(2)} %`,
  );
  return [name, ...allocation, gpusStranded.mean.toFixed(1)];
}

/** The same results with the part of the curves where policies differ, if there is one. */
function crowded(results: readonly FillResult[]): FillResult[] {
  const isReached = results.every(
    ({ curve }) =>
      curve.length > 0 && curve[curve.length - 1].loadPercent > ALLOCATION_FROM_PERCENT,
  );
  if (!isReached) return [...results];
  return results.map((result) => ({
    ...result,
    curve: result.curve.filter(({ loadPercent }) => loadPercent >= ALLOCATION_FROM_PERCENT),
  }));
}

function chart(
  results: readonly FillResult[],
  title: string,
  valueOf: (point: CurvePoint) => number,
): ReportChart {
  const byPolicy = Map.groupBy(results, (result) => result.policy);
  return {
    title,
    xName: "requested GPUs, % of the cluster",
    yName: "%",
    series: [...byPolicy].map(([name, runs]) => ({ name, points: meanCurve(runs, valueOf) })),
  };
}

function meanCurve(
  runs: readonly FillResult[],
  valueOf: (point: CurvePoint) => number,
): (readonly [number, number])[] {
  const points = runs.flatMap((run) => run.curve);
  const byLoad = Map.groupBy(points, (point) => point.loadPercent);
  return [...byLoad]
    .map(([load, at]) => {
      const sum = at.reduce((total, point) => total + valueOf(point), 0);
      return [load, Math.round((sum / at.length) * 100) / 100] as const;
    })
    .toSorted(([left], [right]) => left - right);
}
