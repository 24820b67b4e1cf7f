import assert from "node:assert/strict";
import test from "node:test";
import { requestsOf, simulatedJob } from "../../../test/support/hand-driven-engine.ts";
import { Books, Meter } from "./books.ts";

test("a meter integrates what is held, by use", () => {
  const meter = new Meter();
  meter.change(10, "busy", 500);
  meter.change(20, "busy", -500);
  meter.change(20, "idle", 500);
  meter.change(20, "idle", 1000);
  assert.deepEqual(meter.held, { offline: 0, busy: 0, idle: 1500, moving: 0 });
  const spent = { offline: 0, busy: 5000, idle: 15_000, moving: 0 };
  assert.deepEqual(meter.milliMs(30), spent);
  assert.deepEqual(meter.milliMs(30), spent);
});

test("books open with each job at its minimum size and each request not served", () => {
  const books = new Books([simulatedJob("j", 1, { min: 3, max: 5 })], [requestsOf([1, 1], [2, 1])]);
  const [job] = books.jobs;
  assert.deepEqual([job.gpuMilli, job.members, job.outcome], [3000, 3, undefined]);
  assert.deepEqual([...books.services[0].waitMs], [Number.NaN, Number.NaN]);
});

test("a meter tells the kinds of device apart, and their sum", () => {
  const meter = new Meter();
  meter.change(0, "offline", 1000, "T4");
  meter.change(10, "offline", 500, "A100");
  meter.change(20, "offline", -1000, "T4");
  const none = { busy: 0, idle: 0, moving: 0 };
  assert.deepEqual(
    [...meter.milliMsByKind(30)],
    [
      ["T4", { ...none, offline: 20_000 }],
      ["A100", { ...none, offline: 10_000 }],
    ],
  );
  assert.deepEqual(meter.milliMs(30), { ...none, offline: 30_000 });
  assert.deepEqual(meter.held, { ...none, offline: 500 });
});

test("held and spent are sums over jobs and services", () => {
  const books = new Books([], [requestsOf()]);
  books.jobMeter.change(0, "moving", 1);
  books.services[0].meter.change(0, "moving", 2);
  books.services[0].meter.change(5, "busy", 4);
  assert.deepEqual(books.heldMilli(), { offline: 0, busy: 4, idle: 0, moving: 3 });
  assert.deepEqual(books.milliMs(10), { offline: 0, busy: 20, idle: 0, moving: 30 });
});
