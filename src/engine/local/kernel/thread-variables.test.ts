import assert from "node:assert/strict";
import { test } from "node:test";
import { threadVariables } from "./thread-variables.ts";

test("thread pools get a thread for each whole core of the share, and at least one", () => {
  const threads = (cpuMilli: number) => Number(threadVariables(cpuMilli).OMP_NUM_THREADS);
  assert.deepEqual([100, 1000, 1999, 2000, 64_000].map(threads), [1, 1, 1, 2, 64]);
});

test("all variables say the same", () => {
  assert.deepEqual([...new Set(Object.values(threadVariables(3000)))], ["3"]);
  assert.ok("OPENBLAS_NUM_THREADS" in threadVariables(1000));
});
