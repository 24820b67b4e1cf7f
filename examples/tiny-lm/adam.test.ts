import assert from "node:assert/strict";
import { test } from "node:test";
import { adamStep, learningRate, zeroMoments } from "./adam.ts";

test("the first step has the length of the rate in each direction, against the slope", () => {
  const weights = Float32Array.of(1, 1, 1);
  adamStep(weights, Float32Array.of(0.3, -0.001, 0), zeroMoments(3), { step: 1, rate: 0.5 });
  assert.deepEqual(
    Array.from(weights, (weight) => Number(weight.toFixed(3))),
    [0.5, 1.5, 1],
  );
});

test("a gradient longer than 1 counts as one of length 1", () => {
  const [long, short] = [zeroMoments(2), zeroMoments(2)];
  adamStep(new Float32Array(2), Float32Array.of(300, 400), long, { step: 1, rate: 0.1 });
  adamStep(new Float32Array(2), Float32Array.of(0.6, 0.8), short, { step: 1, rate: 0.1 });
  for (const [index, mean] of long.first.entries()) {
    assert.equal(mean.toFixed(6), short.first[index].toFixed(6));
  }
});

test("it finds the bottom of a bowl", () => {
  const weights = Float32Array.of(3, -2);
  const moments = zeroMoments(2);
  for (let step = 1; step <= 400; step += 1) {
    const slope = weights.map((weight, index) => (weight - index) * (index * 9 + 1));
    adamStep(weights, slope, moments, { step, rate: learningRate(0.1, step, 400) });
  }
  assert.ok(Math.hypot(weights[0], weights[1] - 1) < 0.02, weights.join(" "));
});

test("the rate grows for 50 steps and falls to a tenth at the last", () => {
  assert.equal(learningRate(1, 25, 1000), 0.5);
  assert.equal(learningRate(1, 50, 1000), 1);
  assert.equal(learningRate(1, 1000, 1000).toFixed(6), "0.100000");
  assert.ok(learningRate(1, 400, 1000) > learningRate(1, 500, 1000));
});
