import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { runTrial, type Trial } from "../simulate/compare/trial.ts";
import { readScenario } from "../simulate/scenario/read-scenario.ts";
import { TrialPool } from "./trial-pool.ts";

const folder = new TempFolder();
const scenario = await readScenario(
  folder.write(
    "scenario.yaml",
    `name: small
seed: 1
horizon: 1h
grace: 1s
nodes: [{count: 1, name: n, cpu: 64, memory: 512Gi, gpus: 8, kind: A10}]
queues: [{name: q}]
jobs: [{generated: {pods: 20, over: 10min}, queue: q, amount: 1}]
`,
  ),
);
const pools: TrialPool[] = [];
after(() => Promise.all(pools.map((pool) => pool.close())));

function open(onDone: (done: number) => void = () => {}): TrialPool {
  const pool = new TrialPool(scenario, onDone);
  pools.push(pool);
  return pool;
}

const trials = [1, 2, 3].map((nodes): Trial => {
  return { targetMilliMs: 1e10, pool: { kind: "offline", nodes } };
});

test("trials come out as on a single thread, and are counted", async () => {
  const counts: number[] = [];
  const pool = open((done) => counts.push(done));
  const results = await Promise.all(trials.map((trial) => pool.run(trial)));
  assert.deepEqual(
    results,
    trials.map((trial) => runTrial(scenario, trial)),
  );
  assert.deepEqual(counts, [1, 2, 3]);
});

test("a trial that fails is rejected with its reason, and so are all after it", async () => {
  const pool = open();
  const wrong = { ...trials[0], change: { cost: "beauty", factor: 2 } };
  const failure = { message: "there is no cost beauty" };
  await assert.rejects(pool.run(wrong), failure);
  await assert.rejects(pool.run(trials[0]), failure);
});
