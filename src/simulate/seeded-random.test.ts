import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "./seeded-random.ts";

test("the numbers of a seed are what they were: results stay comparable between versions", () => {
  const random = seededRandom(42);
  assert.deepEqual(
    Array.from({ length: 8 }, () => random.below(1000)),
    [605, 225, 535, 820, 834, 84, 852, 787],
  );
});

test("numbers are spread over 0 to bound - 1", () => {
  const random = seededRandom(1);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let draw = 0; draw < 10_000; draw += 1) counts[random.below(10)] += 1;
  assert.ok(
    counts.every((count) => count > 850 && count < 1150),
    counts.join(" "),
  );
  assert.equal(random.below(1), 0);
  assert.ok(random.below(2 ** 31) < 2 ** 31);
});
