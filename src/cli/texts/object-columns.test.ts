import assert from "node:assert/strict";
import { test } from "node:test";
import type { Condition, WrittenObject } from "../../api/objects.ts";
import {
  condition,
  NOW_MS,
  writtenJob,
  writtenNode,
  writtenQueue,
  writtenReplica,
  writtenService,
} from "../../../test/support/written-objects.ts";
import { reasonOf, rowOf, titlesOf, wholeColumnsOf } from "./object-columns.ts";

const PLAIN_FORM = { isWide: false, saysKind: false, nowMs: NOW_MS };

/** `TITLE=cell`, with spaces between them. */
function show(object: WrittenObject, form = PLAIN_FORM): string {
  const row = rowOf(object, form);
  return titlesOf(object.kind, form.isWide)
    .map((title, column) => `${title}=${row[column]}`)
    .join(" ");
}

test("a job's line tells its phase, members, times and what bears on it", () => {
  assert.equal(
    show(writtenJob("train")),
    "NAME=train PHASE=Running QUEUE=default MEMBERS=1/1-4 RUNTIME=3m20s AGE=5m REASON=-",
  );
  const wide = show(writtenJob("train"), { ...PLAIN_FORM, isWide: true });
  assert.match(wide, / PRIORITY=0 ATTEMPT=1 FAILURES=0 NODES=local$/);
});

test("the reason is that of what keeps the job, the youngest first", () => {
  const old = { ...condition("Running", "False", "failed"), since: "2026-01-01T00:00:00.000Z" };
  const waits = condition("Scheduled", "False", "no-room-now");
  assert.equal(reasonOf({ phase: "Pending", conditions: [old, waits] }), "no-room-now");
  const throttled = condition("Throttled", "True", "frozen");
  assert.equal(reasonOf({ phase: "Running", conditions: [waits, throttled] }), "frozen");
  assert.equal(reasonOf({ phase: "Running", conditions: [waits] }), "-");
  const released = condition("Throttled", "False", "released");
  assert.equal(reasonOf({ phase: "Succeeded", conditions: [released] }), "-");
});

test("the reason of a job that was given up is how it failed, where that is known", () => {
  const givenUp = condition("Completed", "False", "retries-exhausted");
  const failed = condition("MemberFailed", "True", "out-of-memory");
  const reason = (...conditions: Condition[]) => reasonOf({ phase: "Failed", conditions });
  assert.equal(reason(givenUp, failed), "out-of-memory");
  assert.equal(reason(givenUp), "retries-exhausted");
  assert.equal(
    reason(condition("Completed", "False", "deadline-missed"), failed),
    "deadline-missed",
  );
});

test("the lines of the other kinds", () => {
  assert.equal(
    show(writtenService("chat")),
    "NAME=chat TASK=chat READY=1/1-4 ASLEEP=2 WAITING=2 " +
      "ENDPOINT=http://127.0.0.1:7401/services/chat AGE=5m",
  );
  assert.equal(
    show(writtenQueue("vision", "research"), { ...PLAIN_FORM, isWide: true }),
    "NAME=vision PARENT=research WEIGHT=2 PENDING=1 RUNNING=2 CPU=1.5 MEMORY=2Gi GPUS=0.5 " +
      "AGE=5m GUARANTEED=cpu=8 LIMIT=- BORROWS=yes",
  );
  assert.equal(
    show(writtenNode("local", [condition("Throttled", "False", "released")])),
    "NAME=local STATUS=Ready CPU=1.5/4 MEMORY=2Gi/8Gi GPUS=0.5/1 AGE=5m",
  );
  assert.match(show(writtenNode("a", [condition("Schedulable", "False", "lost")])), /STATUS=lost/);
  assert.equal(
    show(writtenReplica("chat", 3), { ...PLAIN_FORM, saysKind: true }),
    "NAME=replica/chat/3 SERVICE=chat PHASE=Ready SINCE=100s NODE=local AGE=5m",
  );
});

test("the plain tables fit 80 columns where names and addresses are of a usual length", () => {
  const objects = [
    writtenJob("fine-tune-chat-7b"),
    writtenService("tiny-lm"),
    writtenQueue("vision", "research"),
    writtenNode("local"),
    writtenReplica("tiny-lm", 12),
  ];
  for (const object of objects) {
    const row = rowOf(object, PLAIN_FORM);
    const titles = titlesOf(object.kind, false);
    const widths = titles.map((title, column) => Math.max(title.length, row[column].length));
    const width = widths.reduce((sum, each) => sum + each + 2, -2);
    assert.ok(width <= 80, `${object.kind}: ${width}`);
  }
});

test("a service's endpoint is never cut", () => {
  for (const isWide of [false, true]) {
    const place = titlesOf("ModelService", isWide).indexOf("ENDPOINT");
    assert.deepEqual(wholeColumnsOf("ModelService", isWide), new Set([place]));
  }
});
