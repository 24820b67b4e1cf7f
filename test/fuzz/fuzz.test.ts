import assert from "node:assert/strict";
import test from "node:test";
import { fuzzSeed, lifeSeed, tryLife } from "./fuzz-lives.ts";
import { planLife } from "./life-plan.ts";

/** Steps of each seed: all of them take some seconds. */
const STEPS = 1500;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

for (const seed of SEEDS) {
  test(`random lives of seed ${seed} break no rule`, () => {
    const { failure } = fuzzSeed(seed, STEPS);
    assert.equal(failure && `life ${failure.life}: ${failure.rule}: ${failure.message}`, undefined);
  });
}

test("J10: a gang that room is kept for is placed where it fits, though its like were tried in vain", () => {
  const { failure } = tryLife(planLife(lifeSeed(10_032, 6)));
  assert.equal(failure && `${failure.rule}: ${failure.message}`, undefined);
});

test("J4: a job is suspended into the host memory of what wakes before it", () => {
  const { failure } = tryLife(planLife(lifeSeed(7000, 19)));
  assert.equal(failure && `${failure.rule}: ${failure.message}`, undefined);
});

test("a plan gives the same life whenever it is lived", () => {
  const plan = planLife(lifeSeed(9, 9));
  assert.deepEqual(tryLife(plan), tryLife(planLife(lifeSeed(9, 9))));
});
