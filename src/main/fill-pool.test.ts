import assert from "node:assert/strict";
import { test } from "node:test";
import { planTasks } from "../simulate/campaign.ts";
import { boundFill } from "../simulate/bound/fill-bound.ts";
import { FillRunner } from "../simulate/fill.ts";
import type { FillResult } from "../simulate/fill-result.ts";
import { generateNodes, generatePods } from "../simulate/generated-fill.ts";
import { runBoundTasks, runFillTasks } from "./fill-pool.ts";

const input = { nodes: generateNodes(12, 1), pods: generatePods(200, 1), load: 1.3 };

function withoutSpeed({ decisionsPerSecond: _speed, ...result }: FillResult) {
  return result;
}

test("results stand in the order of the tasks and are those of a single thread", async () => {
  const tasks = planTasks(["fgd", "random", "best-fit"], [42, 43, 44], false);
  const steps: string[] = [];
  const results = await runFillTasks(input, tasks, (done, total) => steps.push(`${done}/${total}`));
  const runner = new FillRunner(input, () => 0);
  assert.deepEqual(
    results.map(withoutSpeed),
    tasks.map((task) => withoutSpeed(runner.run(task))),
  );
  assert.deepEqual(steps, ["1/9", "2/9", "3/9", "4/9", "5/9", "6/9", "7/9", "8/9", "9/9"]);
});

test("no task is no result", async () => {
  assert.deepEqual(await runFillTasks(input, [], () => {}), []);
});

test("bounds stand in the order of the seeds and are those of a single thread", async () => {
  const bounds = await runBoundTasks(input, [44, 42, 43], () => {});
  assert.deepEqual(
    bounds,
    [44, 42, 43].map((seed) => boundFill(input, seed)),
  );
});

test("a worker's failure ends the campaign with its reason", async () => {
  const tasks = planTasks(["nearest"], [1, 2, 3], false);
  await assert.rejects(
    runFillTasks(input, tasks, () => {}),
    /no policy is called nearest/,
  );
});
