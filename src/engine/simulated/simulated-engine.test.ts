import assert from "node:assert/strict";
import test from "node:test";
import {
  addNode,
  HandDrivenEngine,
  requestsOf,
  setService,
  simulatedJob,
  start,
  startReplica,
  stop,
} from "../../../test/support/hand-driven-engine.ts";
import type { Action } from "../../model/action.ts";
import { jobId, nodeId, replicaId, serviceId, workId } from "../../model/ids.ts";
import { SimulatedEngine } from "./simulated-engine.ts";

const cancel = { kind: "job-cancelled", job: jobId("j") } as const;

test("one moment: what ends, then what is planned, then submissions, then one observation", () => {
  const jobs = [simulatedJob("j", 5000), { ...simulatedJob("k", 1), submitMs: 5000 }];
  const engine = new SimulatedEngine({
    events: [{ atMs: 5000, event: cancel }, addNode("a", 1), setService()],
    jobs,
    requests: [requestsOf([5000, 1], [5000, 1])],
  });
  const kinds = () => engine.next(undefined)?.events.map(({ kind }) => kind);
  assert.deepEqual(kinds(), ["node-added", "service-set", "job-submitted"]);
  engine.carryOut(0, [start("j", 1, "0 a/0")]);
  assert.deepEqual(kinds(), ["job-started"]);
  assert.deepEqual(kinds(), ["job-ended", "job-cancelled", "job-submitted", "service-observed"]);
  assert.equal(engine.books.jobs[0].outcome, "succeeded");
  assert.equal(engine.next(undefined), undefined, "nothing will happen any more");
});

test("a wake-up comes with no events, and one in the past comes now", () => {
  const engine = new SimulatedEngine({
    events: [addNode("a", 1, "T4", 10)],
    jobs: [],
    requests: [],
  });
  assert.deepEqual(engine.next(4), { nowMs: 4, events: [] });
  assert.deepEqual(engine.next(3), { nowMs: 4, events: [] });
  assert.equal(engine.next(10)?.events.length, 1);
  assert.deepEqual(engine.next(10), { nowMs: 10, events: [] });
  assert.equal(engine.next(undefined), undefined);
});

test("actions are carried out at the time of the last step and no other", () => {
  const engine = new SimulatedEngine({ events: [], jobs: [], requests: [] });
  assert.throws(() => engine.carryOut(5, []), /actions of 5 ms cannot be carried out at 0 ms/);
});

test("a job that is cancelled or given up is over in the books", () => {
  const driven = new HandDrivenEngine({
    jobs: [simulatedJob("j", 9000), simulatedJob("k", 9000)],
    events: [addNode("a", 2), { atMs: 3000, event: cancel }],
  });
  driven.run(0);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(3000);
  const refusal = { kind: "can-never", code: "retries-exhausted", message: "" } as const;
  driven.order(stop("j", false, 1), { kind: "give-up-job", job: jobId("k"), refusal });
  assert.deepEqual(driven.run(60_000), ["3000 departed 1"]);
  const over = driven.engine.books.jobs.map(({ id, outcome, endMs }) => [id, outcome, endMs]);
  assert.deepEqual(over, [
    ["j", "cancelled", 3000],
    ["k", "given-up", 3000],
  ]);
});

test("what is ordered and taken back in one moment does not begin", () => {
  const driven = new HandDrivenEngine({
    jobs: [simulatedJob("j", 9000)],
    events: [addNode("a", 1)],
  });
  driven.run(0);
  driven.order(start("j", 1, "0 a/0"), stop("j", false, 1));
  assert.deepEqual(driven.run(9000), ["0 departed 1"]);
});

test("a start that waits does not begin once its job is cancelled", () => {
  const driven = new HandDrivenEngine({
    jobs: [simulatedJob("j", 9000), simulatedJob("k", 9000, { checkpoint: [5000, 1000, 0] })],
    events: [addNode("a", 1), { atMs: 500, event: cancel }],
  });
  driven.run(0);
  driven.order(start("k", 1, "0 a/0"));
  driven.order(stop("k", true, 1), start("j", 1, "0 a/0", 1));
  assert.deepEqual(driven.run(9000), ["0 started k", "1000 departed 1"]);
});

test("who watches sees each state for as long as it lasts, also between two steps", () => {
  const seen: string[] = [];
  const workload = {
    jobs: [],
    events: [addNode("a", 1), setService()],
    requests: [requestsOf([0, 500], [100, 500])],
  };
  const engine = new SimulatedEngine(workload, (untilMs) => {
    const [{ awake, inFlight, meter }] = engine.books.services;
    seen.push(`until ${untilMs}: ${awake} awake, ${inFlight} in flight, ${meter.held.busy} busy`);
  });
  const nowMs = engine.next(undefined)!.nowMs;
  engine.carryOut(nowMs, [startReplica(0, "a/0")]);
  for (let step = engine.next(20_000)!; step.nowMs < 20_000; step = engine.next(20_000)!);
  assert.deepEqual(seen, [
    "until 100: 0 awake, 1 in flight, 0 busy",
    "until 10000: 0 awake, 2 in flight, 0 busy",
    "until 10500: 1 awake, 2 in flight, 1000 busy",
    "until 11000: 1 awake, 1 in flight, 1000 busy",
    "until 20000: 1 awake, 0 in flight, 0 busy",
  ]);
  assert.deepEqual(
    Array.from(engine.nodes, ({ id, occupancy }) => [id, occupancy]),
    [["a", "full"]],
  );
});

test("a workload names each job and each service's requests once, and no other work", () => {
  const job = simulatedJob("j", 1);
  assert.throws(
    () => new SimulatedEngine({ events: [], jobs: [job, job], requests: [] }),
    /job j is in the workload twice/,
  );
  assert.throws(
    () => new SimulatedEngine({ events: [], jobs: [], requests: [requestsOf(), requestsOf()] }),
    /service s has two request streams/,
  );
  const engine = new SimulatedEngine({ events: [], jobs: [], requests: [] });
  const service = serviceId("s");
  const replica = replicaId(service, 0);
  const orders: [Action, RegExp][] = [
    [
      { kind: "place", work: workId("w"), node: nodeId("a"), devices: [] },
      /place w: a workload has/,
    ],
    [
      { kind: "wake-replica", service, replica, devices: [], after: [] },
      /wake-replica s\/0: there is no service s/,
    ],
  ];
  for (const [order, message] of orders) assert.throws(() => engine.carryOut(0, [order]), message);
});
