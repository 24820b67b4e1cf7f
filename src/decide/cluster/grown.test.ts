import assert from "node:assert/strict";
import { test } from "node:test";
import { grown, grownFloats } from "./grown.ts";

test("an array that is long enough stays the same array", () => {
  const integers = Int32Array.of(1, 2, 3);
  const floats = Float64Array.of(0.5);
  assert.equal(grown(integers, 3), integers);
  assert.equal(grownFloats(floats, 1), floats);
});

test("a longer one doubles at least, keeps its content and fills the rest", () => {
  assert.deepEqual(grown(Int32Array.of(1, 2), 3), Int32Array.of(1, 2, 0, 0));
  assert.deepEqual(grown(Int32Array.of(1, 2), 5, -1), Int32Array.of(1, 2, -1, -1, -1));
  assert.deepEqual(grownFloats(Float64Array.of(0.5), 2, -1), Float64Array.of(0.5, -1));
  assert.deepEqual(grownFloats(Float64Array.of(0.5), 3), Float64Array.of(0.5, 0, 0));
});
