import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ControlBed,
  jobText,
  queueText,
  read,
  serviceText,
} from "../../test/support/control-bed.ts";

const NO_VERSIONS = { dryRun: false, versions: new Map<string, string>() };

test("a job is journaled, started, run and told as succeeded", async () => {
  const manifests = jobText("a");
  const bed = await new ControlBed({ manifests }).begin();
  const answer = await bed.apply(manifests);
  assert.ok(answer.ok, JSON.stringify(answer));
  const [result] = answer.value.results;
  assert.equal(result.outcome, "created");
  assert.deepEqual(answer.value.plan, { starts: ["a"], waits: [], leaves: [] });
  await bed.advance(500);
  assert.equal(bed.job("a").status.phase, "Running");
  assert.deepEqual(
    bed.job("a").status.members.map(({ node, role }) => [node, role]),
    [["local", "worker"]],
  );
  await bed.advance(600);
  const { status } = bed.job("a");
  assert.deepEqual([status.phase, status.attempt, status.failures], ["Succeeded", 1, 0]);
  assert.equal(status.endedAt, "1970-01-01T00:00:01.000Z");
});

test("a plain job has a queue from the start; queues and nodes tell what they hold", async () => {
  const manifests = `${jobText("a")}${jobText("b", "resources: {cpu: 2, memory: 64Mi}")}`;
  const bed = await new ControlBed({ manifests }).begin();
  await bed.apply(manifests);
  await bed.advance(500);
  const [queue] = bed.control.list("Queue").objects;
  const held = { cpu: 1000, memory: 64, gpuMilli: 0 };
  assert.deepEqual(
    queue.kind === "Queue" && [queue.metadata.name, queue.status.pending, queue.status.held],
    ["default", 1, held],
  );
  const node = bed.control.get("Node", "local");
  assert.deepEqual(node?.kind === "Node" && node.status.held, held);
  assert.deepEqual(bed.phases(), { a: "Running", b: "Pending" });
  const [condition] = bed.job("b").status.conditions;
  assert.deepEqual([condition.type, condition.reason], ["Scheduled", "no-room-now"]);
});

test("a command of several manifests is taken whole or not at all", async () => {
  const manifests = `${jobText("a")}${jobText("b", "queue: nowhere")}`;
  const bed = await new ControlBed({ manifests }).begin();
  const before = bed.journal.sequence;
  const answer = await bed.apply(manifests);
  assert.ok(!answer.ok);
  assert.deepEqual(
    [answer.reason.code, answer.reason.refusal],
    ["refused-object", "unknown-queue"],
  );
  assert.match(answer.reason.message, /BatchJob b: queue nowhere of job b does not exist/);
  const cure = "Apply the queue first, or name another: neuraxis get queues.";
  assert.equal(answer.reason.cure, cure);
  assert.equal(bed.journal.sequence, before);
  assert.deepEqual(bed.phases(), {});
});

test("a queue that there is not is told with the nearest one, of those applied beside it too", async () => {
  const manifests = `${queueText("research")}${jobText("a", "queue: reserch")}`;
  const bed = await new ControlBed({ manifests }).begin();
  const cureOf = async (text: string) => {
    const answer = await bed.apply(text);
    assert.ok(!answer.ok);
    return answer.reason.cure;
  };
  assert.match(await cureOf(manifests), /^Did you mean "research"\? Apply the queue first, /);
  const job = jobText("a", "queue: defautl");
  assert.match(await cureOf(job), /^Did you mean "default"\? Apply the queue first, /);
  const queue = queueText("child", "parent: defaults");
  assert.match(await cureOf(queue), /^Did you mean "default"\? Apply the queue first, /);
});

test("queues may be given in any order, and before or after their jobs", async () => {
  const guaranteed = "guaranteed: {cpu: 1}";
  const manifests = [
    jobText("a", "queue: child"),
    queueText("child", "parent: top", guaranteed),
    queueText("top", guaranteed),
  ].join("");
  const bed = await new ControlBed({ manifests }).begin();
  const answer = await bed.apply(manifests);
  assert.ok(answer.ok, JSON.stringify(answer));
  assert.deepEqual(answer.value.plan.starts, ["a"]);
  const refused = await bed.apply(queueText("child", "parent: top", "guaranteed: {cpu: 2}"));
  assert.ok(!refused.ok && refused.reason.refusal === "guarantee-above-parent");
});

test("more objects of a kind than are kept are refused", async () => {
  const few = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) =>
      serviceText(`${prefix}${index}`, "resources: {cpu: 1m, memory: 1Mi}"),
    ).join("");
  const bed = await new ControlBed({ manifests: few(1000, "s") }).begin();
  assert.ok((await bed.apply(few(1000, "s"))).ok);
  const answer = await bed.apply(few(2, "t"));
  assert.ok(!answer.ok);
  assert.equal(answer.reason.code, "too-many-objects");
  assert.match(answer.reason.message, /^there are 1000 objects of kind ModelService; with 2 more/);
  assert.ok((await bed.apply(few(1, "s"))).ok);
});

test("what the engine can never do is refused before anything is kept", async () => {
  const manifests = jobText("a");
  const message = "there is no program train";
  const refusal = { kind: "can-never", code: "invalid-job", message } as const;
  const bed = await new ControlBed({ manifests, admit: () => refusal }).begin();
  const answer = await bed.apply(manifests);
  assert.ok(!answer.ok);
  assert.equal(answer.reason.message, `BatchJob a: ${message}`);
  assert.deepEqual(bed.phases(), {});
});

test("a job does not change; its labels do", async () => {
  const text = jobText("a");
  const bed = await new ControlBed({ manifests: text }).begin();
  await bed.apply(text);
  const again = await bed.apply(text);
  assert.ok(again.ok && again.value.results[0].outcome === "unchanged");
  const changed = await bed.apply(jobText("a", "priority: 3"));
  assert.ok(!changed.ok && changed.reason.refusal === "duplicate-job");
  const labelled = await bed.apply(text.replace("{name: a}", "{name: a, labels: {team: red}}"));
  assert.ok(labelled.ok && labelled.value.results[0].outcome === "configured");
  assert.deepEqual(bed.job("a").metadata.labels, { team: "red" });
  assert.equal(bed.job("a").metadata.generation, 1);
});

test("a change of another version than the object's is refused", async () => {
  const text = queueText("q");
  const bed = await new ControlBed({ manifests: text }).begin();
  await bed.apply(text);
  const version = bed.control.get("Queue", "q")!.metadata.resourceVersion;
  const withVersion = (wanted: string) => ({ versions: new Map([["Queue/q", wanted]]) });
  assert.ok((await bed.apply(queueText("q", "weight: 2"), withVersion(version))).ok);
  const late = await bed.apply(queueText("q", "weight: 3"), withVersion(version));
  assert.ok(!late.ok && late.reason.code === "version-conflict");
  assert.ok(!(await bed.delete("Queue", "q", version)).ok);
  assert.ok((await bed.delete("Queue", "q")).ok);
  assert.equal(bed.control.get("Queue", "q"), undefined);
});

test("a deleted job goes when its processes have; one that ended goes at once", async () => {
  const manifests = `${jobText("a")}${jobText("b")}`;
  const bed = await new ControlBed({ manifests, jobs: { a: { workMs: 60_000 } } }).begin();
  await bed.apply(manifests);
  await bed.advance(2000);
  const running = bed.control.delete("BatchJob", "a", undefined);
  const ended = await bed.delete("BatchJob", "b");
  assert.deepEqual(ended.ok && ended.value.outcome, "deleted");
  const answer = await running;
  assert.deepEqual(answer.ok && answer.value.outcome, "deleting");
  await bed.advance(0);
  assert.deepEqual(bed.phases(), {});
  const again = await bed.delete("BatchJob", "a");
  assert.ok(!again.ok && again.reason.code === "unknown-object");
  // The name is free again.
  const free = await bed.apply(jobText("b", "resources: {cpu: 3, memory: 64Mi}"));
  assert.ok(free.ok && free.value.results[0].outcome === "created");
});

test("a cancelled job stays to be looked at; cancelling it again changes nothing", async () => {
  const manifests = `${jobText("a")}${jobText("b", "resources: {cpu: 2, memory: 64Mi}")}`;
  const bed = await new ControlBed({ manifests, jobs: { a: { workMs: 60_000 } } }).begin();
  await bed.apply(manifests);
  await bed.advance(500);
  const { resourceVersion } = bed.job("a").metadata;
  const late = await bed.cancel("a", `${resourceVersion}0`);
  assert.ok(!late.ok && late.reason.code === "version-conflict");
  const running = bed.control.cancel("a", resourceVersion);
  const waiting = bed.control.cancel("b", undefined);
  const again = bed.control.cancel("a", undefined);
  await bed.advance(0);
  const outcomes = await Promise.all([running, waiting, again]);
  assert.deepEqual(
    outcomes.map((answer) => answer.ok && answer.value.outcome),
    ["cancelling", "cancelled", "cancelling"],
  );
  assert.deepEqual(bed.phases(), { a: "Cancelled", b: "Cancelled" });
  const { conditions, endedAt } = bed.job("a").status;
  assert.deepEqual([conditions[0].reason, endedAt], ["cancelled", "1970-01-01T00:00:00.500Z"]);
  const before = bed.journal.sequence;
  const idle = await bed.cancel("a");
  assert.ok(idle.ok && idle.value.outcome === "cancelled");
  assert.equal(bed.journal.sequence, before);
  const reasons = bed.control
    .events({ about: { kind: "BatchJob", name: "a" }, after: 0, limit: 100 })
    .map(({ reason }) => reason);
  assert.deepEqual(reasons, ["submitted", "starting", "started", "cancelled", "stopped", "left"]);
  // It was cancelled before: the scheduler is told of no deletion.
  const deleted = await bed.delete("BatchJob", "a");
  assert.ok(deleted.ok && deleted.value.outcome === "deleted");
  const missing = await bed.cancel("a");
  assert.ok(!missing.ok && missing.reason.code === "unknown-object");
});

test("a job that has ended by itself is not cancelled any more", async () => {
  const manifests = `${jobText("a")}${jobText("b", "retries: {max: 0}")}`;
  const jobs = { b: { workMs: 500, failures: [{ attempt: 1, afterMs: 100 }] } };
  const bed = await new ControlBed({ manifests, jobs }).begin();
  await bed.apply(manifests);
  await bed.advance(2000);
  for (const name of ["a", "b"]) {
    const answer = await bed.cancel(name);
    assert.ok(answer.ok && answer.value.outcome === "ended");
  }
  assert.deepEqual(bed.phases(), { a: "Succeeded", b: "Failed" });
});

test("the queue of jobs that name none is not deleted", async () => {
  const bed = await new ControlBed({ manifests: jobText("a") }).begin();
  const queue = await bed.delete("Queue", "default");
  assert.ok(!queue.ok && queue.reason.code === "object-in-use");
  assert.match(queue.reason.message, /^Queue default is where jobs stand that name no queue$/);
  assert.ok((await bed.apply(jobText("a"))).ok);
});

test("queues in use, and what is only observed, are not deleted", async () => {
  const manifests = `${queueText("q")}${jobText("a", "queue: q")}`;
  const bed = await new ControlBed({ manifests }).begin();
  await bed.apply(manifests);
  const queue = await bed.delete("Queue", "q");
  assert.ok(!queue.ok && queue.reason.code === "object-in-use");
  const node = await bed.delete("Node", "local");
  assert.ok(!node.ok && node.reason.code === "invalid-request");
  await bed.advance(2000);
  assert.ok((await bed.delete("Queue", "q")).ok);
});

test("a job that fails is retried, then given up", async () => {
  const manifests = jobText("a", "retries: {max: 1, backoff: 1s}");
  const failures = [1, 2].map((attempt) => ({ attempt, afterMs: 100 }));
  const bed = await new ControlBed({ manifests, jobs: { a: { workMs: 500, failures } } }).begin();
  await bed.apply(manifests);
  await bed.advance(600);
  assert.deepEqual([bed.job("a").status.phase, bed.job("a").status.failures], ["Pending", 1]);
  await bed.advance(1000);
  const { phase, failures: failed, conditions } = bed.job("a").status;
  assert.deepEqual([phase, failed, conditions.length], ["Failed", 2, 1]);
  assert.equal(conditions[0].reason, "retries-exhausted");
});

test("a deadline further away than any timer reaches is kept", async () => {
  const day = 24 * 3_600_000;
  const manifests = jobText("a", "deadline: 960h");
  const bed = await new ControlBed({ manifests, jobs: { a: { workMs: 50 * day } } }).begin();
  await bed.apply(manifests);
  await bed.advance(39 * day);
  assert.equal(bed.job("a").status.phase, "Running");
  await bed.advance(2 * day);
  const { phase, conditions } = bed.job("a").status;
  assert.deepEqual([phase, conditions[0].reason], ["Failed", "deadline-missed"]);
});

test("a service is scaled in place, and replaced whole when what it runs changes", async () => {
  const first = serviceText("s", "replicas: {min: 1, max: 1}");
  const bed = await new ControlBed({ manifests: first }).begin();
  assert.ok((await bed.apply(first)).ok);
  await bed.advance(200);
  assert.deepEqual(bed.service("s").status.replicas, { ready: 1, starting: 0, asleep: 0 });
  await bed.apply(serviceText("s", "replicas: {min: 2, max: 2}"));
  await bed.advance(200);
  assert.equal(bed.service("s").status.replicas.ready, 2);
  const [replica] = bed.control.list("Replica").objects;

  const changed = serviceText("s", "replicas: {min: 2, max: 2}", "runtime: {command: [other]}");
  const answer = await bed.apply(changed);
  assert.ok(answer.ok);
  assert.deepEqual(answer.value.plan.leaves.map(({ name, how }) => `${how} ${name}`).sort(), [
    "stop s/0",
    "stop s/1",
  ]);
  await bed.advance(200);
  const service = bed.service("s");
  assert.deepEqual([service.metadata.generation, service.status.replicas.ready], [3, 2]);
  const [other] = bed.control.list("Replica").objects;
  assert.equal(other.metadata.name, replica.metadata.name);
  assert.notEqual(other.metadata.uid, replica.metadata.uid);
});

test("a service that is deleted while it is replaced is gone for good", async () => {
  const first = serviceText("s");
  const bed = await new ControlBed({ manifests: first }).begin();
  await bed.apply(first);
  await bed.advance(200);
  const replaced = bed.control.apply(read(serviceText("s", "task: embedding")), NO_VERSIONS);
  // It is admitted first; then it waits in line before the deletion.
  await Promise.resolve();
  await Promise.resolve();
  const answer = await bed.delete("ModelService", "s");
  assert.ok((await replaced).ok && answer.ok);
  await bed.advance(1000);
  assert.equal(bed.control.get("ModelService", "s"), undefined);
  assert.deepEqual(bed.control.list("Replica").objects, []);
});

test("a dry run tells what would start, wait and leave, and changes nothing", async () => {
  const low = jobText("low", "resources: {cpu: 2, memory: 64Mi}");
  const manifests = `${low}${jobText("high", "priority: 1")}${jobText("next")}`;
  const bed = await new ControlBed({ manifests, jobs: { low: { workMs: 60_000 } } }).begin();
  await bed.apply(low);
  await bed.advance(100);
  const before = { sequence: bed.journal.sequence, queues: bed.control.list("Queue") };
  const both = `${jobText("high", "priority: 1")}${jobText("big", "resources: {cpu: 9, memory: 1Gi}")}`;
  const answer = await bed.apply(both, { dryRun: true });
  assert.ok(answer.ok);
  const { plan, results } = answer.value;
  assert.deepEqual(plan.starts, ["high"]);
  assert.deepEqual(
    plan.leaves.map(({ name, how, reason, for: whom }) => [name, how, reason, whom]),
    [["low", "stop", "priority", "high"]],
  );
  assert.deepEqual(
    plan.waits.map(({ name, refusal }) => [name, refusal.code]),
    [["big", "larger-than-cluster"]],
  );
  assert.deepEqual(
    results.map(({ outcome, resourceVersion }) => [outcome, resourceVersion]),
    [
      ["created", ""],
      ["created", ""],
    ],
  );
  assert.deepEqual({ sequence: bed.journal.sequence, queues: bed.control.list("Queue") }, before);
  assert.deepEqual(bed.phases(), { low: "Running" });
});
