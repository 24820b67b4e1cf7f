import assert from "node:assert/strict";
import { test } from "node:test";
import { Decoder } from "./decoder.ts";
import { firstWeights, weightPlaces } from "./model.ts";
import { seededRandom } from "./seeded-random.ts";
import { compileGraph } from "./training-graph.ts";

const shape = { vocabulary: 7, width: 16, heads: 2, layers: 2, context: 10 };
const graph = await compileGraph(shape);
const random = seededRandom(5);

/** Weights as after training: no part is 1 or close to 0. */
const weights = firstWeights(shape, 3).map((weight) => weight + random.normal() * 0.3);
const windows = { count: 2, tokens: Int32Array.from({ length: 22 }, () => random.below(7)) };

function close(actual: number, expected: number, tolerance: number): void {
  const difference = Math.abs(actual - expected);
  assert.ok(difference <= tolerance * (1 + Math.abs(expected)), `${actual} is not ${expected}`);
}

test("the decoder's logits are the training graph's: neither sees what comes after", async () => {
  const logits = await graph.logits(weights, windows);
  const decoder = new Decoder(shape, weights);
  for (let row = 0; row < windows.count; row += 1) {
    decoder.forget();
    for (let position = 0; position < shape.context; position += 1) {
      const next = decoder.next(windows.tokens[row * 11 + position]);
      const start = (row * shape.context + position) * shape.vocabulary;
      for (const [token, logit] of next.entries()) close(logit, logits[start + token], 1e-5);
    }
  }
  assert.throws(() => decoder.next(0), /the context of 10 is full/);
});

test("the slope is the loss's change by a small step along it, in each tensor", async () => {
  const gradient = new Float32Array(weights.length);
  const loss = await graph.lossAndGradient(weights, windows, gradient);
  close(await graph.loss(weights, windows), loss, 1e-6);
  for (const { name, start, end } of weightPlaces(shape)) {
    const part = gradient.subarray(start, end);
    const length = Math.sqrt(part.reduce((sum, slope) => sum + slope * slope, 0));
    assert.ok(length > 1e-4, `${name} has no slope`);
    const moved = (distance: number) => {
      const there = weights.slice();
      for (let index = start; index < end; index += 1) {
        there[index] += (gradient[index] / length) * distance;
      }
      return graph.loss(there, windows);
    };
    close(((await moved(0.003)) - (await moved(-0.003))) / 0.006, length, 0.01);
  }
});
