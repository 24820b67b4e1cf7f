import assert from "node:assert/strict";
import { test } from "node:test";
import { ControlBed, jobText, queueText, serviceText } from "../../test/support/control-bed.ts";

test("a job is journaled, started, run and told as succeeded", async () => {
  const manifests = jobText("a");
  const bed = await new ControlBed({ manifests }).begin();
  const answer = await bed.apply(manifests);
  assert.ok(answer.ok, JSON.stringify(answer));
  assert.deepEqual(
    [answer.value.results[0].outcome, answer.value.plan],
    ["created", { starts: ["a"], waits: [], leaves: [] }],
  );
  assert.equal(bed.job("a").metadata.resourceVersion, answer.value.results[0].resourceVersion);
  await bed.advance(500);
  assert.equal(bed.job("a").status.phase, "Running");
  await bed.advance(600);
  assert.deepEqual([bed.job("a").status.phase, bed.job("a").status.attempt], ["Succeeded", 1]);
});
