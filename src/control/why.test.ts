import assert from "node:assert/strict";
import { test } from "node:test";
import { ControlBed, jobText, queueText, serviceText } from "../../test/support/control-bed.ts";

const long = { workMs: 60_000 };

/** `true` or `false` for each change that was tried. */
async function tried(bed: ControlBed, name: string): Promise<Record<string, boolean>> {
  const answer = await bed.control.why(name);
  assert.ok(answer.ok);
  return Object.fromEntries(answer.value.trials.map(({ change, starts }) => [change, starts]));
}

test("a job without room is told what would make some, each change tried", async () => {
  const manifests = [
    queueText("other"),
    jobText("mine", "resources: {cpu: 500m, memory: 64Mi}"),
    jobText("theirs", "queue: other", "resources: {cpu: 500m, memory: 64Mi}"),
    serviceText("s"),
    jobText("big", "resources: {cpu: 1, memory: 64Mi}"),
  ].join("");
  const bed = await new ControlBed({ manifests, jobs: { mine: long, theirs: long } }).begin();
  await bed.apply(manifests);
  await bed.advance(200);
  assert.equal(bed.job("big").status.phase, "Pending");
  const before = bed.control.list("BatchJob");
  assert.deepEqual(await tried(bed, "big"), {
    "without the other jobs of queue default": false,
    "without the jobs of queue other": false,
    "without service s": true,
    "with one more node like local": true,
    "with half of what each member asks for": false,
    "with the highest priority": false,
  });
  const answer = await bed.control.why("big");
  assert.ok(answer.ok);
  assert.equal(answer.value.refusal?.code, "no-room-now");
  const [, , service] = answer.value.trials;
  assert.equal(service.effect, "it starts on local; nobody leaves for it");
  assert.deepEqual(bed.control.list("BatchJob"), before);
});

test("a job whose queue is full is told so", async () => {
  const manifests = [
    queueText("q", "limit: {cpu: 1}"),
    jobText("a", "queue: q"),
    jobText("b", "queue: q"),
  ].join("");
  const bed = await new ControlBed({ manifests, jobs: { a: long } }).begin();
  await bed.apply(manifests);
  await bed.advance(200);
  const answer = await bed.control.why("b");
  assert.ok(answer.ok);
  assert.deepEqual([answer.value.phase, answer.value.refusal?.code], ["Pending", "queue-limit"]);
  const trials = await tried(bed, "b");
  assert.equal(trials["without the limits of queue q and those above it"], true);
  assert.equal(trials["with one more node like local"], false);
  assert.equal(trials["without the other jobs of queue q"], true);
});

test("a job that failed may wait for time alone; one that runs waits for nothing", async () => {
  const manifests = `${jobText("a", "retries: {max: 3, backoff: 10s}")}${jobText("b")}`;
  const failures = [{ attempt: 1, afterMs: 10 }];
  const jobs = { a: { workMs: 100, failures }, b: long };
  const bed = await new ControlBed({ manifests, jobs }).begin();
  await bed.apply(manifests);
  await bed.advance(200);
  assert.equal((await tried(bed, "a"))["when its wait after a failure is over"], true);
  assert.deepEqual(await bed.control.why("b"), {
    ok: true,
    value: { job: "b", phase: "Running", trials: [] },
  });
  const unknown = await bed.control.why("c");
  assert.ok(!unknown.ok && unknown.reason.code === "unknown-object");
});
