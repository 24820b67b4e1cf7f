import assert from "node:assert/strict";
import { test } from "node:test";
import { amountTable, sayOutcome, sensitivityTable } from "./compare-tables.ts";
import type { AmountResult, Comparison, OnePool } from "./comparison.ts";

const use = {
  busy: 5,
  awakeIdle: 0,
  moving: 0,
  productive: 100,
  lost: 0,
  checkpointing: 0,
  free: 5,
};
const jobs = {
  jobs: 3,
  unfinished: [],
  suspensions: 4,
  stops: 0,
  completionHours: { mean: 1, p90: 2 },
  workHours: 100,
};
const waits = {
  requests: 9,
  waitSeconds: { p50: 0, p99: 12 },
  attainment: 0.98,
  meetsObjective: false,
};
const two = {
  endHours: 60,
  offlineDevices: 2,
  offlineHours: 120,
  boughtHours: 300,
  jobs,
  services: [waits],
  use,
};
const pool: OnePool = {
  budgetHours: 30,
  boughtHours: 210,
  saving: 0.75,
  limit: 0.9,
  meetsObjectives: true,
  savingByTime: 0.75,
  whole: { devices: 1, saving: 0.5 },
  slackHours: 0.5,
  jobs,
  services: [waits],
  use,
};

function comparisonOf(one?: OnePool): Comparison {
  const result: AmountResult = { amount: 1, two, budgetMostHours: 180 };
  return {
    name: "n",
    policy: "neuraxis",
    seed: 1,
    spanHours: 50,
    servingDevices: 3,
    services: [{ service: "s", replicas: 3, objective: { waitMs: 10_000, quantile: 0.99 } }],
    idleDevices: 2.1,
    amounts: [one === undefined ? result : { ...result, one }],
    sensitivity: [
      { cost: "wake", factor: 0, saving: 0.8, meetsObjectives: true },
      { cost: "wake", factor: 5, saving: 0.7, meetsObjectives: false },
      { cost: "grace", factor: 5, meetsObjectives: false },
    ],
    headlineAmount: 1,
    runs: 7,
    notes: [],
  };
}

test("a saving is said with its device-hours, and a missed objective with its wait", () => {
  assert.match(
    sayOutcome(comparisonOf(pool)),
    /saves 75\.0 % of .*: 90\.0 of 120\.0 device-hours\.$/,
  );
  const all = { ...pool, budgetHours: 0, saving: 1 };
  assert.match(sayOutcome(comparisonOf(all)), /saves 100\.0 % .* and is done 0\.5 h earlier\.$/);
  const missed = { ...pool, meetsObjectives: false };
  assert.match(sayOutcome(comparisonOf(missed)), /objective is missed: p99 12\.0 s.* 75\.0 %/);
  assert.match(sayOutcome(comparisonOf()), /not even 180\.0 device-hours/);
});

test("a row says what was bought, or that it was not enough", () => {
  const row = (one?: OnePool) => amountTable(comparisonOf(one))[1];
  const known = ["1", "60.0", "2 x T = 120.0"];
  assert.deepEqual(row(pool), [...known, "30.0", "75.0 %", "90.0 %", "1: 50.0 %"]);
  const missed = { ...pool, meetsObjectives: false };
  assert.deepEqual(row(missed), [...known, "30.0", "missed", "90.0 %", "1: 50.0 %"]);
  assert.deepEqual(row(), [...known, "> 180.0", "none", "", ""]);
});

test("costs are rows and factors columns; what has no figure says why", () => {
  assert.deepEqual(sensitivityTable(comparisonOf(pool)), [
    ["cost", "x 0", "x 5"],
    ["wake", "80.0 %", "missed"],
    ["grace", "", "none"],
  ]);
});
