import assert from "node:assert/strict";
import { test } from "node:test";
import { percentOfSigmoid } from "./percent-of-sigmoid.ts";

test("P8: the steps are those of the sigmoid", () => {
  for (let step = -8000; step <= 8000; step += 1) {
    const x = step / 1000 + 0.000_31;
    assert.equal(percentOfSigmoid(x), Math.trunc(100 / (1 + Math.exp(-x))), `at ${x}`);
  }
});

test("P8: no change of fragmentation scores 50, even where a last bit is missing", () => {
  for (const x of [0, -1e-17, -1e-16, -3e-16]) assert.equal(percentOfSigmoid(x), 50);
  for (const x of [-4e-16, -1e-15]) assert.equal(percentOfSigmoid(x), 49);
});

test("P8: scores end at 0 and 99", () => {
  assert.deepEqual([-1e9, -5, 5, 1e9].map(percentOfSigmoid), [0, 0, 99, 99]);
});
