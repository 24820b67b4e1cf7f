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

/** Lives in which something was wrong once, and what. */
const FOUND: readonly (readonly [seed: number, life: number, what: string])[] = [
  [52, 10, "V2: a row whose bound was too low was looked at for ever"],
  [73, 4, "J4: a replica fell asleep into memory that was not free"],
  [107, 0, "A5: a standby replica was loaded and stopped for ever"],
  [204, 10, "J5: a suspended job did not find its devices on an empty node"],
  [236, 2, "J5: room that appeared late in a decision was forgotten"],
  [288, 3, "A4: a sleeper lent more memory for its waking than it held"],
];

for (const [seed, life, what] of FOUND) {
  test(`${what}, and is not any more`, () => {
    const { failure } = tryLife(planLife(lifeSeed(seed, life)));
    assert.equal(failure && `${failure.rule}: ${failure.message}`, undefined);
  });
}

test("a plan gives the same life whenever it is lived", () => {
  const plan = planLife(lifeSeed(9, 9));
  assert.deepEqual(tryLife(plan), tryLife(planLife(lifeSeed(9, 9))));
});
