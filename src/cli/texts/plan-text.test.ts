import assert from "node:assert/strict";
import { test } from "node:test";
import { PLAIN } from "./columns.ts";
import { formatApplied } from "./plan-text.ts";

test("each object has a line, and the plan says who starts, waits and leaves", () => {
  const message = "2 cores of 4 are taken";
  const text = formatApplied(
    {
      dryRun: true,
      results: [{ kind: "BatchJob", name: "a", outcome: "created", resourceVersion: "" }],
      plan: {
        starts: ["a"],
        waits: [{ name: "b", refusal: { kind: "cannot-now", code: "no-room-now", message } }],
        leaves: [
          { name: "c", how: "suspend", reason: "online", for: "chat" },
          { name: "d", how: "sleep", reason: "idle", for: "" },
        ],
      },
    },
    PLAIN,
  );
  assert.equal(
    text,
    `job/a created (dry run)
starts  a
waits   b  2 cores of 4 are taken
leaves  c  is suspended for chat (online)
leaves  d  falls asleep (idle)
`,
  );
});

test("a plan without anything adds nothing", () => {
  const plan = { starts: [], waits: [], leaves: [] };
  const results = [
    { kind: "Queue", name: "q", outcome: "unchanged", resourceVersion: "3" },
  ] as const;
  assert.equal(formatApplied({ dryRun: false, results, plan }, PLAIN), "queue/q unchanged\n");
});
