import assert from "node:assert/strict";
import { test } from "node:test";
import { steadyClock } from "./steady-clock.ts";

test("a clock that is set back goes on, and one that is set forward is followed", () => {
  let wallMs = 1000;
  const clock = steadyClock(() => wallMs);
  const at = (ms: number) => {
    wallMs = ms;
    return clock.nowMs();
  };
  assert.deepEqual([at(1000), at(1500)], [1000, 1500]);
  assert.deepEqual([at(500), at(700), at(600)], [1500, 1700, 1700]);
  assert.equal(at(10_000), 11_100);
});
