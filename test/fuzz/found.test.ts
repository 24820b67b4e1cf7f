import assert from "node:assert/strict";
import test from "node:test";
import { jobId, nodeId, replicaId, serviceId } from "../../src/model/ids.ts";
import type { ModelService } from "../../src/model/service.ts";
import { mib, milliseconds } from "../../src/model/units.ts";
import { buildJob } from "../support/build-job.ts";
import { buildQueue } from "../support/build-queue.ts";
import { buildNode, buildRequest } from "../support/cluster-arbitraries.ts";
import { Life } from "../support/life.ts";

/** What the simulation of random lives has found, each as a life of a few lines. */

function begin(...devices: readonly number[]): Life {
  const life = new Life();
  life.tell({ kind: "node-added", node: buildNode({ id: "n", cpu: 9000, memory: 100, devices }) });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  return life;
}

const whole = buildRequest({ count: 1 });

/** Its replicas need two devices. */
const wideService: ModelService = {
  id: serviceId("s"),
  request: buildRequest({ count: 2 }),
  replicas: { min: 0, max: 1 },
  concurrency: 1,
  startMs: milliseconds(0),
  scaling: { keepAliveMs: milliseconds(0), headroom: 0 },
};

test("J7: an elastic job grows when its queue's limit is raised", () => {
  const life = begin(1000, 1000);
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q", limit: { gpuMilli: 1000 } }) });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "j", request: whole, max: 2 }) });
  life.decide();
  assert.equal(life.membersOf("j"), 1);
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  life.decide();
  assert.equal(life.membersOf("j"), 2);
});

test("Q5: a queue takes back what is its own as soon as it is guaranteed", () => {
  const life = begin(1000, 1000);
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "r", weight: 9 }) });
  for (const id of ["a", "b"]) {
    life.tell({ kind: "job-submitted", job: buildJob({ id, queue: "r", request: whole }) });
  }
  life.decide();
  life.tell({ kind: "job-submitted", job: buildJob({ id: "j", request: whole }) });
  life.decide();
  assert.equal(life.membersOf("j"), 0);
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q", guaranteed: { gpuMilli: 1000 } }) });
  assert.deepEqual(
    life.decide().map(({ kind }) => kind),
    ["stop-job", "start-job"],
  );
});

test("Q2: a device of which a part was taken beforehand is no capacity, and none when it fails", () => {
  const life = begin(500, 1000, 1000);
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "r" }) });
  life.tell({ kind: "device-failed", node: nodeId("n"), device: 0 });
  const half = buildRequest({ count: 1, milli: 500 });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "a", request: whole }) });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "b", request: half }) });
  life.decide();
  const wide = buildRequest({ count: 2, milli: 250 });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "c", queue: "r", request: wide }) });
  assert.deepEqual(
    life.decide().map(({ kind }) => kind),
    ["wait-job"],
  );
});

test("S2: a refused job leaves no time at which to wake", () => {
  const life = begin(1000);
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q", limit: { gpuMilli: 0 } }) });
  const job = buildJob({ id: "j", request: whole, deadlineMs: 1000 });
  assert.equal(life.tell({ kind: "job-submitted", job }), "above-queue-limit");
  assert.equal(life.scheduler.nextWakeMs(milliseconds(0)), undefined);
  assert.equal(life.tell({ kind: "job-cancelled", job: jobId("j") }), "unknown-job");
});

test("Q4, J5: a suspended job goes on when its queue may hold it again", () => {
  const life = begin(1000, 1000);
  life.tell({ kind: "node-added", node: buildNode({ id: "m", cpu: 9000, devices: [1000] }) });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q", limit: { gpuMilli: 2000 } }) });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "top" }) });
  const gang = buildJob({ id: "gang", request: whole, min: 2, suspendMs: 0 });
  life.tell({ kind: "job-submitted", job: gang });
  life.decide();
  life.tell({ kind: "service-set", service: wideService });
  life.observe(wideService.id, 1);
  life.decide();
  assert.equal(life.membersOf("gang"), 0);
  life.tell({ kind: "job-submitted", job: buildJob({ id: "other", request: whole }) });
  for (const departure of life.departures) life.tell({ kind: "departed", departure });
  life.decide();
  assert.equal(life.membersOf("other"), 1);
  life.tell({ kind: "replica-ready", replica: replicaId(wideService.id, 0) });
  life.observe(wideService.id, 0);
  life.decide();
  for (const departure of life.departures) life.tell({ kind: "departed", departure });
  life.decide();
  assert.equal(life.membersOf("gang"), 0);
  life.tell({ kind: "job-ended", job: jobId("other"), attempt: 1, outcome: "succeeded" });
  life.decide();
  assert.equal(life.membersOf("gang"), 2);
});

test("Q5, J7: jobs that grow in idle room do not make each other leave for ever", () => {
  const life = begin(1000, 1000, 1000);
  life.tell({ kind: "node-added", node: buildNode({ id: "m", cpu: 0, devices: [1000] }) });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "r" }) });
  const request = buildRequest({ cpu: 1000, count: 1 });
  for (const queue of ["q", "r"]) {
    const job = buildJob({ id: `in-${queue}`, queue, request, min: 2, max: 3 });
    life.tell({ kind: "job-submitted", job });
  }
  const kinds = life.decide().map(({ kind }) => kind);
  assert.deepEqual(kinds, ["start-job", "wait-job", "grow-job"]);
  for (let round = 0; round < 3; round += 1) assert.deepEqual(life.decide(), []);
});

test("J4, J5: a job is not suspended into memory that somebody leaving still holds", () => {
  const life = begin(1000, 1000);
  const request = buildRequest({ count: 1, memory: 40 });
  const leaver = buildJob({ id: "leaver", request });
  const moved = buildJob({ id: "moved", request, suspendMs: 0, hostMemory: 40 });
  for (const job of [leaver, moved]) life.tell({ kind: "job-submitted", job });
  life.decide();
  life.tell({ kind: "job-cancelled", job: jobId("leaver") });
  life.decide();
  const urgent = buildJob({ id: "urgent", priority: 1, request: buildRequest({ count: 2 }) });
  life.tell({ kind: "job-submitted", job: urgent });
  const kinds = life.decide().map(({ kind }) => kind);
  assert.deepEqual(kinds, ["stop-job", "start-job"]);
});

test("J4, J5: memory that a suspended job holds until it goes back is nobody else's", () => {
  const life = begin(1000, 1000);
  const request = buildRequest({ count: 2, memory: 20 });
  const moved = buildJob({ id: "moved", request, suspendMs: 0, hostMemory: 30 });
  life.tell({ kind: "job-submitted", job: moved });
  life.decide();
  life.tell({ kind: "service-set", service: wideService });
  life.observe(wideService.id, 1);
  life.decide();
  for (const departure of life.departures) life.tell({ kind: "departed", departure });
  life.tell({ kind: "replica-ready", replica: replicaId(wideService.id, 0) });
  life.observe(wideService.id, 0);
  assert.deepEqual(
    life.decide().map(({ kind }) => kind),
    ["stop-replica", "resume-job"],
  );
  const needy = buildJob({ id: "needy", request: buildRequest({ memory: 60 }) });
  life.tell({ kind: "job-submitted", job: needy });
  assert.deepEqual(
    life.decide().map(({ kind }) => kind),
    ["wait-job"],
  );
  for (const departure of life.departures) life.tell({ kind: "departed", departure });
  assert.deepEqual(
    life.decide().map(({ kind }) => kind),
    ["start-job"],
  );
});

test("J5, J8: a suspended job whose node has lost the devices for it starts anew elsewhere", () => {
  const life = begin(1000, 1000);
  const request = buildRequest({ count: 2 });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "moved", request, suspendMs: 0 }) });
  life.decide();
  life.tell({ kind: "service-set", service: wideService });
  life.observe(wideService.id, 1);
  life.decide();
  for (const departure of life.departures) life.tell({ kind: "departed", departure });
  life.tell({ kind: "device-failed", node: nodeId("n"), device: 0 });
  const [action] = life.decide();
  assert.ok(action.kind === "stop-job" && action.job === "moved");
});

test("V2: a search that is shown too low a price ends all the same", () => {
  const life = begin(1000, 1000, 1000, 1000);
  const elastic = buildJob({
    id: "elastic",
    request: whole,
    min: 2,
    max: 3,
    minimumRuntimeMs: 1e9,
  });
  const share = buildRequest({ count: 1, milli: 500 });
  const gang = buildJob({ id: "gang", request: share, min: 2, suspendMs: 0, hostMemory: 9000 });
  for (const job of [elastic, gang]) life.tell({ kind: "job-submitted", job });
  life.decide();
  assert.equal(life.membersOf("elastic"), 3);
  life.nowMs = 1000;
  const wide = buildJob({ id: "wide", priority: 1, request: buildRequest({ count: 3 }) });
  life.tell({ kind: "job-submitted", job: wide });
  assert.deepEqual(
    life.decide().map(({ kind }) => kind),
    ["wait-job"],
  );
});

/** Sleeps in 20 MiB, of which it keeps two replicas loaded. */
const sleepyService: ModelService = {
  ...wideService,
  request: buildRequest({ memory: 10, count: 1 }),
  replicas: { min: 1, max: 2 },
  sleep: {
    hostMemory: mib(20),
    sleepMs: milliseconds(0),
    wakeMs: milliseconds(0),
    standby: 2,
  },
};

test("A3: the replica that is awake stays while another one is loaded", () => {
  const life = begin(1000, 1000);
  life.tell({ kind: "service-set", service: sleepyService });
  assert.equal(life.decide().length, 2);
  life.tell({ kind: "replica-ready", replica: replicaId(sleepyService.id, 0) });
  assert.deepEqual(life.decide(), []);
  life.tell({ kind: "replica-ready", replica: replicaId(sleepyService.id, 1) });
  assert.deepEqual(
    life.decide().map(({ kind }) => kind),
    ["sleep-replica"],
  );
});

test("A5: no replica is loaded where it could not go to sleep", () => {
  const life = new Life();
  const node = buildNode({ id: "n", cpu: 9000, memory: 19, devices: [1000] });
  life.tell({ kind: "node-added", node });
  life.tell({ kind: "service-set", service: { ...sleepyService, replicas: { min: 0, max: 2 } } });
  assert.deepEqual(life.decide(), []);
});
