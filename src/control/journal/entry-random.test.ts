import assert from "node:assert/strict";
import { test } from "node:test";
import { entryRandom } from "./entry-random.ts";

test("the numbers of a seed and an entry are what they were: old journals can be replayed", () => {
  const draw = (seed: number, sequence: number) => {
    const random = entryRandom(seed, sequence);
    return Array.from({ length: 4 }, () => random.below(1000));
  };
  assert.deepEqual(draw(42, 1), [336, 400, 429, 339]);
  assert.deepEqual(draw(42, 2 ** 33 + 1), [172, 163, 948, 440]);
});

test("first numbers of entries that follow each other are spread evenly", () => {
  const counts = Array.from({ length: 10 }, () => 0);
  for (let sequence = 1; sequence <= 10_000; sequence += 1) {
    counts[entryRandom(7, sequence).below(10)] += 1;
  }
  assert.ok(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(" "),
  );
});
