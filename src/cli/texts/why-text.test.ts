import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN } from "./columns.ts";
import { formatWhy } from "./why-text.ts";

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
