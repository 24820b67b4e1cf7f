import assert from "node:assert/strict";
import { test } from "node:test";
import { condition, writtenService } from "../../../test/support/written-objects.ts";
import { PLAIN } from "./columns.ts";
import { explainService } from "./why-service.ts";
import { formatServiceWhy, formatWhy } from "./why-text.ts";

const refusal = {
  kind: "cannot-now",
  code: "no-room-now",
  message: "2 cores of 4 are taken",
} as const;

test("a job that waits is explained by the scheduler's words, by trials and by what to do", () => {
  const trials = [
    { change: "without the jobs of queue b", starts: true, effect: "it takes node a" },
    { change: "with priority 9", starts: false, effect: "nobody leaves" },
  ];
  assert.equal(
    formatWhy({ job: "big", phase: "Pending", refusal, trials }, PLAIN),
    `big is Pending (no-room-now):
  2 cores of 4 are taken

Tried on a copy of the scheduler:
CHANGE                       STARTS  EFFECT
without the jobs of queue b  yes     it takes node a
with priority 9              no      nobody leaves

What to do:
  big starts without the jobs of queue b: it takes node a.
  Wait for running work to end, or add nodes.
`,
  );
});

test("a job that nothing keeps is told so", () => {
  assert.equal(
    formatWhy({ job: "a", phase: "Running", trials: [] }, PLAIN),
    "a is Running: nothing is in its way.\n",
  );
});

test("it is no wider than the screen, and what repeats stands there once", () => {
  const leaves = `${"sweep (shrink), ".repeat(6)}other (stop) would leave`;
  const trials = [
    { change: "without the other jobs of queue research", starts: false, effect: "it waits still" },
    { change: "with priority 9", starts: true, effect: `it starts on local; ${leaves}` },
  ];
  const text = formatWhy({ job: "big", phase: "Pending", refusal, trials }, PLAIN);
  assert.match(
    text,
    /^with priority 9 +yes +it starts on local; sweep \(shrink\) x 6,\n +other \(stop\) would leave$/m,
  );
  for (const line of text.split("\n")) assert.ok(line.length <= PLAIN.columns, line);
});

test("a service that waits is explained by its conditions", () => {
  const tell = (...conditions: readonly ReturnType<typeof condition>[]) =>
    formatServiceWhy(explainService(writtenService("chat", { conditions })), PLAIN);
  assert.equal(tell(), "service/chat is as wanted: 1 ready, 0 starting, 2 asleep, of 1-4.\n");
  const unready = condition("Ready", "False", "too-few-replicas");
  assert.equal(
    tell(unready, condition("Scheduled", "False", "no-room-now")),
    `service/chat waits for room (no-room-now):
  no-room-now it says; 1 ready, 0 starting, 2 asleep

What to do:
  Wait for running work to end, or add nodes.
`,
  );
  assert.match(tell(unready), /^service\/chat is not ready \(too-few-replicas\):$/m);
});
