/** How far neuraxis is ahead of fgd, the best published policy, on every trace. */
import { formatTable } from "../src/cli/format-table.ts";
import { runFillTasks } from "../src/main/fill-pool.ts";
import { planTasks, summarize } from "../src/simulate/campaign.ts";
import { formatSeconds, formatSigned, mean } from "./support/numbers.ts";
import { listTraces, readTrace, requireOpenb } from "./support/openb.ts";

/** Percentage points of allocation at 130 % that neuraxis must be ahead. */
const LEAD_MEAN_MIN = 0.95;
const LEAD_EACH_MIN = 0.6;

const folder = requireOpenb();
const startMs = performance.now();
const rows: string[][] = [];
const leads: number[] = [];
for (const trace of await listTraces(folder)) {
  const input = await readTrace(folder, trace);
  const seeds = [...(input.orders?.keys() ?? [])];
  const results = await runFillTasks(input, planTasks(["fgd", "neuraxis"], seeds, false), () => {});
  const [fgd, neuraxis] = summarize(results);
  const lead = neuraxis.meanAllocationAt["130"] - fgd.meanAllocationAt["130"];
  const bySeed = seeds.map((_, index) => {
    const [theirs, ours] = [results[index], results[seeds.length + index]];
    return ours.allocationAt["130"] - theirs.allocationAt["130"];
  });
  leads.push(lead);
  rows.push([
    trace,
    fgd.meanAllocationAt["130"].toFixed(2),
    neuraxis.meanAllocationAt["130"].toFixed(2),
    formatSigned(lead),
    formatSigned(Math.min(...bySeed)),
    formatSigned(neuraxis.meanAllocationAt["100"] - fgd.meanAllocationAt["100"]),
    (fgd.gpusStranded.mean - neuraxis.gpusStranded.mean).toFixed(1),
    lead >= LEAD_EACH_MIN ? "ok" : "FAIL",
  ]);
}
const head = [
  "trace",
  "fgd at 130 %",
  "neuraxis at 130 %",
  "lead",
  "worst seed",
  "lead at 100 %",
  "GPUs freed",
  "",
];
process.stdout.write(formatTable([head, ...rows]));
const isGood = mean(leads) >= LEAD_MEAN_MIN && leads.every((lead) => lead >= LEAD_EACH_MIN);
process.stdout.write(
  `\nmean lead ${formatSigned(mean(leads))} (at least +${LEAD_MEAN_MIN}, and +${LEAD_EACH_MIN} on ` +
    `each trace) in ${formatSeconds(startMs)}: ${isGood ? "ok" : "FAIL"}\n`,
);
process.exitCode = isGood ? 0 : 1;
