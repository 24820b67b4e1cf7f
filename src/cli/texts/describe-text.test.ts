import assert from "node:assert/strict";
import { test } from "node:test";
import {
  condition,
  NOW_MS,
  writtenJob,
  writtenNode,
  writtenQueue,
  writtenReplica,
  writtenService,
} from "../../../test/support/written-objects.ts";
import { PLAIN } from "./columns.ts";
import { formatDescription } from "./describe-text.ts";

const event = {
  sequence: 1,
  at: "2026-01-02T03:05:00.000Z",
  about: { kind: "BatchJob", name: "train" },
  type: "Normal",
  reason: "submitted",
  message: "it stands in queue default",
} as const;

test("a job is described with spec, conditions, members and events", () => {
  const conditions = [condition("Running", "True", "started")];
  const object = writtenJob("train", { conditions });
  const text = formatDescription(
    { object, spec: "queue: default\n", events: [event], nowMs: NOW_MS },
    PLAIN,
  );
  assert.equal(
    text,
    `Name:     train
Kind:     BatchJob
Labels:   team=nlp
Created:  2026-01-02T03:05:00.000Z (5m ago)
UID:      u-1
Version:  7 (generation 1)
Phase:    Running
Attempt:  1 (0 failures)
Started:  2026-01-02T03:06:40.000Z (3m20s ago)

Spec:
  queue: default

Conditions:
  TYPE     STATUS  SINCE  REASON   MESSAGE
  Running  True    100s   started  started it says

Members:
  MEMBER  ROLE    NODE   DEVICES
  0       worker  local  0

Events:
  AGE  TYPE    OBJECT     REASON     MESSAGE
  5m   Normal  job/train  submitted  it stands in queue default
`,
  );
});

test("the other kinds tell what is theirs", () => {
  const tell = (object: Parameters<typeof formatDescription>[0]["object"]) =>
    formatDescription({ object, spec: "", events: [], nowMs: NOW_MS }, PLAIN);
  assert.match(tell(writtenService("chat")), /^Requests: +6 served, 1 in work, 2 waiting$/m);
  assert.match(tell(writtenQueue("q")), /^Held: +1\.5 cores, 2Gi memory, 0\.5 devices$/m);
  assert.match(tell(writtenNode("local")), /^Devices: +1 × A10$/m);
  assert.match(tell(writtenJob("a", { failures: 1 })), /^Attempt: +1 \(1 failure\)$/m);
  assert.match(tell(writtenReplica("chat", 3)), /^Phase: +Ready since .* \(100s ago\)$/m);
});
