/**
 * Prints the decisions a second of core time of one policy's fills to 130 %, the median of all but the first. It
 * asks for nothing that older commits lack, so that it can be put beside them.
 */
import { parseArgs } from "node:util";
import { FillRunner } from "../../src/simulate/fill.ts";
import type { FillInput } from "../../src/simulate/fill-input.ts";
import { generateNodes, generatePods } from "../../src/simulate/generated-fill.ts";
import { median } from "./numbers.ts";
import { findOpenb, readTrace } from "./openb.ts";

const SEEDS = [41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51];

const { values } = parseArgs({
  options: { policy: { type: "string", default: "neuraxis" } },
  strict: false,
});
const policy = String(values.policy);
const openb = findOpenb();
const input: FillInput =
  openb === undefined
    ? { nodes: generateNodes(1500, 1), pods: generatePods(8000, 1), load: 1.3 }
    : await readTrace(openb, "default");
const runner = new FillRunner(input, coreMs);
const [, ...later] = SEEDS.map(
  (seed) => runner.run({ policy, seed, curves: false }).decisionsPerSecond,
);
process.stdout.write(`${median(later)}\n`);

/** Of one core's time, so that a busy machine matters less. */
function coreMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
