import type { BoundSummary, PolicySummary, Spread } from "../simulate/campaign.ts";
import { POD_SORTS } from "../simulate/fill-result.ts";
import { formatTable } from "./format-table.ts";

/** The text result of a fill simulation: two tables and a sentence, or two with a bound. */
export function formatFill(summaries: readonly PolicySummary[], bound?: BoundSummary): string {
  const loads = Object.keys(summaries[0]!.meanAllocationAt);
  const outcome = formatTable([
    [
      "policy",
      ...loads.map((load) => `allocated at ${load} %`),
      "GPUs stranded",
      "fragmented",
      "decisions/s",
    ],
    ...summaries.map((summary) => [
      summary.policy,
      ...loads.map((load) => formatPercent(summary, load)),
      formatSpread(summary.gpusStranded, 1),
      `${(summary.fragmentationRatio.mean * 100).toFixed(1)} %`,
      summary.medianDecisionsPerSecond.toLocaleString("en-US"),
    ]),
    ...(bound === undefined ? [] : [boundRow(bound, loads)]),
  ]);
  const failures = formatTable([
    ["failed pods", ...POD_SORTS],
    ...summaries.map(({ policy, failedBySort }) => [
      policy,
      ...POD_SORTS.map((sort) => failedBySort[sort]!.toFixed(1)),
    ]),
  ]);
  const sentences = bound === undefined ? "" : `${sayWhatIsBound(bound)}\n`;
  return `${outcome}\n${failures}\n${sayWhatIsFreed(summaries)}\n${sentences}`;
}

/** Only what the bound is about; a dash elsewhere. */
function boundRow(bound: BoundSummary, loads: readonly string[]): string[] {
  const allocation = loads.map((load) =>
    bound.meanAllocationAt[load] === undefined ? "-" : formatPercent(bound, load),
  );
  return ["bound", ...allocation, formatSpread(bound.gpusStranded, 1), "-", "-"];
}

/** One plain sentence on what the bound means. */
export function sayWhatIsBound({ gpusStranded }: BoundSummary): string {
  const stranded = Math.floor(gpusStranded.mean).toFixed(0);
  return (
    `No policy strands fewer than ${stranded} on these arrivals, ` +
    "unless it rejects work that fits or moves work (bound)."
  );
}

/** One plain sentence on what the best policy frees. */
export function sayWhatIsFreed(summaries: readonly PolicySummary[]): string {
  const ranked = summaries.toSorted(
    (left, right) => left.gpusStranded.mean - right.gpusStranded.mean,
  );
  const best = ranked[0]!;
  const stranded = best.gpusStranded.mean.toFixed(0);
  if (ranked.length === 1) {
    return `${best.policy} leaves ${stranded} GPUs stranded; name a second policy to compare.`;
  }
  const others = ranked
    .slice(1)
    .map((other) => {
      const freed = (other.gpusStranded.mean - best.gpusStranded.mean).toFixed(0);
      return `${freed} fewer than ${other.policy}`;
    })
    .join(", ");
  return `${best.policy} strands ${stranded} GPUs: ${others}.`;
}

function formatPercent(summary: BoundSummary, load: string): string {
  const mean = summary.meanAllocationAt[load]!;
  const sd = summary.sdAllocationAt[load]!;
  return `${formatSpread({ mean, sd }, 2)} %`;
}

function formatSpread({ mean, sd }: Spread, digits: number): string {
  return `${mean.toFixed(digits)} ± ${sd.toFixed(digits)}`;
}
