import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../test/support/cluster-arbitraries.ts";
import { POLICY_NAMES } from "./campaign.ts";
import { FillRunner, type FillTask } from "./fill.ts";
import { courseOf, type FillInput } from "./fill-input.ts";
import { generateNodes, generatePods } from "./generated-fill.ts";

const input: FillInput = { nodes: generateNodes(12, 1), pods: generatePods(200, 1), load: 1.3 };

/** A clock that ticks one millisecond each time it is read. */
function tickingClock() {
  let nowMs = 0;
  return () => nowMs++;
}

function run(task: Partial<FillTask>, from = input) {
  return new FillRunner(from, tickingClock()).run({
    policy: "fgd",
    seed: 42,
    curves: false,
    ...task,
  });
}

for (const policy of POLICY_NAMES) {
  test(`${policy}: a run is the same again, alone or after other seeds and policies`, () => {
    const alone = run({ policy });
    const runner = new FillRunner(input, tickingClock());
    runner.run({ policy, seed: 43, curves: true });
    runner.run({ policy: policy === "fgd" ? "best-fit" : "fgd", seed: 42, curves: false });
    runner.run({ policy, seed: 41, curves: false });
    assert.deepEqual(runner.run({ policy, seed: 42, curves: false }), alone);
  });

  test(`${policy}: what is allocated at the end and what is stranded make up the cluster`, () => {
    const { curve, gpusStranded, failedBySort, failed, fragmentationRatio } = run({ policy });
    const gpus = input.nodes.reduce((sum, { devices }) => sum + devices.length, 0);
    const allocated = curve[curve.length - 1].allocation;
    assert.ok(allocated > 50 && allocated <= 100);
    assert.ok(
      Math.abs(allocated - (100 * (gpus - gpusStranded)) / gpus) < 3,
      "a mean of one percent",
    );
    assert.equal(
      Object.values(failedBySort).reduce((sum, count) => sum + count, 0),
      failed,
    );
    assert.ok(fragmentationRatio >= 0 && fragmentationRatio < 1 + 1e-9);
  });
}

test("every arrival of the course is one decision, and the clock is read around it", () => {
  const { arrivals, decisionsPerSecond } = run({});
  assert.equal(arrivals, courseOf(input, 42).arrivals.length);
  assert.equal(decisionsPerSecond, 1000, "the clock ticks once a decision");
});

test("curves bring fragmentation along and change nothing else", () => {
  const bare = run({});
  const { curve, ...rest } = run({ curves: true });
  assert.ok(
    curve.every(({ fragmentation = -1 }) => fragmentation >= 0 && fragmentation < 100 + 1e-9),
  );
  assert.ok(bare.curve.every((point) => !("fragmentation" in point)));
  const shorn = curve.map(({ loadPercent, allocation }) => ({ loadPercent, allocation }));
  assert.deepEqual({ ...rest, curve: shorn }, bare);
});

test("a failure is never retried: the room that a later end of work would free is not awaited", () => {
  const nodes = [buildNode({ id: "a", cpu: 1000, devices: [1000, 1000] })];
  const classes = [
    { request: buildRequest({ count: 1, milli: 1000, cpu: 1001 }), count: 1 },
    { request: buildRequest({ count: 1, milli: 1000, cpu: 1000 }), count: 1 },
  ];
  const orders = new Map([[1, { arrivals: Int32Array.of(0, 1), nodeOrder: Int32Array.of(0) }]]);
  const podClass = Int32Array.of(0, 1);
  const result = run({ seed: 1 }, { nodes, pods: { classes, podClass }, orders, load: 1 });
  assert.deepEqual([result.arrivals, result.failed, result.gpusStranded], [2, 1, 1]);
});

test("an unknown policy is a bug of the caller", () => {
  assert.throws(() => run({ policy: "nearest" }), /no policy is called nearest/);
});
