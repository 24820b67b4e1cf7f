import assert from "node:assert/strict";
import { test } from "node:test";
import { roundHalfEven } from "./round-half-even.ts";

test("halves go to the even neighbour, everything else to the nearest", () => {
  const cases = [
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [129.5, 130],
    [130.5, 130],
    [130.499_999, 130],
    [130.500_001, 131],
    [99.4, 99],
    [100, 100],
  ] as const;
  for (const [value, rounded] of cases) assert.equal(roundHalfEven(value), rounded, `${value}`);
});
