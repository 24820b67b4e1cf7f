import { parseArgs } from "node:util";
import { type Failure, fuzzSeed, lifeSeed, tryLife } from "./fuzz-lives.ts";
import { Life } from "./life.ts";
import { type LifePlan, planLife } from "./life-plan.ts";
import { RuleBroken } from "./rule-broken.ts";
import { shrink } from "./shrink.ts";

/**
 * npm run fuzz -- --seed N --steps M [--seeds K] [--life L]
 *
 * Lives of the seeds N … N + K − 1, M steps of each; or the life L of the seed N alone. Exit code 1
 * after a failure, which is told as short as it can be made; 2 for a number that is none.
 */
const LINES_MAX = 120;
const LINE_LENGTH_MAX = 400;

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    seeds: { type: "string", default: "1" },
    steps: { type: "string", default: "5000" },
    life: { type: "string" },
  },
});
const [seed, seeds, steps] = [values.seed, values.seeds, values.steps].map(Number);
const life = values.life === undefined ? undefined : Number(values.life);
if ([seed, seeds, steps, life ?? 0].every((value) => Number.isSafeInteger(value) && value >= 0)) {
  process.exitCode = life === undefined ? fuzzSeeds() : fuzzLife(life);
} else {
  process.stderr.write("--seed, --seeds, --steps and --life are integers from 0\n");
  process.exitCode = 2;
}

function fuzzSeeds(): number {
  let [doneSteps, doneLives] = [0, 0];
  const startMs = performance.now();
  for (let each = seed; each < seed + seeds; each += 1) {
    const result = fuzzSeed(each, steps);
    doneSteps += result.steps;
    doneLives += result.lives;
    if (result.failure !== undefined) return tell(result.failure, each, result.failure.life);
    if (process.stderr.isTTY) process.stderr.write(`\rseed ${each}: ${doneSteps} steps `);
  }
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  process.stdout.write(
    `${doneSteps} steps of ${doneLives} lives of ${seeds} seeds in ${seconds} s: nothing found\n`,
  );
  return 0;
}

function fuzzLife(number: number): number {
  const { failure, steps: done } = tryLife(planLife(lifeSeed(seed, number)));
  if (failure !== undefined) return tell(failure, seed, number);
  process.stdout.write(`${done} steps of one life: nothing found\n`);
  return 0;
}

/** What went wrong, where, and the shortest life that was found in which it does. */
function tell(failure: Failure, failedSeed: number, failedLife: number): number {
  const { rule, message, steps: step, stack } = failure;
  const write = (text: string) => process.stdout.write(`${text}\n`);
  write(`${rule} is broken: ${message}`);
  write(`seed ${failedSeed}, life ${failedLife}, step ${step} of that life`);
  if (rule === "error") write(stack);
  write(`again: npm run fuzz -- --seed ${failedSeed} --life ${failedLife}`);
  const smallest = shrink(failure);
  const { pranks, workload, policy, graceMs } = smallest.plan;
  const { jobs, events } = workload;
  const asked = workload.requests.reduce((sum, { arrivalMs }) => sum + arrivalMs.length, 0);
  write(
    `shortest found: ${smallest.steps} steps with ${jobs.length} jobs, ${events.length} events, ` +
      `${asked} requests, ${pranks.length} events out of turn; policy ${policy}, grace ${graceMs} ms`,
  );
  write(`there: ${smallest.message}`);
  for (const line of linesOf(smallest.plan)) write(line);
  return 1;
}

/** Events as they come, and the actions upon them, indented; the last ones of a long life. */
function linesOf(plan: LifePlan): string[] {
  const lines: string[] = [];
  try {
    new Life(plan, { onLine: (line) => lines.push(line) }).run();
  } catch (error) {
    if (!(error instanceof RuleBroken)) throw error;
  }
  return lines.slice(-LINES_MAX).map((line) => line.slice(0, LINE_LENGTH_MAX));
}
