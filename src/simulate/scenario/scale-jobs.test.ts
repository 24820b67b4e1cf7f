import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { SimulatedJob } from "../../engine/simulated/workload.ts";
import { jobId, nodeId, queueId, serviceId } from "../../model/ids.ts";
import { gpuMilli, mib, milliCpu, milliseconds } from "../../model/units.ts";
import { cloneNodes } from "./build-nodes.ts";
import { deviceWork, idleBesideServing, scaleJobs, spanOf, withOfflineWork } from "./scale-jobs.ts";
import type { Scenario } from "./scenario.ts";

function jobOf(name: string, workMs: number, milli: number): SimulatedJob {
  const accelerators = { count: 1, milli: gpuMilli(milli), kinds: [] };
  const request = { cpu: milliCpu(0), memory: mib(0), accelerators };
  const job = {
    id: jobId(name),
    queue: queueId("q"),
    priority: 0,
    roles: [{ name: "worker", request, replicas: { min: 1, max: 1 } }],
    minimumRuntimeMs: milliseconds(0),
    retries: { max: 0, backoffMs: milliseconds(0) },
  };
  return { job, submitMs: 0, workMs };
}

function idsOf(jobs: readonly SimulatedJob[]): string[] {
  return jobs.map(({ job }) => job.id);
}

test("jobs are repeated to the target, and one that would pass it is passed over", () => {
  const jobs = [jobOf("long", 100, 1000), jobOf("short", 40, 500)];
  const scaled = scaleJobs(jobs, 270_000, 1000);
  assert.deepEqual(idsOf(scaled), ["long", "short", "long~2", "short~2", "short~3"]);
  assert.deepEqual(
    scaled.map(({ submitMs }) => submitMs),
    [0, 120, 240, 360, 480],
  );
  assert.deepEqual(
    scaled.map(({ workMs }) => workMs),
    [100, 40, 100, 40, 40],
  );
  assert.deepEqual(scaleJobs(jobs, 0, 1000), []);
  assert.deepEqual(scaleJobs([], 1000, 1000), []);
  assert.throws(() => scaleJobs([jobOf("none", 0, 1000)], 1000, 1000), RangeError);
});

test("what is missing is less than the least job, for any list and target", () => {
  const list = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })),
    {
      minLength: 1,
      maxLength: 8,
    },
  );
  const property = fc.property(list, fc.nat(3_000_000), (pairs, target) => {
    const jobs = pairs.map(([workMs, milli], index) => jobOf(`job-${index}`, workMs, milli));
    const span = 1_000_000;
    const scaled = scaleJobs(jobs, target, span);
    const left = target - scaled.reduce((sum, job) => sum + deviceWork(job), 0);
    assert.ok(left >= 0 && left < Math.min(...jobs.map(deviceWork)), `${left} is left`);
    assert.equal(new Set(idsOf(scaled)).size, scaled.length);
    const submittedLate = scaled.filter(({ submitMs }) => submitMs > 0.6 * span);
    assert.deepEqual(submittedLate, [], "all are submitted in the first 60 % of the span");
  });
  fc.assert(property, { seed: 1, numRuns: 30 });
});

const service = serviceId("s");
const device = { kind: "A10", memory: mib(0), milliFree: gpuMilli(1000) };
const template = { id: nodeId("n"), cpu: milliCpu(0), memory: mib(0), devices: [device] };
const scenario: Scenario = {
  name: "n",
  seed: 1,
  policy: "fgd",
  graceMs: 0,
  nodes: cloneNodes(template, "n", 2),
  queues: [],
  jobs: [jobOf("own", 100, 1000)],
  offline: { jobs: [jobOf("more", 100, 1000)], amount: 0.5 },
  services: [
    {
      service: {
        id: service,
        request: jobOf("like", 1, 500).job.roles[0].request,
        replicas: { min: 0, max: 1 },
        concurrency: 2,
        startMs: milliseconds(0),
        scaling: { keepAliveMs: milliseconds(0), headroom: 0 },
      },
      objective: { waitMs: 0, quantile: 1 },
      requests: {
        service,
        arrivalMs: Float64Array.of(0, 1000),
        serveMs: Float64Array.of(400, 5000),
      },
    },
  ],
  failures: [],
  notes: [],
};

test("the span ends with the horizon, or else with the last arrival", () => {
  assert.equal(spanOf(scenario), 1000);
  assert.equal(spanOf({ ...scenario, horizonMs: 500 }), 500);
});

test("idle is what requests within the span leave at their best", () => {
  assert.equal(idleBesideServing(scenario), 2 * 1000 * 1000 - (400 * 500) / 2);
});

test("offline work is put among the jobs once, and the amount is gone", () => {
  const full = withOfflineWork(scenario, 250_000);
  assert.deepEqual(idsOf(full.jobs), ["own", "more", "more~2"]);
  assert.equal(full.offline, undefined);
  assert.equal(withOfflineWork(full, 250_000), full);
});
