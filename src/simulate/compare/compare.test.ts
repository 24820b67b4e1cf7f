import assert from "node:assert/strict";
import { test } from "node:test";
import type { SimulatedJob } from "../../engine/simulated/workload.ts";
import { jobId, nodeId, queueId, serviceId } from "../../model/ids.ts";
import { gpuMilli, mib, milliCpu, milliseconds } from "../../model/units.ts";
import { cloneNodes } from "../scenario/build-nodes.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { compare } from "./compare.ts";
import { changeCost, costChangesOf } from "./cost-change.ts";
import { HOUR_MS, runTrial } from "./trial.ts";

const NOW = milliseconds(0);
const device = { kind: "A10", memory: mib(0), milliFree: gpuMilli(1000) };
const shape = { id: nodeId("n"), cpu: milliCpu(8000), memory: mib(1000), devices: [device] };
const wholeDevice = {
  cpu: milliCpu(1000),
  memory: mib(10),
  accelerators: { count: 1, milli: gpuMilli(1000), kinds: [] },
};
const hourJob: SimulatedJob = {
  job: {
    id: jobId("hour"),
    queue: queueId("q"),
    priority: 0,
    roles: [{ name: "worker", request: wholeDevice, replicas: { min: 1, max: 1 } }],
    suspension: { hostMemory: mib(1), suspendMs: NOW, resumeMs: NOW },
    checkpoint: {
      everyMs: milliseconds(1000 * HOUR_MS),
      saveMs: NOW,
      restartMs: NOW,
      onRequest: true,
    },
    minimumRuntimeMs: NOW,
    retries: { max: 0, backoffMs: NOW },
  },
  submitMs: 0,
  workMs: HOUR_MS,
};

/**
 * In 100 hours two requests of 10 hours come at once, at 10 h, and none may wait: S is 2 devices,
 * 20 of their 200 hours are busy, and I is 1.8. Changing hands costs nothing.
 */
const scenario: Scenario = {
  name: "by hand",
  seed: 1,
  horizonMs: 100 * HOUR_MS,
  policy: "best-fit",
  graceMs: 0,
  nodes: cloneNodes(shape, "n", 1),
  queues: [{ id: queueId("q"), weight: 1, guaranteed: {}, limit: {}, borrows: true }],
  jobs: [],
  offline: { jobs: [hourJob], amount: 1 },
  services: [
    {
      service: {
        id: serviceId("s"),
        request: wholeDevice,
        replicas: { min: 0, max: 1 },
        concurrency: 1,
        startMs: NOW,
        sleep: { hostMemory: mib(1), sleepMs: NOW, wakeMs: NOW, standby: 1 },
        scaling: { keepAliveMs: NOW, headroom: 0 },
      },
      objective: { waitMs: 1000, quantile: 1 },
      requests: {
        service: serviceId("s"),
        arrivalMs: Float64Array.of(10 * HOUR_MS, 10 * HOUR_MS),
        serveMs: Float64Array.of(10 * HOUR_MS, 10 * HOUR_MS),
      },
    },
  ],
  failures: [],
  prices: { kinds: { A10: 2 } },
  notes: [],
};

const options = { file: "scenario.yaml", amounts: [0.5, 1], hasSensitivity: false };
const here: Parameters<typeof compare>[2] = (trial) => Promise.resolve(runTrial(scenario, trial));

test("one pool and two on a scenario worked by hand", async () => {
  const { servingDevices, idleDevices, amounts } = await compare(scenario, options, here);
  assert.equal(servingDevices, 2);
  assert.equal(idleDevices, 1.8);
  const [half, whole] = amounts;
  // 90 jobs of an hour on one device, which always has some: T is 90 h. The two devices of one
  // pool have 160 hours for them.
  assert.equal(half.two.offlineDevices, 1);
  assert.equal(half.two.jobs.jobs, 90);
  assert.equal(half.two.endHours, 90);
  assert.equal(half.one?.budgetHours, 0);
  assert.equal(half.one.saving, 1);
  assert.equal(half.one.whole?.devices, 0);
  assert.ok(half.one.slackHours > 0);
  // 180 jobs, one in 20 minutes, on two devices: the second device begins 20 minutes later, and
  // both are never idle after that.
  assert.equal(whole.two.offlineDevices, 2);
  assert.equal(whole.two.jobs.jobs, 180);
  assert.equal(whole.two.endHours.toFixed(6), (90 + 1 / 3).toFixed(6));
  assert.equal(whole.two.boughtHours.toFixed(6), (4 * (90 + 1 / 3)).toFixed(6));
  assert.equal(whole.two.price?.toFixed(6), (8 * (90 + 1 / 3)).toFixed(6));
  // Serving takes 20 hours of the shared devices. A third one has nothing to do for 40 minutes.
  const { one } = whole;
  assert.ok(one !== undefined);
  assert.ok(Math.abs(one.budgetHours - 20.67) <= 1.5, `${one.budgetHours} device-hours`);
  assert.equal(one.saving, 1 - one.budgetHours / whole.two.offlineHours);
  assert.equal(one.savingByTime, one.saving);
  // Of 180.7 device-hours serving leaves 160.7.
  assert.equal(one.limit.toFixed(3), (160.667 / 180.667).toFixed(3));
  assert.deepEqual(one.whole, { devices: 1, saving: 0.5 });
  assert.equal(one.meetsObjectives, true);
  assert.equal(one.use.busy, 20);
  assert.equal(one.use.productive, 180);
  assert.equal(one.use.lost, 0);
});

test("an objective that one pool cannot keep is missed, with the saving by time alone", async () => {
  // Waking takes longer than a request may wait.
  const slow = changeWake(2000);
  const { amounts } = await compare(slow, { ...options, amounts: [1] }, (trial) =>
    Promise.resolve(runTrial(slow, trial)),
  );
  const [{ one }] = amounts;
  assert.equal(one?.meetsObjectives, false);
  assert.ok(Math.abs(one.budgetHours - 20.67) <= 1.5);
  assert.equal(one.services[0].waitSeconds.p99, 2);
});

test("each cost that a scenario has is varied alone", async () => {
  const changes = costChangesOf(changeWake(2000)).map(({ cost, factor }) => `${cost} x ${factor}`);
  assert.deepEqual(changes, [
    "wake x 0",
    "wake x 2",
    "wake x 5",
    "checkpoint interval x 2",
    "checkpoint interval x 5",
    "node memory x 2",
    "node memory x 5",
  ]);
  const doubled = changeCost(changeWake(2000), { cost: "wake", factor: 2 });
  assert.equal(doubled.services[0].service.sleep?.wakeMs, 4000);
  const rarely = changeCost(scenario, { cost: "checkpoint interval", factor: 5 });
  assert.equal(rarely.offline?.jobs[0].job.checkpoint?.everyMs, 5000 * HOUR_MS);
  const larger = changeCost(scenario, { cost: "node memory", factor: 2 });
  assert.equal(larger.nodes[0].memory, 2000);
  assert.throws(() => changeCost(scenario, { cost: "beauty", factor: 2 }), RangeError);
});

test("a scenario that cannot be compared is refused", async () => {
  const { offline, ...bare } = scenario;
  const [plan] = scenario.services;
  const other = { ...shape, id: nodeId("o"), cpu: milliCpu(1) };
  const wrong: readonly (readonly [Partial<Scenario>, string, RegExp])[] = [
    [{ services: [] }, "services", /no service with requests/],
    [{ offline: { ...offline!, jobs: [] } }, "jobs", /is empty/],
    [{ jobs: [hourJob] }, "jobs", /1 jobs stand outside/],
    [{ nodes: [shape, other] }, "nodes", /n and o have different shapes/],
    [{ failures: [{ atMs: 0, event: { kind: "node-lost", node: shape.id } }] }, "failures", /name/],
  ];
  for (const [part, key, message] of wrong) {
    const refusal = { code: "nothing-to-compare", place: { file: "scenario.yaml", key }, message };
    await assert.rejects(compare({ ...scenario, ...part }, options, here), refusal);
  }
  await assert.rejects(compare(bare, options, here), { code: "nothing-to-compare" });
  const late = { ...plan, service: { ...plan.service, startMs: milliseconds(11 * HOUR_MS) } };
  await assert.rejects(compare({ ...scenario, services: [late] }, options, here), {
    code: "objective-unreachable",
    message: /no number of replicas keeps the objective of service s/,
  });
});

function changeWake(wakeMs: number): Scenario {
  const services = scenario.services.map((plan) => {
    const sleep = { ...plan.service.sleep!, wakeMs: milliseconds(wakeMs) };
    return { ...plan, service: { ...plan.service, sleep } };
  });
  return { ...scenario, services };
}
