import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventRecord } from "../api/objects.ts";
import { condition, writtenJob } from "../../test/support/written-objects.ts";
import { exitCodeOf, sayProgress } from "./job-end.ts";

function told(message: string, reason = "member-failed"): EventRecord {
  const about = { kind: "BatchJob", name: "a" } as const;
  return { sequence: 1, at: "2026-01-02T03:05:00.000Z", about, type: "Warning", reason, message };
}

test("the exit code is that of the last attempt's first member to fail", () => {
  const events = [
    told("member 0 (worker) of attempt 1 ended with exit code 7"),
    told("member 1 (worker) of attempt 2 ended with exit code 3"),
    told("attempt 2 failed", "failed"),
    told("member 0 (worker) of attempt 2 was ended by SIGTERM"),
  ];
  assert.equal(exitCodeOf("Failed", events), 3);
  assert.equal(exitCodeOf("Succeeded", events), 0);
  assert.equal(exitCodeOf("Failed", []), undefined);
});

test("signals and lack of memory give what a shell gives", () => {
  const signal = told("member 0 (worker) of attempt 1 was ended by SIGTERM");
  assert.equal(exitCodeOf("Failed", [signal]), 143);
  const hungry = told(
    "member 0 (worker) of attempt 1 needed more memory than it asked for and was killed",
    "out-of-memory",
  );
  assert.equal(exitCodeOf("Failed", [hungry]), 137);
});

test("what keeps a job is told with the cure", () => {
  const conditions = [condition("Scheduled", "False", "no-room-now")];
  assert.equal(
    sayProgress(writtenJob("a", { phase: "Pending", conditions })),
    "job/a is Pending: no-room-now it says (no-room-now). " +
      "Wait for running work to end, or add nodes.",
  );
  assert.equal(sayProgress(writtenJob("a")), "");
});
