import assert from "node:assert/strict";
import { test } from "node:test";
import { condition, writtenJob } from "../../test/support/written-objects.ts";
import { sayProgress } from "./say-progress.ts";

test("what keeps a job is told with the cure", () => {
  const conditions = [condition("Scheduled", "False", "no-room-now")];
  assert.equal(
    sayProgress(writtenJob("a", { phase: "Pending", conditions })),
    "job/a is Pending: no-room-now it says (no-room-now). " +
      "Wait for running work to end, or add nodes.",
  );
  assert.equal(sayProgress(writtenJob("a")), "");
});
