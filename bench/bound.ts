/** What each policy reaches at 130 % against the bound that no placement can exceed. */
import { formatTable } from "../src/cli/format-table.ts";
import { runBoundTasks, runFillTasks } from "../src/main/fill-pool.ts";
import { planTasks, POLICY_NAMES, summarize, summarizeBounds } from "../src/simulate/campaign.ts";
import { formatSeconds } from "./support/numbers.ts";
import { listTraces, readTrace, requireOpenb } from "./support/openb.ts";

const folder = requireOpenb();
const startMs = performance.now();
const rows: string[][] = [];
const exceeded: string[] = [];
for (const trace of await listTraces(folder)) {
  const input = await readTrace(folder, trace);
  const seeds = [...(input.orders?.keys() ?? [])];
  const results = await runFillTasks(input, planTasks(POLICY_NAMES, seeds, false), () => {});
  const boundStartMs = performance.now();
  const bounds = await runBoundTasks(input, seeds, () => {});
  const duration = formatSeconds(boundStartMs);
  const boundOf = new Map(bounds.map((bound) => [bound.seed, bound]));
  for (const { policy, seed, allocationAt, gpusStranded } of results) {
    const bound = boundOf.get(seed)!;
    const isAbove = allocationAt["130"] > bound.allocationAt["130"];
    if (isAbove || gpusStranded < bound.gpusStranded) exceeded.push(`${trace} ${policy} ${seed}`);
  }
  const reached = summarize(results).map(({ meanAllocationAt }) => meanAllocationAt["130"]);
  const { meanAllocationAt, sdAllocationAt } = summarizeBounds(bounds);
  const bound = meanAllocationAt["130"];
  rows.push([
    trace,
    ...reached.map((allocation) => allocation.toFixed(2)),
    `${bound.toFixed(2)} ± ${sdAllocationAt["130"].toFixed(2)}`,
    (bound - Math.max(...reached)).toFixed(2),
    duration,
  ]);
}
const head = ["trace", ...POLICY_NAMES, "bound", "left to gain", "bounds took"];
process.stdout.write(formatTable([head, ...rows]));
const verdict = exceeded.length === 0 ? "ok" : `FAIL: above the bound: ${exceeded.join(", ")}`;
process.stdout.write(`\nno policy above the bound, in ${formatSeconds(startMs)}: ${verdict}\n`);
process.exitCode = exceeded.length === 0 ? 0 : 1;
