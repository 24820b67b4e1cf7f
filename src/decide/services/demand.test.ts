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

/**
 * A service of which 9,998 requests were served in time, in a second each: it has earned its
 * patience. Two more are in service, so that some ten will have ended within 6 s.
 */
function patientDemand(change: Partial<ModelService> = {}): Demand {
  const demand = demandOf({ sleep: SLEEP, ...change }, { keepAliveMs: milliseconds(0) });
  demand.observe(-1001, counts(0, 0, -9998));
  demand.observe(-1, counts(0, 0, 0));
  return demand;
}

function counts(arrived: number, begun: number, ended: number) {
  return { arrived: 10_000 + arrived, begun: 10_000 + begun, ended: 9998 + ended };
}

const TWO = { up: 2, coming: 0 };

test("A6: a replica that wakes in 4 s comes up for a request that has waited for 6 s", () => {
  const demand = patientDemand();
  demand.observe(0, counts(1, 0, 0));
  demand.observe(1000, counts(2, 0, 0));
  assert.equal(demand.target(5999, TWO), 2);
  assert.equal(demand.nextChangeMs(5999, 0), 6000);
  assert.equal(demand.target(6000, TWO), 3);
  assert.equal(demand.nextChangeMs(6000, 1), 7000, "the first has its replica");
  assert.equal(demand.target(7000, { up: 3, coming: 1 }), 4);
  demand.observe(7500, counts(2, 2, 1));
  assert.equal(demand.target(7500, { up: 3, coming: 0 }), 3);
});

test("A6: each replica takes as many waiting requests as it serves at once", () => {
  const demand = patientDemand({ concurrency: 4 });
  const one = { up: 1, coming: 0 };
  demand.observe(0, counts(5, 0, 0));
  assert.equal(demand.target(5999, one), 1);
  assert.equal(demand.target(6000, one), 2, "two at most are wanted for seven requests");
  assert.equal(demand.target(6000, { up: 2, coming: 1 }), 2);
});

test("A6: a request that those in service will not make room for in time is not let wait", () => {
  const demand = patientDemand({ replicas: { min: 0, max: 100 } });
  // Two in service, 6 s, 1 s each: 11 or 12 end.
  demand.observe(0, counts(20, 0, 0));
  const target = demand.target(0, TWO);
  assert.ok(target === 10 || target === 11, `${target}`);
});

test("A6: nobody is let wait before that was earned, nor after too many were late", () => {
  const fresh = demandOf({ sleep: SLEEP });
  fresh.observe(0, { arrived: 1, begun: 0, ended: 0 });
  assert.equal(fresh.target(0, NONE), 1);
  const demand = patientDemand();
  demand.observe(0, counts(1, 0, 0));
  assert.equal(demand.target(0, TWO), 2);
  demand.observe(10_001, counts(1, 1, 1));
  demand.observe(20_000, counts(2, 1, 1));
  assert.equal(demand.target(20_000, TWO), 3);
});

test("A6: a few replicas that came up late do not end the patience, many do", () => {
  const demand = patientDemand();
  for (let turn = 0; turn < 7; turn += 1) demand.cameUp(turn % 2 === 0 ? 12_000 : 4000);
  demand.observe(0, counts(1, 0, 0));
  assert.equal(demand.target(0, TWO), 2);
  for (let turn = 0; turn < 15; turn += 1) demand.cameUp(12_000);
  assert.ok(demand.target(0, TWO) > 2);
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

test("A1: without requests no headroom is wanted", () => {
  const demand = demandOf({ sleep: SLEEP }, { headroom: 2, keepAliveMs: milliseconds(0) });
  assert.equal(demand.target(0, NONE), 0);
  demand.observe(0, { arrived: 1, begun: 1, ended: 0 });
  assert.equal(demand.target(0, NONE), 3);
  demand.observe(1, { arrived: 1, begun: 1, ended: 1 });
  assert.equal(demand.target(1, NONE), 0);
});

test("A6: a late request takes what a hundred in time have given, at one in a hundred", () => {
  for (const [inTime, target] of [
    [97, 3],
    [101, 2],
  ]) {
    const demand = patientDemand();
    demand.observe(0, counts(1, 0, 0));
    demand.observe(10_001, counts(1, 1, 1));
    demand.observe(10_002, counts(1 + inTime, 1 + inTime, 1 + inTime));
    demand.observe(20_000, counts(2 + inTime, 1 + inTime, 1 + inTime));
    assert.equal(demand.target(20_000, TWO), target, `${inTime} in time`);
  }
});
