import assert from "node:assert/strict";
import test from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { serviceId } from "../../model/ids.ts";
import type { ModelService } from "../../model/service.ts";
import { mib, milliseconds } from "../../model/units.ts";
import { Demand } from "./demand.ts";

const OBJECTIVE = { waitMs: milliseconds(10_000), missedMax: 0.01 };
const SLEEP = {
  hostMemory: mib(10),
  sleepMs: milliseconds(1000),
  wakeMs: milliseconds(4000),
  standby: 0,
};

function demandOf(change: Partial<ModelService>, scaling: Partial<ModelService["scaling"]> = {}) {
  return new Demand({
    id: serviceId("s"),
    request: buildRequest({ cpu: 1000, memory: 10, count: 1 }),
    replicas: { min: 0, max: 9 },
    concurrency: 1,
    startMs: milliseconds(30_000),
    scaling: { keepAliveMs: milliseconds(100), headroom: 0, objective: OBJECTIVE, ...scaling },
    ...change,
  });
}

const NONE = { up: 0, coming: 0 };

test("A6: a replica that wakes in 4 s comes up for a request that has waited for 6 s", () => {
  const demand = demandOf({ sleep: SLEEP });
  demand.observe(0, { arrived: 1, begun: 0, ended: 0 });
  demand.observe(1000, { arrived: 2, begun: 0, ended: 0 });
  assert.equal(demand.target(5999, NONE), 0);
  assert.equal(demand.nextChangeMs(5999, 0), 6000);
  assert.equal(demand.target(6000, NONE), 1);
  assert.equal(demand.nextChangeMs(6000, 1), 7000, "the first has its replica");
  assert.equal(demand.target(7000, { up: 1, coming: 1 }), 2);
  demand.observe(7500, { arrived: 2, begun: 2, ended: 1 });
  assert.equal(demand.target(7500, { up: 1, coming: 0 }), 1);
});

test("A6: each replica takes as many waiting requests as it serves at once", () => {
  const demand = demandOf({ sleep: SLEEP, concurrency: 4 });
  demand.observe(0, { arrived: 5, begun: 0, ended: 0 });
  assert.equal(demand.target(6000, NONE), 2);
  assert.equal(demand.target(6000, { up: 1, coming: 1 }), 2);
});

test("A6: once too many were late nobody is let wait until the promise is kept again", () => {
  const demand = demandOf({ sleep: SLEEP }, { keepAliveMs: milliseconds(0) });
  demand.observe(0, { arrived: 1, begun: 0, ended: 0 });
  demand.observe(10_001, { arrived: 1, begun: 1, ended: 1 });
  demand.observe(20_000, { arrived: 2, begun: 1, ended: 1 });
  assert.equal(demand.target(20_000, NONE), 1);
  demand.observe(20_001, { arrived: 101, begun: 101, ended: 101 });
  demand.observe(30_000, { arrived: 102, begun: 101, ended: 101 });
  assert.equal(demand.target(30_000, NONE), 0);
});

test("A6: patience ends where replicas are seen to come up later than a request may wait", () => {
  const demand = demandOf({ sleep: SLEEP });
  for (let turn = 0; turn < 20; turn += 1) demand.cameUp(12_000);
  demand.observe(0, { arrived: 1, begun: 0, ended: 0 });
  assert.equal(demand.target(0, NONE), 1);
});

test("A6: what starts slower than a request may wait is kept up ahead of requests", () => {
  const demand = demandOf({});
  demand.observe(0, { arrived: 4, begun: 4, ended: 0 });
  // Average 4 after long; spread 3: 4 + 3 * 2, and at most 9.
  assert.equal(demand.target(30_000_000, NONE), 9);
  demand.observe(30_000_000, { arrived: 4, begun: 4, ended: 4 });
  // Each rank stays for the keep-alive of 100 ms after the forecast has left it.
  let time = 30_000_000;
  const targets = [9];
  for (;;) {
    const nextMs = demand.nextChangeMs(time, 0);
    if (nextMs === undefined) break;
    time = nextMs;
    const target = demand.target(time, NONE);
    if (target !== targets.at(-1)) targets.push(target);
  }
  assert.deepEqual(targets, [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
});

test("A6: headroom that is asked for is kept, without patience", () => {
  const demand = demandOf({ sleep: SLEEP }, { headroom: 2 });
  demand.observe(0, { arrived: 1, begun: 0, ended: 0 });
  assert.equal(demand.target(0, NONE), 3);
});

test("A1: counts that no requests could have are told apart", () => {
  const demand = demandOf({});
  demand.observe(0, { arrived: 5, begun: 4, ended: 2 });
  assert.equal(demand.canBe({ arrived: 5, begun: 3, ended: 3 }), true, "one was given back");
  assert.equal(demand.canBe({ arrived: 4, begun: 4, ended: 2 }), false);
  assert.equal(demand.canBe({ arrived: 5, begun: 4, ended: 1 }), false);
  assert.equal(demand.canBe({ arrived: 5, begun: 6, ended: 2 }), false);
  assert.equal(demand.canBe({ arrived: 5, begun: 4, ended: 5 }), false);
  assert.equal(demand.canBe({ arrived: 5.5, begun: 4, ended: 2 }), false);
});
