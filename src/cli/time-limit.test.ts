import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTimeLimit } from "./time-limit.ts";

test("a limit is a time with its unit; 0 is none", () => {
  assert.equal(parseTimeLimit("30s"), 30_000);
  assert.equal(parseTimeLimit("0"), undefined);
  assert.equal(parseTimeLimit(undefined), undefined);
  assert.throws(() => parseTimeLimit("5m"), /is not a time .* Did you mean 5min\?/);
});
