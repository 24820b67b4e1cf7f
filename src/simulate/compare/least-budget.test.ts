import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type BudgetTrial, leastBudget } from "./least-budget.ts";

/** A trial is enough from `need` on; what it says is missing is `share` of what is. */
function lacking(need: number, share: number) {
  const tried: number[] = [];
  const attempt = (budget: number): Promise<BudgetTrial> => {
    tried.push(budget);
    return Promise.resolve({ budget, missing: Math.max(0, need - budget) * share });
  };
  return { attempt, tried, isEnough: ({ budget }: BudgetTrial) => budget >= need };
}

test("nothing is needed where nothing is missing, and one trial says so", async () => {
  const { attempt, tried, isEnough } = lacking(0, 1);
  const found = await leastBudget(attempt, { isEnough, guess: 0, tolerance: 1, most: 100 });
  assert.equal(found?.budget, 0);
  assert.deepEqual(tried, [0]);
});

test("what is missing leads to the budget in a few trials", async () => {
  const { attempt, tried, isEnough } = lacking(37, 1);
  const found = await leastBudget(attempt, { isEnough, guess: 0, tolerance: 1, most: 100 });
  // 37 are missing: half a tolerance above and below it.
  assert.deepEqual(tried, [0, 37.5, 36.5]);
  assert.equal(found?.budget, 37.5);
});

test("the largest budget may not be enough", async () => {
  const { attempt, tried, isEnough } = lacking(101, 0);
  const search = { isEnough, guess: 0, tolerance: 10, most: 100 };
  assert.equal(await leastBudget(attempt, search), undefined);
  assert.deepEqual(tried, [0, 10, 30, 70, 100]);
});

test("nothing above a budget that is known to be enough is tried", async () => {
  const { attempt, tried, isEnough } = lacking(50, 0);
  const known = { budget: 64, missing: 0 };
  const search = { isEnough, guess: 0, tolerance: 1, most: 1000, known };
  const found = await leastBudget(attempt, search);
  assert.ok(found !== undefined && found.budget >= 50 && found.budget <= 51);
  assert.ok(Math.max(...tried) < 64);
});

test("the result is enough, and less by the tolerance is not, wherever the search begins", async () => {
  const input = fc.record({
    need: fc.double({ min: 0, max: 900, noNaN: true }),
    guess: fc.double({ min: 0, max: 2000, noNaN: true }),
    share: fc.double({ min: 0, max: 3, noNaN: true }),
    tolerance: fc.constantFrom(0.5, 5, 50),
  });
  const property = fc.asyncProperty(input, async ({ need, guess, share, tolerance }) => {
    const { attempt, tried, isEnough } = lacking(need, share);
    const found = await leastBudget(attempt, { isEnough, guess, tolerance, most: 1000 });
    assert.ok(found !== undefined && found.budget >= need);
    assert.ok(found.budget === 0 || found.budget - tolerance <= need);
    assert.ok(tried.length <= 60, `${tried.length} trials`);
  });
  await fc.assert(property);
});
