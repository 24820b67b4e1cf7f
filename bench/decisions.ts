/** Decisions a second on one core: on a trace of 1,523 nodes, and as clusters grow. */
import { formatTable } from "../src/cli/format-table.ts";
import { planTasks, POLICY_NAMES } from "../src/simulate/campaign.ts";
import { FillRunner } from "../src/simulate/fill.ts";
import type { FillInput } from "../src/simulate/fill-input.ts";
import { generateNodes, generatePods } from "../src/simulate/generated-fill.ts";
import { formatCount, formatRange, formatSeconds, median } from "./support/numbers.ts";
import { findOpenb, readTrace } from "./support/openb.ts";

const BUDGET_PER_SECOND = 80_000;
const POLICIES = ["fgd", "neuraxis"].filter((name) => POLICY_NAMES.includes(name));
const SEEDS = [42, 43, 44, 45, 46, 47, 48, 49, 50, 51];
const SIZES = [1000, 10_000, 100_000];

const openb = findOpenb();
process.stdout.write(`${openb === undefined ? "generated cluster" : "openb default"}, one core\n`);
const input: FillInput =
  openb === undefined
    ? { nodes: generateNodes(1500, 1), pods: generatePods(8000, 1), load: 1.3 }
    : await readTrace(openb, "default");
const speeds = POLICIES.map((policy) => measure(policy, input));
process.stdout.write(
  formatTable([["policy", "first", "later: median", "budget", "margin"], ...speeds]),
);

process.stdout.write("\nas the cluster grows, each filled to 130 %, one core\n");
const head = ["policy", "nodes", "GPUs", "decisions", "decisions/s", "µs a decision", "in all"];
process.stdout.write(formatTable([head, ...POLICIES.flatMap((policy) => grow(policy))]));

/** The first run of a process is cold; later ones share what the policy has learnt. */
function measure(policy: string, from: FillInput): string[] {
  const runner = new FillRunner(from, () => performance.now());
  const [first, ...later] = planTasks([policy], SEEDS, false).map(
    (task) => runner.run(task).decisionsPerSecond,
  );
  const margin = median(later) / BUDGET_PER_SECOND;
  return [
    policy,
    formatCount(first),
    formatRange(later),
    formatCount(BUDGET_PER_SECOND),
    `${margin.toFixed(2)} ×`,
  ];
}

function grow(policy: string): string[][] {
  return SIZES.map((count) => {
    const nodes = generateNodes(count, 1);
    const pods = generatePods(20_000, 1);
    const gpus = nodes.reduce((sum, { devices }) => sum + devices.length, 0);
    const startMs = performance.now();
    const runner = new FillRunner({ nodes, pods, load: 1.3 }, () => performance.now());
    const { arrivals, decisionsPerSecond } = runner.run({ policy, seed: 42, curves: false });
    return [
      policy,
      formatCount(count),
      formatCount(gpus),
      formatCount(arrivals),
      formatCount(decisionsPerSecond),
      (1e6 / decisionsPerSecond).toFixed(1),
      formatSeconds(startMs),
    ];
  });
}
