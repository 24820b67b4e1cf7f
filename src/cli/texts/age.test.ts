import assert from "node:assert/strict";
import { test } from "node:test";
import { ageOf, formatAge } from "./age.ts";

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

test("ages are as kubectl shows them", () => {
  const cases: readonly [ms: number, text: string][] = [
    [-5, "0s"],
    [999, "0s"],
    [119 * S, "119s"],
    [120 * S, "2m"],
    [5 * M + 12 * S, "5m12s"],
    [10 * M + 12 * S, "10m"],
    [179 * M, "179m"],
    [3 * H, "3h"],
    [7 * H + 59 * M, "7h59m"],
    [47 * H, "47h"],
    [50 * H, "2d2h"],
    [8 * D, "8d"],
    [729 * D, "729d"],
    [731 * D, "2y1d"],
    [10 * 365 * D, "10y"],
  ];
  for (const [ms, text] of cases) assert.equal(formatAge(ms), text);
});

test("the age of an instant is counted from now", () => {
  assert.equal(ageOf("2026-01-02T03:04:05.000Z", Date.UTC(2026, 0, 2, 3, 4, 35)), "30s");
});
