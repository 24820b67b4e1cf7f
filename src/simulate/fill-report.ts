import type { ReportChart, ReportPage } from "../trace/report-page.ts";
import type { PolicySummary } from "./campaign.ts";
import type { CurvePoint, FillResult } from "./fill-result.ts";

export interface FillReport {
  readonly results: readonly FillResult[];
  readonly summaries: readonly PolicySummary[];
  readonly conclusion: string;
}

/** The page of a fill simulation: allocation and fragmentation by load, means over seeds. */
export function fillReportPage({ results, summaries, conclusion }: FillReport): ReportPage {
  const loads = Object.keys(summaries[0].meanAllocationAt);
  return {
    title: "How much of the cluster each placement policy can use",
    conclusion,
    table: [
      ["policy", ...loads.map((load) => `allocated at ${load} %`), "GPUs stranded"],
      ...summaries.map((summary) => [
        summary.policy,
        ...loads.map((load) => `${summary.meanAllocationAt[load].toFixed(2)} %`),
        summary.gpusStranded.mean.toFixed(1),
      ]),
    ],
    charts: [
      chart(results, "Allocation", (point) => point.allocation),
      chart(results, "Fragmentation of the free GPUs", (point) => point.fragmentation ?? 0),
    ],
  };
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
