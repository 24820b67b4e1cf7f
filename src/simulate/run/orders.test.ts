import assert from "node:assert/strict";
import test from "node:test";
import {
  addNode,
  resume,
  simulatedJob,
  shrink,
  sleepReplica,
  start,
  startReplica,
  stop,
  stopReplica,
  suspend,
  wakeReplica,
} from "../../../test/support/hand-driven-engine.ts";
import type { Action } from "../../model/action.ts";
import { serviceId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import { Orders } from "./orders.ts";

const { job } = simulatedJob("j", 1, { min: 4 });

function nodesOf(...counts: readonly number[]): Node[] {
  return counts.map((count, index) => {
    const { event } = addNode(`n${index}`, count);
    return (event as Extract<typeof event, { kind: "node-added" }>).node;
  });
}

function ordersAfter(actions: readonly Action[], nodes = nodesOf(2, 2, 2, 2)): Orders {
  const orders = new Orders(new Map([[job.id, job]]));
  for (const action of actions) orders.note(action, { nodes });
  return orders;
}

test("orders to leave are counted by reason, and whom they are for", () => {
  const online = { reason: { code: "online", for: "s" } } as const;
  const lost = { reason: { code: "node-lost", for: "" } } as const;
  const reclaim = { reason: { code: "reclaim", for: "k" } } as const;
  const overload = { reason: { code: "overload", for: "n0" } } as const;
  const orders = ordersAfter([
    { ...suspend("j", 1), ...online },
    { ...stop("j", true, 2), ...lost },
    { ...shrink("j", [1], 3), ...reclaim },
    { ...suspend("j", 4), ...online },
    { ...suspend("j", 5), ...overload },
  ]);
  assert.equal(orders.evicted, 5);
  const none = { suspensions: 0, stops: 0, shrinks: 0 };
  assert.deepEqual(
    [...orders.evictions.values()],
    [
      { ...none, reason: "online", for: "online", suspensions: 2 },
      { ...none, reason: "node-lost", for: "nobody", stops: 1 },
      { ...none, reason: "reclaim", for: "offline", shrinks: 1 },
      { ...none, reason: "overload", for: "online", suspensions: 1 },
    ],
  );
});

test("what a job was told last stands until it begins", () => {
  const waits = (code: "no-room-now" | "queue-limit"): Action => {
    return { kind: "wait-job", job: job.id, refusal: { kind: "cannot-now", code, message: "" } };
  };
  const began = start("j", 1, "0 n0/0");
  const told = (...actions: readonly Action[]) => ordersAfter(actions).standstills.get(job.id);
  assert.equal(told(waits("queue-limit"), waits("no-room-now")), "no-room-now");
  assert.equal(told(waits("no-room-now"), began), undefined);
  assert.equal(told(began, suspend("j", 1)), "suspended");
  assert.equal(told(began, suspend("j", 1), resume("j", "0 n0/0")), undefined);
  assert.equal(told(began, stop("j", true, 1), waits("no-room-now")), "no-room-now");
});

test("orders to replicas are counted by service", () => {
  const { replicas } = ordersAfter([
    startReplica(0, "n0/0"),
    sleepReplica(0, 1),
    wakeReplica(0, 0),
    sleepReplica(0, 2),
    stopReplica(0, 3),
  ]);
  assert.deepEqual([...replicas], [[serviceId("s"), { starts: 1, wakes: 1, sleeps: 2, stops: 1 }]]);
});

test("JTTED: a gang of four on nodes of two devices takes two at least; here it took three", () => {
  const { spreads } = ordersAfter([start("j", 1, "0 n0/0, 1 n0/1, 2 n1/0, 3 n2/0")]);
  assert.deepEqual(spreads, [{ size: "2-7", ratio: 1.5 }]);
});

test("JTTED follows the nodes that there are, and leaves out gangs of one", () => {
  const four = start("j", 1, "0 n0/0, 1 n0/1, 2 n1/0, 3 n1/1");
  const orders = ordersAfter([start("j", 1, "0 n0/0"), four]);
  orders.forgetNodes();
  orders.note(four, { nodes: nodesOf(4, 4) });
  assert.deepEqual(
    orders.spreads.map(({ ratio }) => ratio),
    [1, 2],
  );
});
