import assert from "node:assert/strict";
import { test } from "node:test";
import { planTasks, POLICY_NAMES, summarize, summarizeBounds } from "./campaign.ts";
import { type FillResult, POD_SORTS } from "./fill-result.ts";

function result(policy: string, seed: number, numbers: Partial<FillResult>): FillResult {
  const failedBySort = Object.fromEntries(
    POD_SORTS.map((sort) => [sort, 0]),
  ) as FillResult["failedBySort"];
  return {
    policy,
    seed,
    allocationAt: { 100: 0, 130: 0 },
    arrivals: 0,
    failed: 0,
    failedBySort,
    gpusStranded: 0,
    fragmentationRatio: 0,
    decisionsPerSecond: 0,
    hash: "",
    curve: [],
    ...numbers,
  };
}

test("tasks are every policy on every seed, a policy's together", () => {
  assert.deepEqual(
    planTasks(["b", "a"], [2, 1], true).map(({ policy, seed, curves }) => [policy, seed, curves]),
    [
      ["b", 2, true],
      ["b", 1, true],
      ["a", 2, true],
      ["a", 1, true],
    ],
  );
});

test("policy names are those of the registry, each once", () => {
  assert.ok(POLICY_NAMES.includes("fgd") && POLICY_NAMES.includes("best-fit"));
  assert.equal(new Set(POLICY_NAMES).size, POLICY_NAMES.length);
});

test("a summary is mean and standard deviation (n - 1) over seeds, a policy a row", () => {
  const summaries = summarize([
    result("b", 1, { allocationAt: { 100: 90, 130: 91 }, gpusStranded: 10 }),
    result("a", 1, { allocationAt: { 100: 80, 130: 81 } }),
    result("b", 2, { allocationAt: { 100: 92, 130: 94 }, gpusStranded: 13 }),
    result("b", 3, { allocationAt: { 100: 94, 130: 97 }, gpusStranded: 16 }),
  ]);
  assert.deepEqual(
    summaries.map(({ policy }) => policy),
    ["b", "a"],
  );
  const [{ meanAllocationAt, sdAllocationAt, gpusStranded }] = summaries;
  assert.deepEqual(meanAllocationAt, { 100: 92, 130: 94 });
  assert.deepEqual(sdAllocationAt, { 100: 2, 130: 3 });
  assert.deepEqual(gpusStranded, { mean: 13, sd: 3 });
});

test("one seed has no spread", () => {
  const [summary] = summarize([result("a", 1, { fragmentationRatio: 0.25 })]);
  assert.deepEqual(summary.fragmentationRatio, { mean: 0.25, sd: 0 });
  assert.deepEqual(summary.sdAllocationAt, { 100: 0, 130: 0 });
});

test("failures are means by sort, speed is a median that no slow run moves", () => {
  const [summary] = summarize([
    result("a", 1, { failedBySort: { ...result("a", 1, {}).failedBySort, share: 2 } }),
    result("a", 2, { decisionsPerSecond: 90_000 }),
    result("a", 3, { decisionsPerSecond: 80_000 }),
  ]);
  assert.ok(Math.abs(summary.failedBySort["share"] - 2 / 3) < 1e-3);
  assert.equal(summary.medianDecisionsPerSecond, 80_000);
});

test("bounds are summarized as results are", () => {
  const bounds = [96, 97, 98].map((percent, index) => ({
    seed: index,
    allocationAt: { 130: percent },
    gpusStranded: 2 * index,
    programs: 1,
    isConverged: true,
  }));
  assert.deepEqual(summarizeBounds(bounds), {
    meanAllocationAt: { 130: 97 },
    sdAllocationAt: { 130: 1 },
    gpusStranded: { mean: 2, sd: 2 },
  });
});
