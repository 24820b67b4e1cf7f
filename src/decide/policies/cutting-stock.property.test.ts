import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { residualValues } from "./cutting-stock.ts";

const demands = fc.uniqueArray(
  fc.record({ step: fc.integer({ min: 1, max: 100 }), pieces: fc.integer({ min: 1, max: 1000 }) }),
  { minLength: 1, maxLength: 25, selector: ({ step }) => step },
);

/** Fewest devices that a greedy cutting needs: an upper bound of the linear program's optimum. */
function firstFitDecreasing(pieces: readonly { step: number; pieces: number }[]): number {
  const rooms: number[] = [];
  for (const { step, pieces: count } of pieces.toSorted((a, b) => b.step - a.step)) {
    for (let piece = 0; piece < count; piece += 1) {
      const found = rooms.findIndex((room) => room >= step);
      if (found === -1) rooms.push(100 - step);
      else rooms[found] -= step;
    }
  }
  return rooms.length;
}

test("N2: values never fall with the residual, and no device is worth more than a device", () => {
  fc.assert(
    fc.property(demands, (sizes) => {
      const values = residualValues(
        sizes.map(({ step, pieces }) => ({ milli: step * 10, pieces })),
      );
      for (let step = 1; step <= 100; step += 1) assert.ok(values[step] >= values[step - 1]);
      assert.ok(values[100] <= 1 + 1e-8);
      // Values add up: two residuals are worth no more apart than together.
      for (let left = 0; left <= 50; left += 7) {
        for (let right = 0; right <= 50; right += 11) {
          assert.ok(values[left] + values[right] <= values[left + right] + 1e-8);
        }
      }
    }),
    { seed: 1 },
  );
});

test("N2: by duality all pieces are worth between their size and what a greedy cutting needs", () => {
  const few = demands.map((sizes) =>
    sizes.map(({ step, pieces }) => ({ step, pieces: (pieces % 9) + 1 })),
  );
  fc.assert(
    fc.property(few, (sizes) => {
      const values = residualValues(
        sizes.map(({ step, pieces }) => ({ milli: step * 10, pieces })),
      );
      const worth = sizes.reduce((sum, { step, pieces }) => sum + values[step] * pieces, 0);
      const size = sizes.reduce((sum, { step, pieces }) => sum + (step * pieces) / 100, 0);
      assert.ok(worth >= size - 1e-7, `${worth} is less than ${size}`);
      assert.ok(worth <= firstFitDecreasing(sizes) + 1e-7);
    }),
    { seed: 2 },
  );
});
