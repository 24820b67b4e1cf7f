import assert from "node:assert/strict";
import test from "node:test";
import { requestsOf } from "../../../test/support/hand-driven-engine.ts";
import type { SimulatedJob } from "../../engine/simulated/workload.ts";
import { jobId, nodeId, queueId, serviceId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import { mib, milliCpu, milliseconds } from "../../model/units.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { runScenario } from "./run-scenario.ts";
import { billTable, cpuTable, useTable } from "./run-tables.ts";

/** What the replica asks for, and each job. */
const request = { cpu: milliCpu(2000), memory: mib(100) };
const SUSPENSION = {
  hostMemory: mib(0),
  suspendMs: milliseconds(2000),
  resumeMs: milliseconds(3000),
};

function jobOf(id: string, suspension?: BatchJob["suspension"]): SimulatedJob {
  const job: BatchJob = {
    id: jobId(id),
    queue: queueId("q"),
    priority: 0,
    roles: [{ name: "worker", request, replicas: { min: 1, max: 1 } }],
    minimumRuntimeMs: milliseconds(0),
    retries: { max: 0, backoffMs: milliseconds(0) },
    ...(suspension && { suspension }),
  };
  return { job, submitMs: 0, workMs: 300_000 };
}

/** A node of four cores, a service whose replica asks for two and uses one to serve, and two jobs. */
function scenarioOf(cpuMax?: number): Scenario {
  const overcommit = cpuMax === undefined ? {} : { overcommit: { cpuMax, headroom: 0 } };
  const node = { id: nodeId("n"), cpu: milliCpu(4000), memory: mib(1000), devices: [] };
  const service = {
    id: serviceId("s"),
    request,
    replicas: { min: 1, max: 1 },
    concurrency: 1,
    startMs: milliseconds(10_000),
    scaling: { keepAliveMs: milliseconds(0), headroom: 0 },
  };
  const requests = { ...requestsOf([200_000, 100_000]), cpuUse: { busy: 0.5, idle: 0 } };
  return {
    name: "by hand",
    seed: 1,
    policy: "best-fit",
    graceMs: 30_000,
    nodes: [{ ...node, ...overcommit }],
    queues: [{ id: queueId("q"), weight: 1, guaranteed: {}, limit: {}, borrows: true }],
    jobs: [jobOf("j"), jobOf("k", SUSPENSION)],
    services: [{ service, objective: { waitMs: 1000, quantile: 1 }, requests }],
    failures: [],
    notes: [],
  };
}

const CORE_SECOND = 1 / 3600;

// j runs from 0 to 300 s beside the replica. k borrows from 60 s, when the replica is first observed;
// at 200 s it is to leave for the core that the request needs, and has left at 202 s. It is back from
// 300 s, resumes for 3 s and needs 160 s more. The last minute that is waited for ends at 480 s.
test("A7: a job borrows two cores for 142 s, and overloads the node by one for 2 s", () => {
  const { summary } = runScenario(scenarioOf(1.5), () => {});
  assert.equal(summary.endHours * 3600, 480);
  assert.deepEqual(summary.cpu, {
    askedHours: 2 * 480 * CORE_SECOND,
    usedHours: 100 * CORE_SECOND,
    jobHours: 2 * (300 + 142 + 163) * CORE_SECOND,
    borrowedHours: 2 * 142 * CORE_SECOND,
    overloadHours: 2 * CORE_SECOND,
    overloadMaxSeconds: 2,
  });
  assert.deepEqual(summary.evictions, [
    { reason: "overload", for: "online", suspensions: 1, stops: 0, shrinks: 0 },
  ]);
  assert.deepEqual(summary.jobs.completionSeconds, { p50: 300, p90: 463, p99: 463, max: 463 });
  assert.equal(summary.services[0].meetsObjective, true);
});

test("A7: a node that is overcommitted once lends nothing", () => {
  const { summary } = runScenario(scenarioOf(1), () => {});
  assert.equal(summary.cpu?.borrowedHours, 0);
  assert.equal(summary.cpu?.overloadHours, 0);
  assert.equal(summary.cpu?.jobHours, 2 * 600 * CORE_SECOND);
  assert.deepEqual(summary.evictions, []);
  assert.equal(summary.jobs.completionSeconds.max, 600);
});

test("CPU has a table where nodes are overcommitted, and device time where there are devices", () => {
  const { summary } = runScenario(scenarioOf(1.5), () => {});
  assert.deepEqual(cpuTable(summary).slice(1), [["0.3", "0.0", "0.3", "0.1", "0.00", "2.0 s"]]);
  const plain = runScenario(scenarioOf(), () => {}).summary;
  assert.equal("cpu" in plain, false);
  for (const table of [cpuTable(plain), useTable(plain), billTable(plain)]) {
    assert.equal(table.length, 1);
  }
});
