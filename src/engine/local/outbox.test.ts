import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryMachine } from "../../../test/support/local-engine/memory-machine.ts";
import { settleAll } from "../../../test/support/local-engine/memory-bed.ts";
import { departureId, nodeId } from "../../model/ids.ts";
import { milliCpu } from "../../model/units.ts";
import type { Event } from "../../model/event.ts";
import { Outbox } from "./outbox.ts";

const left = (departure: number): Event => ({
  kind: "departed",
  departure: departureId(departure),
});
const used = (cpu: number): Event => ({
  kind: "node-observed",
  node: nodeId("a"),
  cpuUsed: milliCpu(cpu),
});

test("what was told is told once until it is settled, however often it is said", async () => {
  const outbox = new Outbox(new MemoryMachine().clock);
  assert.deepEqual([outbox.tell(left(1)), outbox.tell(left(1))], [true, false]);
  assert.deepEqual((await outbox.next(undefined)).events, [left(1)]);
  outbox.tell(left(1));
  outbox.tell(left(2));
  assert.deepEqual((await outbox.next(undefined)).events, [left(2)]);
  assert.deepEqual(outbox.settle().events, [left(2)]);
  assert.deepEqual(outbox.settle().events, []);
});

test("what is observed is told each time: it may be so again", async () => {
  const outbox = new Outbox(new MemoryMachine().clock);
  const observed = [used(1), used(2), used(1)];
  for (const event of observed) outbox.tell(event);
  assert.deepEqual((await outbox.next(undefined)).events, observed);
});

test("what is withdrawn wakes nobody: a step without events comes no earlier than its wake-up", async () => {
  const machine = new MemoryMachine();
  const outbox = new Outbox(machine.clock);
  const wakeMs = machine.nowMs + 100;
  const next = outbox.next(wakeMs);
  outbox.tell(left(1));
  outbox.withdraw(({ kind }) => kind === "departed");
  await settleAll();
  machine.pass(100);
  assert.deepEqual(await next, { nowMs: wakeMs, events: [] });
  assert.equal(machine.timers, 0);
});

test("time never goes back, though the machine's clock does", async () => {
  const machine = new MemoryMachine();
  const outbox = new Outbox(machine.clock);
  outbox.tell(left(1));
  const { nowMs } = await outbox.next(undefined);
  machine.nowMs -= 1000;
  outbox.tell(left(2));
  assert.equal((await outbox.next(undefined)).nowMs, nowMs);
});

test("whoever waits is told of a failure, and so is everybody after", async () => {
  const outbox = new Outbox(new MemoryMachine().clock);
  const next = outbox.next(undefined);
  outbox.fail(new Error("the first"));
  outbox.fail(new Error("the second"));
  await assert.rejects(next, /the first/);
  await assert.rejects(outbox.next(undefined), /the first/);
});
