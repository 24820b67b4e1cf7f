import assert from "node:assert/strict";
import test from "node:test";
import {
  addNode,
  grow,
  HandDrivenEngine,
  resume,
  shrink,
  simulatedJob,
  start,
  stop,
  suspend,
} from "../../../test/support/hand-driven-engine.ts";
import { nodeId } from "../../model/ids.ts";
import type { PlannedEvent } from "./workload.ts";

const checkpoint = [10_000, 2000, 3000] as const;

function lose(node: string, atMs: number): PlannedEvent {
  return { atMs, event: { kind: "node-lost", node: nodeId(node) } };
}

function fail(node: string, device: number, atMs: number): PlannedEvent {
  return { atMs, event: { kind: "device-failed", node: nodeId(node), device } };
}

/** Two nodes of two devices, these jobs, and the time 0 lived through. */
function engineWith(jobs: readonly ReturnType<typeof simulatedJob>[], ...events: PlannedEvent[]) {
  const driven = new HandDrivenEngine({
    jobs,
    events: [addNode("a", 2), addNode("b", 2), ...events],
  });
  driven.run(0);
  return driven;
}

test("a gang starts at once where nothing leaves, saves as it goes, and ends", () => {
  const driven = engineWith([simulatedJob("j", 25_000, { checkpoint, min: 2 })]);
  driven.order(start("j", 1, "0 a/0, 1 b/1"));
  assert.deepEqual(driven.run(60_000), [
    "0 started j",
    "12000 saved j",
    "24000 saved j",
    "29000 succeeded j",
  ]);
  const [history] = driven.engine.books.jobs;
  assert.equal(history.endMs, 29_000);
  assert.equal(history.productiveMilliMs, 25_000 * 2000);
  assert.equal(history.savingMilliMs, 4000 * 2000);
  assert.equal(driven.engine.books.milliMs(60_000).offline, 29_000 * 2000);
});

test("a suspended job loses no work: 2 s to leave, 3 s to come back, then it goes on", () => {
  const driven = engineWith([simulatedJob("j", 10_000)]);
  driven.order(start("j", 1, "0 a/0"));
  assert.deepEqual(driven.run(4000), ["0 started j"]);
  driven.order(suspend("j", 1));
  assert.equal(driven.engine.books.heldMilli().moving, 1000);
  assert.deepEqual(driven.run(20_000), ["6000 departed 1"]);
  assert.deepEqual(driven.engine.books.heldMilli(), { offline: 0, busy: 0, idle: 0, moving: 0 });
  driven.order(resume("j", "0 a/1"));
  assert.deepEqual(driven.run(60_000), ["29000 succeeded j"]);
  const [history] = driven.engine.books.jobs;
  assert.equal(history.movingMilliMs, 5_000_000);
  assert.equal(history.productiveMilliMs, 10_000_000);
  assert.deepEqual([history.suspensions, history.attempts, history.lostMilliMs], [1, 1, 0]);
});

test("a suspension in the middle of saving goes on saving afterwards", () => {
  const driven = engineWith([simulatedJob("j", 15_000, { checkpoint })]);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(11_500);
  driven.order(suspend("j", 1));
  driven.run(20_000);
  driven.order(resume("j", "0 a/0"));
  assert.deepEqual(driven.run(60_000), ["23500 saved j", "28500 succeeded j"]);
});

test("a suspension in the middle of a restart goes on restarting afterwards", () => {
  const driven = engineWith([simulatedJob("j", 12_000, { checkpoint })]);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(12_000);
  driven.order(stop("j", false, 1), start("j", 2, "0 a/0", 1));
  driven.run(13_000);
  driven.order(suspend("j", 2));
  driven.run(15_000);
  driven.order(resume("j", "0 a/0"));
  assert.deepEqual(driven.run(60_000), ["22000 succeeded j"]);
});

test("a stop with a checkpoint takes the time of one and keeps all work", () => {
  const driven = engineWith([simulatedJob("j", 20_000, { checkpoint })]);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(4000);
  driven.order(stop("j", true, 1));
  assert.deepEqual(driven.run(10_000), ["6000 departed 1"]);
  driven.order(start("j", 2, "0 b/0"));
  assert.deepEqual(driven.run(60_000), ["10000 started j", "25000 saved j", "31000 succeeded j"]);
  const [history] = driven.engine.books.jobs;
  assert.deepEqual([history.lostMilliMs, history.stops, history.attempts], [0, 1, 2]);
  assert.equal(history.savingMilliMs, 4_000_000);
});

test("a stop without one goes back to the last checkpoint, and restarts from there", () => {
  const driven = engineWith([simulatedJob("j", 20_000, { checkpoint })]);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(15_000);
  driven.order(stop("j", false, 1));
  assert.deepEqual(driven.run(16_000), ["15000 departed 1"]);
  driven.order(start("j", 2, "0 a/0"));
  assert.deepEqual(driven.run(60_000), ["16000 started j", "29000 succeeded j"]);
  const [history] = driven.engine.books.jobs;
  assert.equal(history.lostMilliMs, 3_000_000);
  assert.equal(history.restartingMilliMs, 3_000_000);
  assert.equal(history.productiveMilliMs, 20_000_000);
});

test("what begins after departures begins with the last of them, in a chain if need be", () => {
  const jobs = ["j", "k", "l"].map((id) => simulatedJob(id, 50_000, { checkpoint }));
  const driven = engineWith(jobs);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(1000);
  driven.order(stop("j", true, 1), start("k", 1, "0 a/0", 1));
  driven.run(2000);
  driven.order(suspend("k", 2), start("l", 1, "0 a/0", 1, 2));
  assert.deepEqual(driven.run(4000), ["2000 departed 2", "3000 departed 1", "3000 started l"]);
});

test("a start that waits and is told to leave departs at once and never begins", () => {
  const jobs = ["j", "k", "l"].map((id) => simulatedJob(id, 50_000, { checkpoint }));
  const driven = engineWith(jobs);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(1000);
  driven.order(stop("j", true, 1), start("k", 1, "0 a/0", 1), start("l", 1, "0 a/0", 1));
  driven.order(stop("k", true, 2), suspend("l", 3));
  assert.deepEqual(driven.run(5000), ["1000 departed 2", "1000 departed 3", "3000 departed 1"]);
  driven.order(resume("l", "0 a/0"));
  assert.deepEqual(driven.run(6000), ["5000 started l"], "a suspended start starts at its return");
});

test("a gang of 1 to 4 runs as fast as it is large", () => {
  const driven = engineWith([simulatedJob("j", 40_000, { max: 4 })]);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(10_000);
  driven.order(grow("j", "1 a/1, 2 b/0"));
  driven.run(15_000);
  driven.order(shrink("j", [1], 1));
  // 10 at rate 1, 15 at rate 3, and the 15 that are left at rate 2.
  assert.deepEqual(driven.run(60_000), ["15000 departed 1", "22500 succeeded j"]);
  assert.equal(driven.engine.books.jobs[0].productiveMilliMs, (10 + 15 + 15) * 1_000_000);
});

test("a member that joins is counted from when its place is free", () => {
  const jobs = [simulatedJob("j", 20_000, { max: 2 }), simulatedJob("k", 90_000, { checkpoint })];
  const driven = engineWith(jobs);
  driven.order(start("j", 1, "0 a/0"), start("k", 1, "0 a/1"));
  driven.run(4000);
  driven.order(stop("k", true, 1), grow("j", "1 a/1", 1));
  assert.deepEqual(driven.run(60_000), ["6000 departed 1", "13000 succeeded j"]);
});

test("a member that is taken away or suspended before it joined does not join", () => {
  const jobs = [simulatedJob("j", 20_000, { max: 2 }), simulatedJob("k", 90_000, { checkpoint })];
  const driven = engineWith(jobs);
  driven.order(start("j", 1, "0 a/0"), start("k", 1, "0 a/1"));
  driven.run(4000);
  driven.order(stop("k", true, 1), grow("j", "1 a/1", 1), shrink("j", [1], 2));
  driven.order(grow("j", "2 a/1", 1), suspend("j", 3));
  assert.deepEqual(driven.run(10_000), ["4000 departed 2", "6000 departed 1", "6000 departed 3"]);
  assert.equal(driven.engine.books.heldMilli().offline, 0);
  driven.order(resume("j", "0 a/0, 2 a/1"));
  assert.deepEqual(driven.run(60_000), ["21000 succeeded j"]);
});

test("a gang runs at the speed of its slowest member", () => {
  const speeds = { A100: 2, T4: 0.5 };
  const jobs = [
    simulatedJob("j", 10_000, { min: 2, speeds }),
    simulatedJob("k", 10_000, { speeds }),
  ];
  const driven = engineWith(jobs, addNode("t", 1, "T4"));
  driven.order(start("j", 1, "0 a/0, 1 t/0"), start("k", 1, "0 a/1"));
  assert.deepEqual(driven.run(60_000).slice(2), ["5000 succeeded k", "20000 succeeded j"]);
});

test("an attempt that fails by itself leaves its places, and the next one goes on", () => {
  const failures = [{ attempt: 1, afterMs: 13_000 }];
  const driven = engineWith([simulatedJob("j", 20_000, { checkpoint, failures })]);
  driven.order(start("j", 1, "0 a/0"));
  assert.deepEqual(driven.run(15_000), ["0 started j", "12000 saved j", "15000 failed j"]);
  driven.order(start("j", 2, "0 a/0"));
  assert.deepEqual(driven.run(60_000), ["15000 started j", "28000 succeeded j"]);
  const [history] = driven.engine.books.jobs;
  assert.deepEqual([history.failures, history.lostMilliMs], [1, 3_000_000]);
});

test("an attempt that is lost leaves its places, and is no failure of the job", () => {
  const failures = [{ attempt: 1, afterMs: 5000, isLost: true }];
  const driven = engineWith([simulatedJob("j", 20_000, { failures })]);
  driven.order(start("j", 1, "0 a/0"));
  assert.deepEqual(driven.run(9000), ["0 started j", "5000 lost j"]);
  const [history] = driven.engine.books.jobs;
  assert.deepEqual([history.failures, history.lostMilliMs], [0, 5_000_000]);
});

test("a gang that lost a node stands still, and departs when it is told to stop", () => {
  const driven = engineWith([simulatedJob("j", 20_000, { checkpoint, min: 2 })], lose("b", 15_000));
  driven.order(start("j", 1, "0 a/0, 1 b/0"));
  assert.deepEqual(driven.run(15_000).slice(1), ["12000 saved j", "15000 lost b"]);
  assert.equal(driven.engine.books.heldMilli().offline, 1000, "the lost member holds nothing");
  driven.order(stop("j", false, 1), start("j", 2, "0 a/0, 1 a/1", 1));
  const left = ["15000 departed 1", "15000 started j", "28000 succeeded j"];
  assert.deepEqual(driven.run(60_000), left);
  assert.equal(driven.engine.books.jobs[0].lostMilliMs, 3000 * 2000);
});

test("a node lost while a job leaves it ends the leaving at once, and reports it once", () => {
  const jobs = ["j", "k"].map((id) => simulatedJob(id, 50_000, { checkpoint }));
  const driven = engineWith(jobs, lose("b", 5000));
  driven.order(start("j", 1, "0 b/0"), start("k", 1, "0 b/1"));
  driven.run(4000);
  driven.order(stop("j", true, 1), suspend("k", 2));
  assert.deepEqual(driven.run(5000), ["5000 lost b", "5000 departed 1", "5000 departed 2"]);
  assert.deepEqual(driven.order(stop("k", false, 3)).run(9000), ["5000 departed 3"]);
  assert.equal(driven.engine.books.jobs[0].lostMilliMs, 4_000_000, "nothing had been saved");
});

test("a node lost while a job waits, is suspended or comes back breaks it", () => {
  const jobs = ["w", "s", "r", "o"].map((id) => simulatedJob(id, 50_000, { checkpoint }));
  const driven = engineWith(jobs, addNode("c", 3), lose("c", 10_000));
  driven.order(start("o", 1, "0 a/0"), start("s", 1, "0 c/0"), start("r", 1, "0 c/1"));
  driven.run(1000);
  driven.order(suspend("s", 1), suspend("r", 2));
  driven.run(8500);
  driven.order(stop("o", true, 3), start("w", 1, "0 c/0", 3), resume("r", "0 c/1"));
  assert.deepEqual(driven.run(20_000), ["10000 lost c", "10500 departed 3"]);
  driven.order(stop("w", false, 4), stop("s", false, 5), stop("r", false, 6));
  assert.deepEqual(
    driven.run(30_000),
    [4, 5, 6].map((id) => `20000 departed ${id}`),
  );
});

test("a failed device breaks what uses it, and not what is suspended or beside it", () => {
  const jobs = ["j", "k", "l"].map((id) => simulatedJob(id, 10_000));
  const driven = engineWith(jobs, addNode("c", 3), fail("c", 0, 5000));
  driven.order(start("j", 1, "0 c/0"), start("k", 1, "0 c/1"));
  driven.run(1000);
  driven.order(suspend("j", 1), start("l", 1, "0 c/0", 1));
  const told = driven.run(60_000);
  assert.deepEqual(told, [
    "3000 departed 1",
    "3000 started l",
    "5000 failed c/0",
    "10000 succeeded k",
  ]);
  driven.order(stop("l", false, 2), resume("j", "0 c/1"));
  assert.deepEqual(driven.run(90_000), ["60000 departed 2", "72000 succeeded j"]);
});

test("a stop during a suspension: both departures end together", () => {
  const driven = engineWith([simulatedJob("j", 50_000, { checkpoint })]);
  driven.order(start("j", 1, "0 a/0"));
  driven.run(1000);
  driven.order(suspend("j", 1));
  driven.run(2000);
  driven.order(stop("j", true, 2));
  assert.deepEqual(driven.run(9000), ["4000 departed 1", "4000 departed 2"]);
});

test("an impossible order is a bug, and named", () => {
  const driven = engineWith([simulatedJob("j", 9000), simulatedJob("k", 9000)]);
  driven.order(start("j", 1, "0 a/0"));
  const orders: [() => unknown, RegExp][] = [
    [
      () => driven.order(start("k", 1, "0 a/0")),
      /start-job k needs 1000 milli of device 0 on node a/,
    ],
    [() => driven.order(start("x", 1, "0 a/0")), /start-job x: there is no such job/],
    [() => driven.order(start("j", 2, "0 a/1")), /start-job j: it is up/],
    [() => driven.order(resume("j", "0 a/0")), /resume-job j: it is up/],
    [() => driven.order(stop("j", true, 1)), /stop-job j: it takes no checkpoints/],
    [() => driven.order(grow("j", "1 z/0")), /grow-job j names node z, which is not there/],
    [() => driven.order(shrink("j", [5], 1)), /shrink-job j: there is no member 5/],
  ];
  for (const [order, message] of orders) assert.throws(order, message);
});

test("host memory that is not there is refused: 50 MiB more for each suspended job", () => {
  const driven = engineWith(["j", "k", "l"].map((id) => simulatedJob(id, 9000)));
  driven.order(start("j", 1, "0 a/0"), start("k", 1, "0 a/1"));
  driven.order(suspend("j", 1), suspend("k", 2));
  driven.run(5000);
  assert.throws(() => driven.order(start("l", 1, "0 a/0")), /needs 100 MiB on node a, where 0 are/);
});
