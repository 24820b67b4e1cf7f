import assert from "node:assert/strict";
import { test } from "node:test";
import { PatternFinder } from "./best-pattern.ts";

test("the best pattern is the one of most value that fits, not the fullest", () => {
  const finder = new PatternFinder([300, 500], 1000);
  const byValue = (prices: number[]) => {
    const { value, pieces } = finder.find(prices);
    return [value, ...pieces];
  };
  assert.deepEqual(byValue([3, 5]), [10, 0, 2]);
  assert.deepEqual(byValue([4, 5]), [12, 3, 0]);
  assert.deepEqual(byValue([4, 7]), [14, 0, 2]);
  assert.deepEqual(byValue([-1, 0]), [0, 0, 0]);
});

test("sizes count exactly, also where they share no divisor with the device", () => {
  const { pieces } = new PatternFinder([333, 167], 1000).find([333, 167]);
  assert.deepEqual([...pieces], [2, 2]);
  assert.deepEqual([...new PatternFinder([334], 1000).find([1]).pieces], [2]);
});
