import assert from "node:assert/strict";
import test from "node:test";
import {
  addNode,
  addOvercommitted,
  HandDrivenEngine,
  requestsOf,
  setService,
  simulatedJob,
  sleepReplica,
  start,
  startReplica,
} from "../../../test/support/hand-driven-engine.ts";
import { nodeId } from "../../model/ids.ts";
import type { PlannedEvent, RequestStream } from "./workload.ts";

const LONG_MS = 1e9;
const CPU_USE = { busy: 0.6, idle: 0.1 };

/** A crowded node `a`, the service `s`, and jobs `j` and `k` of 100 s and `l`, which is never over. */
function engineWith(stream: RequestStream, ...events: PlannedEvent[]): HandDrivenEngine {
  const jobs = [simulatedJob("j", 100_000), simulatedJob("k", 100_000), simulatedJob("l", LONG_MS)];
  const all = [addOvercommitted("a"), setService(), ...events];
  const driven = new HandDrivenEngine({ requests: [stream], events: all, jobs });
  driven.run(0);
  return driven;
}

function observed(told: readonly string[]): string[] {
  return told.filter((words) => words.includes(" used "));
}

test("more use is told at once, less by the most of each minute", () => {
  const requests = requestsOf([10_000, 4000], [75_000, 10_000]);
  const driven = engineWith({ ...requests, cpuUse: CPU_USE });
  driven.order(startReplica(0, "a/0"));
  assert.deepEqual(driven.run(250_000), [
    "0 used 100 on a",
    "10000 ready s/0",
    "10000 in flight 1",
    "10000 used 600 on a",
    "14000 in flight 0",
    "60000 used 600 on a",
    "75000 in flight 1",
    "85000 in flight 0",
    "120000 used 600 on a",
    "180000 used 100 on a",
    "240000 used 100 on a",
  ]);
});

test("a node is observed until an hour after the last change, then again from the next on", () => {
  const requests = requestsOf([10_000, 10_000], [7_205_000, 1000]);
  const driven = engineWith({ ...requests, cpuUse: CPU_USE });
  driven.order(startReplica(0, "a/0"));
  const told = observed(driven.run(7_200_000));
  // Two rises, and the beats of 1 to 60 min; the last request ended at 20 s.
  assert.equal(told.length, 62);
  assert.equal(told.at(-1), "3600000 used 100 on a");
  assert.deepEqual(observed(driven.run(7_330_000)), [
    "7205000 used 600 on a",
    "7260000 used 600 on a",
    "7320000 used 100 on a",
  ]);
});

test("less use after an hour without a change is not told before the minute in which it fell", () => {
  const driven = engineWith({ ...requestsOf([10_000, 7_000_000]), cpuUse: CPU_USE });
  driven.order(startReplica(0, "a/0"));
  assert.equal(observed(driven.run(7_000_000)).at(-1), "3600000 used 600 on a");
  assert.deepEqual(observed(driven.run(7_150_000)), [
    "7020000 used 600 on a",
    "7080000 used 100 on a",
    "7140000 used 100 on a",
  ]);
});

test("each slot counts for itself; without shares a replica uses all that it asks for", () => {
  const cpuUse = { busy: 0.8, idle: 0.2 };
  const stream = { ...requestsOf([20_000, 5000], [22_000, 1000]), cpuUse };
  const inFour = engineWith(stream, setService(4));
  inFour.order(startReplica(0, "a/0"));
  assert.deepEqual(observed(inFour.run(30_000)), [
    "0 used 200 on a",
    "20000 used 350 on a",
    "22000 used 500 on a",
  ]);
  const all = engineWith(requestsOf([20_000, 5000]));
  all.order(startReplica(0, "a/0"));
  assert.deepEqual(observed(all.run(30_000)), ["0 used 1000 on a"]);
});

test("a replica that sleeps uses nothing; other nodes are not observed", () => {
  const driven = engineWith({ ...requestsOf(), cpuUse: CPU_USE }, addNode("b", 1));
  driven.order(startReplica(0, "a/0"), startReplica(1, "b/0"));
  driven.run(70_000);
  driven.order(sleepReplica(0, 1));
  assert.deepEqual(driven.run(200_000), [
    "71000 departed 1",
    "120000 used 100 on a",
    "180000 used 0 on a",
  ]);
});

test("a node that is lost is not observed, and one that comes back starts anew", () => {
  const lost: PlannedEvent = { atMs: 30_000, event: { kind: "node-lost", node: nodeId("a") } };
  const stream = { ...requestsOf([20_000, 90_000]), cpuUse: CPU_USE };
  const driven = engineWith(stream, lost, addOvercommitted("a", 70_000));
  driven.order(startReplica(0, "a/0"));
  const told = driven.run(80_000);
  assert.deepEqual(observed(told), ["0 used 100 on a", "20000 used 600 on a"]);
  driven.order(startReplica(1, "a/0"));
  assert.deepEqual(observed(driven.run(85_000)), ["80000 used 100 on a"]);
  const [first, second] = driven.engine.books.cpuLoads;
  assert.equal(first.spent.askedMilliMs, 30_000_000);
  assert.equal(second.spent.askedMilliMs, 5_000_000);
});

test("nobody is observed for jobs that are all over: the run ends", () => {
  const stream = { ...requestsOf([10_000, 1000]), cpuUse: CPU_USE };
  const events = [addOvercommitted("a"), setService()];
  const driven = new HandDrivenEngine({
    requests: [stream],
    events,
    jobs: [simulatedJob("j", 61_000)],
  });
  driven.run(0);
  driven.order(start("j", 1, "0 a/1"), startReplica(0, "a/0"));
  assert.deepEqual(observed(driven.run(119_000)), [
    "0 used 100 on a",
    "10000 used 600 on a",
    "60000 used 600 on a",
  ]);
  // The minute that was waited for passes, and no other is.
  assert.equal(driven.engine.next(undefined)?.nowMs, 120_000);
  assert.equal(driven.engine.next(undefined), undefined);
});

// 2000 milli-CPU; j, k and the replica ask for 1000 each until 100 s, and the replica for itself
// until 120 s. It serves from 10 to 14 s, from 20 to 30 s and, by another request, on to 35 s.
test("overload is what jobs ask for and services use beyond what the node has", () => {
  const requests = requestsOf([10_000, 4000], [20_000, 10_000], [30_000, 5000]);
  const driven = engineWith({ ...requests, cpuUse: { busy: 0.6, idle: 0 } });
  driven.order(start("j", 1, "0 a/1"), start("k", 1, "0 a/2"), startReplica(0, "a/0"));
  driven.run(120_000);
  assert.deepEqual(driven.engine.books.cpuLoads[0].spent, {
    askedMilliMs: 1000 * 120_000,
    usedMilliMs: 600 * 19_000,
    jobsMilliMs: 2000 * 100_000,
    borrowedMilliMs: 1000 * 100_000,
    overloadMilliMs: 600 * 19_000,
    overloadMaxMs: 15_000,
  });
});
