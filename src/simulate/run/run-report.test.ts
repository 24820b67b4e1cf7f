import assert from "node:assert/strict";
import test from "node:test";
import {
  addNode,
  requestsOf,
  setService,
  simulatedJob,
} from "../../../test/support/hand-driven-engine.ts";
import { queueId } from "../../model/ids.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { runReportPage, samplesCsv } from "./run-report.ts";
import { runScenario } from "./run-scenario.ts";

function scenarioOf(isPriced = true): Scenario {
  const { event: added } = addNode("a", 2);
  const { event: set } = setService();
  assert.ok(added.kind === "node-added" && set.kind === "service-set");
  return {
    name: "by hand",
    seed: 1,
    policy: "best-fit",
    graceMs: 30_000,
    nodes: [added.node],
    queues: [{ id: queueId("q"), weight: 1, guaranteed: {}, limit: {}, borrows: true }],
    jobs: [simulatedJob("j", 40_000), simulatedJob("k", 30_000)],
    services: [
      {
        service: set.service,
        objective: { waitMs: 5000, quantile: 0.5 },
        requests: requestsOf([5000, 4000], [30_000, 10_000]),
      },
    ],
    failures: [],
    ...(isPriced && { prices: { default: 3.6, kinds: {} } }),
    notes: ["a note"],
  };
}

// Two devices for 60 seconds. j and k run from 0; one is stopped at 5 s for the first request, loses
// 5 s and starts again at 20 s; the replica loads 10 s, serves 4 s, falls asleep in 1 s; wakes in 2 s
// at 30 s, serves 10 s, falls asleep in 1 s.
test("a summary adds up: what was held, lost, bought and paid", () => {
  const { summary } = runScenario(scenarioOf(), () => {});
  assert.equal(summary.endHours * 3600, 60);
  assert.deepEqual(
    summary.bill.lines.map((line) => [
      line.class,
      Math.round(line.deviceHours * 3600),
      Math.round(line.cost! * 1000),
    ]),
    [
      ["serving", 14, 14],
      ["awake idle", 0, 0],
      ["moving", 14, 14],
      ["offline work", 70, 70],
      ["lost work", 5, 5],
      ["checkpoints", 0, 0],
      ["free", 17, 17],
    ],
  );
  assert.equal(Math.round(summary.occupation * 120), 103);
  const { replicas, attainment, meetsObjective, waitSeconds } = summary.services[0];
  assert.deepEqual(replicas, { starts: 1, wakes: 1, sleeps: 2, stops: 0 });
  assert.deepEqual([attainment, meetsObjective], [0.5, true]);
  assert.deepEqual(waitSeconds, { p50: 2, p90: 10, p99: 10, max: 10 });
  assert.deepEqual(summary.evictions, [
    { reason: "online", for: "online", suspensions: 0, stops: 1, shrinks: 0 },
  ]);
  assert.equal(Math.round(summary.jobs.doneHours.p100! * 3600), 60);
});

test("a page tells the same as the samples and the summary", () => {
  const scenario = scenarioOf();
  const run = runScenario(scenario, () => {});
  const page = runReportPage(scenario, run);
  assert.deepEqual(page.notes, run.summary.notes);
  assert.match(
    page.conclusion,
    /^2 devices were held 85\.8 % of 60 s; 2 of 2 jobs were done, 1 of 1/,
  );
  const pointsOf = (title: string, name: string) =>
    page.charts
      .find((chart) => chart.title === title)
      ?.series.find((series) => series.name === name)
      ?.points.map(([, y]) => y);
  const held = ["serving", "awake idle", "moving", "offline", "free"].map(
    (name) => pointsOf("Devices held", name)!,
  );
  for (const second of run.samples.keys()) {
    const sum = held.reduce((total, points) => total + points[second], 0);
    assert.equal(Math.round(sum * 1e9) / 1e9, 2);
  }
  assert.equal(pointsOf("Allocation and fragmentation", "GAR")?.[50], 50);
  assert.equal(pointsOf("Requests and replicas of s", "requests in flight")?.[10], 1);
  // Between the samples of 4 s and 5 s, one in a second is 3,600 an hour.
  assert.equal(pointsOf("Evictions", "evictions")?.[4], 3600);
  const waits = page.charts.find(({ title }) => title.startsWith("How long requests"));
  assert.equal(waits?.limit?.y, 5);
  assert.deepEqual(
    waits?.series.map(({ points }) => points.map(([, y]) => y)),
    [[2], [10], [10]],
  );
  for (const { rows } of page.tables) {
    assert.ok(rows.length > 1);
    for (const row of rows) assert.equal(row.length, rows[0].length);
  }
});

test("without prices a page has no cost, without jobs no waits, without services no requests", () => {
  const scenario = { ...scenarioOf(false), jobs: [], services: [] };
  const page = runReportPage(
    scenario,
    runScenario(scenario, () => {}),
  );
  assert.deepEqual(
    page.charts.map(({ title }) => title),
    ["Devices held", "Allocation and fragmentation", "Evictions"],
  );
});

test("samples as CSV: a row each, names quoted where they must be", () => {
  const scenario = scenarioOf();
  const { samples } = runScenario(scenario, () => {});
  const rows = samplesCsv(scenario, samples).split("\n");
  assert.equal(
    rows[0],
    "hours,devices,busy,idle,moving,offline,gar,gfr,fragmentation,evictions,awake s,in flight s",
  );
  assert.equal(rows.length, samples.length + 2);
  assert.equal(rows[37], "0.01,2,1,0,0,1,1,0,0,1,1,1");
  const [plan] = scenario.services;
  const service = { ...plan.service, id: 'a,"b"' as typeof plan.service.id };
  const odd = { ...scenario, services: [{ ...plan, service }] };
  assert.match(samplesCsv(odd, []), /,"awake a,""b""","in flight a,""b"""\n$/);
});
