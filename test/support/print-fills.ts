import { planTasks, POLICY_NAMES } from "../../src/simulate/campaign.ts";
import { FillRunner } from "../../src/simulate/fill.ts";
import { generateNodes, generatePods } from "../../src/simulate/generated-fill.ts";

/**
 * Prints each result of every policy on a generated cluster, a line a result, without its speed.
 * The clock stands still: no time can get into a result.
 */
const input = { nodes: generateNodes(300, 1), pods: generatePods(2000, 1), load: 1.3 };
const runner = new FillRunner(input, () => 0);
for (const task of planTasks(POLICY_NAMES, [42, 43], true)) {
  process.stdout.write(`${JSON.stringify(runner.run(task))}\n`);
}
