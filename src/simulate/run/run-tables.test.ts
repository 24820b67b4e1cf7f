import assert from "node:assert/strict";
import test from "node:test";
import { duration, percent } from "./run-tables.ts";

test("durations are told in the unit in which a person would say them", () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, "0.0 s"],
    [9.94, "9.9 s"],
    [99, "99 s"],
    [100, "1.7 min"],
    [5999, "100.0 min"],
    [6000, "1.7 h"],
    [3 * 86_400, "3.0 d"],
  ];
  for (const [seconds, text] of cases) assert.equal(duration(seconds), text);
  assert.equal(percent(0.12345), "12.35 %");
});
