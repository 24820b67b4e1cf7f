import assert from "node:assert/strict";
import test from "node:test";
import {
  addNode,
  HandDrivenEngine,
  requestsOf,
  setService,
  sleepReplica,
  startReplica,
  stopReplica,
  wakeReplica,
} from "../../../test/support/hand-driven-engine.ts";
import { nodeId, replicaId, serviceId } from "../../model/ids.ts";
import type { PlannedEvent, RequestStream } from "./workload.ts";

/** A node of two devices and the service `s`, at time 0. */
function engineWith(requests: RequestStream, concurrency = 1, ...events: PlannedEvent[]) {
  const all = [addNode("a", 2), setService(concurrency), ...events];
  const driven = new HandDrivenEngine({ requests: [requests], events: all });
  driven.run(0);
  return driven;
}

function waits({ engine }: HandDrivenEngine): number[] {
  return [...engine.books.services[0].waitMs];
}

const noUse = { offline: 0, busy: 0, idle: 0, moving: 0 };

test("requests wait for the start, then are served first come first served", () => {
  const driven = engineWith(requestsOf([0, 4000], [1000, 1000], [2000, 5000], [30_000, 1000]));
  driven.order(startReplica(0, "a/0"));
  assert.deepEqual(driven.run(60_000), [
    "1000 in flight 2, 2 wait",
    "2000 in flight 3, 3 wait",
    "10000 ready s/0",
    "10000 in flight 3, 2 wait",
    "14000 in flight 2, 1 wait",
    "15000 in flight 1",
    "20000 in flight 0",
    "30000 in flight 1",
    "31000 in flight 0",
  ]);
  assert.deepEqual(waits(driven), [10_000, 13_000, 13_000, 0]);
  const [{ meter, served }] = driven.engine.books.services;
  assert.equal(served, 4);
  const spent = { ...noUse, busy: 11_000_000, idle: 39_000_000, moving: 10_000_000 };
  assert.deepEqual(meter.milliMs(60_000), spent);
});

test("the replica of the lowest number with a free slot takes a request", () => {
  const stream = requestsOf([20_000, 9000], [20_000, 1000], [20_000, 2000], [20_000, 3000]);
  const driven = engineWith(stream, 2);
  driven.order(startReplica(1, "a/1"), startReplica(0, "a/0"));
  assert.deepEqual(driven.run(20_000).slice(2), ["20000 in flight 4"]);
  driven.order(stopReplica(1, 1));
  assert.deepEqual(driven.run(60_000), [
    "21000 in flight 3",
    "22000 in flight 2",
    "23000 departed 1",
    "23000 in flight 1",
    "29000 in flight 0",
  ]);
});

test("a replica that is to sleep finishes what it began, takes nothing new, and wakes later", () => {
  const driven = engineWith(requestsOf([10_000, 5000], [11_000, 1000]));
  driven.order(startReplica(0, "a/0"));
  driven.run(12_000);
  driven.order(sleepReplica(0, 1));
  assert.deepEqual(driven.run(15_500), ["15000 in flight 1, 1 wait"]);
  assert.deepEqual(driven.engine.books.heldMilli(), { ...noUse, moving: 1000 });
  assert.deepEqual(driven.run(20_000), ["16000 departed 1"]);
  assert.deepEqual(driven.engine.books.heldMilli(), noUse);
  driven.order(wakeReplica(0, 1));
  assert.deepEqual(driven.run(60_000), [
    "22000 ready s/0",
    "22000 in flight 1",
    "23000 in flight 0",
  ]);
  assert.deepEqual(waits(driven), [0, 11_000]);
});

test("a wake waits for those that leave its device", () => {
  const driven = engineWith(requestsOf());
  driven.order(startReplica(0, "a/0"));
  driven.run(10_000);
  driven.order(sleepReplica(0, 1), startReplica(1, "a/0", 1));
  assert.deepEqual(driven.run(22_000), ["11000 departed 1", "21000 ready s/1"]);
  driven.order(sleepReplica(1, 2), wakeReplica(0, 0, 2));
  assert.deepEqual(driven.run(30_000), ["23000 departed 2", "25000 ready s/0"]);
});

test("a lost node's requests go back to the head of the line, and departures end at once", () => {
  const stream = requestsOf([10_000, 8000], [10_000, 8000], [11_000, 1000]);
  const lost: PlannedEvent = { atMs: 13_000, event: { kind: "node-lost", node: nodeId("b") } };
  const driven = engineWith(stream, 1, addNode("b", 2), lost);
  driven.order(startReplica(0, "b/0"), startReplica(1, "b/1"), startReplica(2, "a/0"));
  assert.deepEqual(driven.run(12_000).slice(3), [
    "10000 in flight 2",
    "11000 in flight 3",
    "12000 in flight 2",
  ]);
  driven.order(stopReplica(0, 1));
  assert.deepEqual(driven.run(13_000), [
    "13000 lost b",
    "13000 departed 1",
    "13000 in flight 2, 1 wait",
  ]);
  driven.run(60_000);
  assert.deepEqual(waits(driven), [3000, 11_000, 0]);
  assert.equal(driven.engine.books.services[0].retried, 2);
});

test("a crash is told, unless the replica was stopping", () => {
  const gone = (number: number, atMs: number): PlannedEvent => ({
    atMs,
    event: { kind: "replica-gone", replica: replicaId(serviceId("s"), number) },
  });
  const stream = requestsOf([10_000, 90_000], [10_000, 90_000]);
  const driven = engineWith(stream, 1, gone(0, 12_000), gone(1, 12_000), gone(7, 12_000));
  driven.order(startReplica(0, "a/0"), startReplica(1, "a/1"));
  driven.run(11_000);
  driven.order(stopReplica(1, 1));
  assert.deepEqual(driven.run(20_000), [
    "12000 gone s/0",
    "12000 departed 1",
    "12000 in flight 2, 2 wait",
  ]);
  assert.deepEqual(driven.engine.books.heldMilli(), noUse);
});

test("a failed device takes what uses it; what falls asleep survives in host memory", () => {
  const fail = (device: number): PlannedEvent => ({
    atMs: 12_000,
    event: { kind: "device-failed", node: nodeId("a"), device },
  });
  const stream = requestsOf([10_000, 9000], [10_000, 9000]);
  const driven = engineWith(stream, 1, fail(0), fail(1), addNode("b", 1));
  driven.order(startReplica(0, "a/0"), startReplica(1, "a/1"));
  driven.run(11_000);
  driven.order(sleepReplica(1, 1), startReplica(2, "b/0"));
  assert.deepEqual(driven.run(13_500), [
    "12000 failed a/0",
    "12000 failed a/1",
    "12000 in flight 2, 2 wait",
    "13000 departed 1",
  ]);
  driven.run(60_000);
  assert.deepEqual(waits(driven), [11_000, 20_000]);
  assert.equal(driven.engine.books.services[0].retried, 2);
});

test("a replica that is told to stop while it comes, sleeps or falls asleep departs at once", () => {
  const driven = engineWith(requestsOf());
  driven.order(startReplica(0, "a/0"), startReplica(1, "a/1"));
  driven.order(stopReplica(1, 1));
  assert.deepEqual(driven.run(10_000), ["0 departed 1", "10000 ready s/0"]);
  driven.order(sleepReplica(0, 2), startReplica(2, "a/0", 2), stopReplica(2, 3));
  driven.order(stopReplica(0, 4));
  const departed = [3, 2, 4].map((id) => `10000 departed ${id}`);
  assert.deepEqual(driven.run(60_000), departed);
});

test("an impossible order is a bug, and named", () => {
  const driven = engineWith(requestsOf());
  driven.order(startReplica(0, "a/0"));
  assert.throws(() => driven.order(startReplica(0, "a/1")), /start-replica s\/0: it is there/);
  assert.throws(() => driven.order(startReplica(1, "a/0")), /start-replica s\/1 needs 1000 milli/);
  assert.throws(() => driven.order(wakeReplica(0, 0)), /wake-replica s\/0: it is loading/);
  assert.throws(() => driven.order(sleepReplica(9, 1)), /sleep-replica s\/9: there is no such/);
});

test("a replica falls asleep as it was told, though its service does not sleep any more", () => {
  const awake: PlannedEvent = { ...setService(), atMs: 20_500 };
  const { event } = awake;
  if (event.kind === "service-set") delete (event.service as { sleep?: unknown }).sleep;
  const driven = engineWith(requestsOf([10_000, 11_000]), 1, awake);
  driven.order(startReplica(0, "a/0"));
  driven.run(20_000);
  driven.order(sleepReplica(0, 1));
  assert.deepEqual(driven.run(30_000), ["21000 in flight 0", "22000 departed 1"]);
  driven.order(wakeReplica(0, 1));
  assert.deepEqual(driven.run(40_000), ["32000 ready s/0"]);
});
