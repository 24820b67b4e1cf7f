import assert from "node:assert/strict";
import test from "node:test";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildQueue } from "../../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { Life } from "../../../test/support/life.ts";
import type { Action } from "../../model/action.ts";
import { departureId, jobId, nodeId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import { milliseconds } from "../../model/units.ts";

interface Start {
  /** Devices of each node. */
  readonly nodes: readonly number[];
  readonly queues?: readonly Parameters<typeof buildQueue>[0][];
}

function begin({ nodes, queues = [{ id: "q" }] }: Start): Life {
  const life = new Life();
  for (const [index, count] of nodes.entries()) {
    const devices = Array.from({ length: count }, () => 1000);
    const node = buildNode({ id: `n${index}`, cpu: 64_000, memory: 1000, devices });
    assert.equal(life.tell({ kind: "node-added", node }), undefined);
  }
  for (const queue of queues) {
    assert.equal(life.tell({ kind: "queue-set", queue: buildQueue(queue) }), undefined);
  }
  return life;
}

function submit(life: Life, job: BatchJob): Action[] {
  assert.equal(life.tell({ kind: "job-submitted", job }), undefined);
  return life.decide();
}

function kindsOf(actions: readonly Action[]): string[] {
  return actions.map((action) => `${action.kind} ${"job" in action ? action.job : ""}`);
}

test("J2: a gang is placed whole or not at all", () => {
  const life = begin({ nodes: [2, 1] });
  assert.deepEqual(kindsOf(submit(life, buildJob({ id: "four", min: 4 }))), ["wait-job four"]);
  assert.deepEqual(kindsOf(submit(life, buildJob({ id: "three", min: 3 }))), ["start-job three"]);
  assert.equal(life.membersOf("three"), 3);
  assert.equal(life.membersOf("four"), 0);
  assert.deepEqual(life.decide(), [], "each reason is told once");
});

test("J1: a job that can be nobody's is refused and changes nothing", () => {
  const life = begin({ nodes: [1] });
  const job = buildJob({ id: "j" });
  const bad: readonly (readonly [string, BatchJob])[] = [
    ["unknown-queue", buildJob({ id: "j", queue: "other" })],
    ["invalid-job", buildJob({ id: "j", min: 0 })],
    ["invalid-job", buildJob({ id: "j", min: 2, max: 1 })],
    ["invalid-job", { ...job, roles: [] }],
    ["invalid-job", { ...job, priority: 0.5 }],
    ["invalid-job", { ...job, speeds: { A: 0 } }],
    ["invalid-request", buildJob({ id: "j", request: buildRequest({ count: 1025 }) })],
  ];
  for (const [code, invalid] of bad) {
    assert.equal(life.tell({ kind: "job-submitted", job: invalid }), code);
  }
  assert.equal(life.tell({ kind: "job-submitted", job }), undefined);
  assert.equal(life.tell({ kind: "job-submitted", job }), "duplicate-job");
});

test("J3: the fastest devices are taken first, slower ones when they are all in use", () => {
  const life = begin({ nodes: [] });
  for (const [id, kind] of [
    ["slow", "A"],
    ["fast", "B"],
  ]) {
    const node = buildNode({ id, cpu: 1000, kind, devices: [1000] });
    life.tell({ kind: "node-added", node });
  }
  const speeds = { A: 1, B: 2 };
  const places = ["one", "two"].flatMap((id) => submit(life, buildJob({ id, speeds })));
  assert.deepEqual(
    places.map((action) => action.kind === "start-job" && action.members[0].node),
    ["fast", "slow"],
  );
});

test("V2, V5: of two jobs of lower priority the one that loses less work leaves", () => {
  const life = begin({ nodes: [2] });
  submit(life, buildJob({ id: "old" }));
  life.nowMs = 1000;
  submit(life, buildJob({ id: "young" }));
  life.nowMs = 5000;
  const actions = submit(life, buildJob({ id: "urgent", priority: 1 }));
  assert.deepEqual(kindsOf(actions), ["stop-job young", "start-job urgent"]);
  const start = actions.find(({ kind }) => kind === "start-job");
  assert.deepEqual(start?.kind === "start-job" && start.after, [departureId(1)]);
});

test("V6: nobody leaves for another job within its minimum runtime", () => {
  const life = begin({ nodes: [1] });
  submit(life, buildJob({ id: "first", minimumRuntimeMs: 1000 }));
  life.nowMs = 999;
  const urgent = submit(life, buildJob({ id: "urgent", priority: 1 }));
  assert.deepEqual(kindsOf(urgent), ["wait-job urgent"]);
  assert.equal(life.scheduler.nextWakeMs(999 as never), 1000);
  life.nowMs = 1000;
  assert.ok(kindsOf(life.decide()).includes("stop-job first"));
});

test("J5: a suspended job goes on where it is once its devices are free", () => {
  const life = begin({ nodes: [1] });
  const asleep = { suspendMs: 1000, resumeMs: 2000, hostMemory: 10 };
  submit(life, buildJob({ id: "low", ...asleep }));
  life.nowMs = 60_000;
  const actions = submit(life, buildJob({ id: "high", priority: 1 }));
  assert.deepEqual(kindsOf(actions), ["suspend-job low", "start-job high"]);
  life.tell({ kind: "departed", departure: departureId(1) });
  assert.deepEqual(life.decide(), []);
  life.tell({ kind: "job-ended", job: jobId("high"), attempt: 1, outcome: "succeeded" });
  assert.deepEqual(kindsOf(life.decide()), ["resume-job low"]);
});

test("J6: a failed job is tried again after a wait that doubles, then given up", () => {
  const life = begin({ nodes: [1] });
  submit(life, buildJob({ id: "j", retries: 2, backoffMs: 100 }));
  const fail = (attempt: number) =>
    life.tell({ kind: "job-ended", job: jobId("j"), attempt, outcome: "failed" });
  fail(1);
  assert.deepEqual(life.decide(), []);
  assert.equal(fail(1), "stale-attempt");
  assert.equal(life.scheduler.nextWakeMs(0 as never), 100);
  life.nowMs = 100;
  assert.deepEqual(kindsOf(life.decide()), ["start-job j"]);
  fail(2);
  life.nowMs = 299;
  assert.deepEqual(life.decide(), []);
  life.nowMs = 300;
  assert.deepEqual(kindsOf(life.decide()), ["start-job j"]);
  fail(3);
  assert.deepEqual(kindsOf(life.decide()), ["give-up-job j"]);
  assert.equal(life.tell({ kind: "job-cancelled", job: jobId("j") }), "unknown-job");
});

test("J7: an elastic job grows into idle room and gives it back before anybody is evicted", () => {
  const life = begin({ nodes: [4] });
  assert.deepEqual(kindsOf(submit(life, buildJob({ id: "e", min: 1, max: 4 }))), [
    "start-job e",
    "grow-job e",
    "grow-job e",
    "grow-job e",
  ]);
  const actions = submit(life, buildJob({ id: "two", min: 2 }));
  assert.deepEqual(kindsOf(actions), ["shrink-job e", "shrink-job e", "start-job two"]);
  assert.equal(life.membersOf("e"), 2);
});

test("J8: a gang that lost a node starts anew from what it saved, and its failures are not counted", () => {
  const life = begin({ nodes: [1, 1, 1] });
  submit(life, buildJob({ id: "pair", min: 2 }));
  assert.equal(life.tell({ kind: "node-lost", node: nodeId("n0") }), undefined);
  assert.deepEqual(kindsOf(life.decide()), ["stop-job pair"]);
  life.tell({ kind: "departed", departure: departureId(1) });
  assert.deepEqual(kindsOf(life.decide()), ["start-job pair"]);
  assert.equal(life.attempts.get("pair"), 2);
});

test("J8: a job that the engine has lost is pending again at its place, without a failure or a wait", () => {
  const life = begin({ nodes: [1] });
  submit(life, buildJob({ id: "lost", backoffMs: 100 }));
  submit(life, buildJob({ id: "next" }));
  for (const attempt of [1, 2, 3]) {
    const ended = { kind: "job-ended", job: jobId("lost"), attempt, outcome: "lost" } as const;
    assert.equal(life.tell(ended), undefined);
    assert.deepEqual(kindsOf(life.decide()), ["start-job lost"]);
  }
});

test("J8: a drained node is left, a failed device is not used again", () => {
  const life = begin({ nodes: [1, 1] });
  submit(life, buildJob({ id: "j", saveMs: 10 }));
  life.nowMs = 1000;
  life.tell({ kind: "node-drained", node: nodeId("n0") });
  assert.equal(life.tell({ kind: "node-drained", node: nodeId("n0") }), "node-closed");
  const [stop] = life.decide();
  assert.equal(stop.kind === "stop-job" && stop.save, true);
  life.tell({ kind: "departed", departure: departureId(1) });
  const [start] = life.decide();
  assert.equal(start.kind === "start-job" && start.members[0].node, "n1");
  life.tell({ kind: "device-failed", node: nodeId("n1"), device: 0 });
  const failed = life.tell({ kind: "device-failed", node: nodeId("n1"), device: 0 });
  assert.equal(failed, "unknown-device");
  assert.deepEqual(kindsOf(life.decide()), ["stop-job j"]);
});

test("Q5: a queue takes back what it deserves, and no more", () => {
  const life = begin({ nodes: [2], queues: [{ id: "a" }, { id: "b" }] });
  for (const id of ["a1", "a2"]) submit(life, buildJob({ id, queue: "a" }));
  life.nowMs = 10;
  const actions = submit(life, buildJob({ id: "b1", queue: "b" }));
  assert.ok(kindsOf(actions).includes("start-job b1"));
  assert.deepEqual(kindsOf(submit(life, buildJob({ id: "b2", queue: "b" }))), ["wait-job b2"]);
});

test("Q4: a queue's limit holds its own jobs back and nobody else's", () => {
  const queues = [{ id: "a", limit: { gpuMilli: 1000 } }, { id: "b" }];
  const life = begin({ nodes: [2], queues });
  submit(life, buildJob({ id: "a1", queue: "a" }));
  const [wait] = submit(life, buildJob({ id: "a2", queue: "a" }));
  assert.equal(wait.kind === "wait-job" && wait.refusal.code, "queue-limit");
  assert.deepEqual(kindsOf(submit(life, buildJob({ id: "b1", queue: "b" }))), ["start-job b1"]);
  const large = buildJob({ id: "a3", queue: "a", min: 2 });
  assert.equal(life.tell({ kind: "job-submitted", job: large }), "above-queue-limit");
});

test("J9: a job that has not ended by its deadline is given up, wherever it stands", () => {
  const life = begin({ nodes: [1] });
  submit(life, buildJob({ id: "runs", deadlineMs: 500 }));
  submit(life, buildJob({ id: "waits", deadlineMs: 400 }));
  life.nowMs = 400;
  assert.deepEqual(kindsOf(life.decide()), ["give-up-job waits"]);
  life.nowMs = 500;
  assert.deepEqual(kindsOf(life.decide()), ["give-up-job runs", "stop-job runs"]);
});

test("J8: on a drained node a job takes the time to save, whatever the grace", () => {
  const life = begin({ nodes: [1] });
  submit(life, buildJob({ id: "j", saveMs: 60_000 }));
  life.nowMs = 3_600_000;
  life.tell({ kind: "node-drained", node: nodeId("n0") });
  const [stop] = life.decide();
  assert.equal(stop.kind === "stop-job" && stop.save, true);
});

test("S8: two shares of different devices do not fit on a node of one device", () => {
  const life = begin({ nodes: [1] });
  const request = buildRequest({ count: 2, milli: 500 });
  const [wait] = submit(life, buildJob({ id: "j", request }));
  assert.equal(wait.kind === "wait-job" && wait.refusal.code, "larger-than-cluster");
});

test("S5: the hash tells jobs apart that ask for different things in the same place", () => {
  const hashOf = (job: BatchJob) => {
    const life = begin({ nodes: [0] });
    submit(life, job);
    return life.scheduler.hash();
  };
  const job = buildJob({ id: "j" });
  assert.equal(hashOf(job), hashOf(buildJob({ id: "j" })));
  assert.notEqual(hashOf(job), hashOf(buildJob({ id: "j", priority: 1 })));
  assert.notEqual(hashOf(job), hashOf(buildJob({ id: "j", request: buildRequest({ count: 2 }) })));
});

test("J6, J8: a job may end while it is told to be suspended, or be killed where it is suspended", () => {
  const endings = [
    { isSuspended: false, outcome: "succeeded", after: [] },
    { isSuspended: false, outcome: "failed", after: ["start-job low"] },
    { isSuspended: false, outcome: "lost", after: ["start-job low"] },
    { isSuspended: true, outcome: "failed", after: ["start-job low"] },
    { isSuspended: true, outcome: "lost", after: ["start-job low"] },
    { isSuspended: true, outcome: "succeeded", after: [] },
  ] as const;
  for (const { isSuspended, outcome, after: next } of endings) {
    const life = begin({ nodes: [1] });
    const asleep = { suspendMs: 1000, resumeMs: 2000, hostMemory: 10 };
    life.tell({ kind: "job-submitted", job: buildJob({ id: "low", retries: 1, ...asleep }) });
    life.decide();
    life.nowMs = 60_000;
    life.tell({ kind: "job-submitted", job: buildJob({ id: "high", priority: 1 }) });
    const [suspend] = life.decide();
    assert.equal(suspend.kind, "suspend-job");
    const departure = departureId(1);
    if (isSuspended) life.tell({ kind: "departed", departure });
    const ended = { kind: "job-ended", job: jobId("low"), attempt: 1, outcome } as const;
    assert.equal(life.tell(ended), undefined);
    const again = outcome === "succeeded" ? "unknown-job" : "stale-attempt";
    assert.equal(life.tell(ended), isSuspended ? again : undefined);
    if (!isSuspended) life.tell({ kind: "departed", departure });
    life.tell({ kind: "job-ended", job: jobId("high"), attempt: 1, outcome: "succeeded" });
    life.nowMs += 10;
    assert.deepEqual(kindsOf(life.decide()), next);
  }
});

test("V5: the time for which a job was suspended is no work that it could lose", () => {
  const life = begin({ nodes: [1, 1] });
  const hour = 3_600_000;
  const asleep = { suspendMs: 0, resumeMs: 0, hostMemory: 900 };
  const request = buildRequest({ cpu: 1000, memory: 100, count: 1 });
  submit(life, buildJob({ id: "napper", request, ...asleep }));
  life.nowMs = 10_000;
  submit(life, buildJob({ id: "filler", priority: 1 }));
  assert.deepEqual(kindsOf(submit(life, buildJob({ id: "urgent", priority: 2 }))), [
    "suspend-job napper",
    "start-job urgent",
  ]);
  life.tell({ kind: "departed", departure: departureId(1) });
  life.nowMs = 10 * hour;
  life.tell({ kind: "job-ended", job: jobId("urgent"), attempt: 1, outcome: "succeeded" });
  assert.deepEqual(kindsOf(life.decide()), ["resume-job napper"]);
  life.nowMs += 1000;
  // Host memory for the napper's devices is not free beside this one: it has to stop. It ran 11 s.
  const large = buildRequest({ cpu: 1000, memory: 900, count: 1 });
  const actions = submit(life, buildJob({ id: "high", priority: 3, request: large }));
  assert.deepEqual(kindsOf(actions), ["stop-job napper", "start-job high"]);
});

test("J6: without a back-off a job is tried again at once, however often it fails", () => {
  const { scheduler } = begin({ nodes: [1] });
  const now = milliseconds(0);
  const decide = () => kindsOf(scheduler.decide(now, { below: () => 0 }));
  scheduler.apply({ kind: "job-submitted", job: buildJob({ id: "j", retries: 2000 }) });
  for (let attempt = 1; attempt <= 1100; attempt += 1) {
    assert.deepEqual(decide(), ["start-job j"]);
    scheduler.apply({ kind: "job-ended", job: jobId("j"), attempt, outcome: "failed" }, now);
  }
});

test("J6: the back-off doubles up to an hour", () => {
  const life = begin({ nodes: [1] });
  const minute = 60_000;
  submit(life, buildJob({ id: "j", retries: 9, backoffMs: 25 * minute }));
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    life.tell({ kind: "job-ended", job: jobId("j"), attempt, outcome: "failed" });
    assert.deepEqual(life.decide(), []);
    const failedMs = life.nowMs;
    life.nowMs = life.scheduler.nextWakeMs(milliseconds(failedMs))!;
    assert.deepEqual(kindsOf(life.decide()), ["start-job j"]);
    waits.push((life.nowMs - failedMs) / minute);
  }
  assert.deepEqual(waits, [25, 50, 60, 60]);
});

test("J5: of two suspended jobs that could go on the first submitted does", () => {
  const life = begin({ nodes: [2] });
  const asleep = { suspendMs: 0, resumeMs: 0, hostMemory: 1 };
  for (const id of ["first", "second"]) submit(life, buildJob({ id, ...asleep }));
  life.nowMs = 1000;
  const [one, two] = ["x", "y"].map((id) => submit(life, buildJob({ id, priority: 1 })));
  assert.deepEqual([one[0].kind, two[0].kind], ["suspend-job", "suspend-job"]);
  for (const departure of [1, 2]) {
    life.tell({ kind: "departed", departure: departureId(departure) });
  }
  assert.deepEqual(life.decide(), []);
  life.tell({ kind: "job-ended", job: jobId("x"), attempt: 1, outcome: "succeeded" });
  assert.deepEqual(kindsOf(life.decide()), ["resume-job first"]);
});

test("J7: elastic jobs grow one member at a time in turn, the first submitted first", () => {
  const life = begin({ nodes: [5] });
  submit(life, buildJob({ id: "block", min: 3 }));
  life.tell({ kind: "job-submitted", job: buildJob({ id: "a", max: 9 }) });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "b", max: 9 }) });
  assert.deepEqual(kindsOf(life.decide()), ["start-job a", "start-job b"]);
  life.tell({ kind: "job-ended", job: jobId("block"), attempt: 1, outcome: "succeeded" });
  assert.deepEqual(kindsOf(life.decide()), ["grow-job a", "grow-job b", "grow-job a"]);
});

test("J9: a job that was cancelled while it leaves stays cancelled, however it ends", () => {
  const life = begin({ nodes: [1] });
  submit(life, buildJob({ id: "low", retries: 3 }));
  life.nowMs = 1000;
  submit(life, buildJob({ id: "high", priority: 1 }));
  life.tell({ kind: "job-cancelled", job: jobId("low") });
  life.tell({ kind: "job-ended", job: jobId("low"), attempt: 1, outcome: "failed" });
  life.tell({ kind: "departed", departure: departureId(1) });
  life.tell({ kind: "job-ended", job: jobId("high"), attempt: 1, outcome: "succeeded" });
  assert.deepEqual(life.decide(), []);
  assert.equal(life.tell({ kind: "job-cancelled", job: jobId("low") }), "unknown-job");
});

test("M4: a departure is not known before it was told", () => {
  const life = begin({ nodes: [1, 1] });
  submit(life, buildJob({ id: "j" }));
  const lost = life.scheduler.fork();
  assert.equal(lost.apply({ kind: "node-lost", node: nodeId("n0") }).ok, true);
  const departed = { kind: "departed", departure: departureId(1) } as const;
  assert.equal(lost.apply(departed).ok, false);
  assert.equal(lost.decide(milliseconds(0), { below: () => 0 })[0].kind, "stop-job");
  assert.equal(lost.apply(departed).ok, true);
});

test("V4: a job that was suspended as soon as it had saved loses nothing when it has resumed", () => {
  const life = begin({ nodes: [3] });
  submit(life, buildJob({ id: "first", suspendMs: 0, saveMs: 100 }));
  submit(life, buildJob({ id: "elastic", max: 2 }));
  life.nowMs = 5000;
  life.tell({ kind: "job-checkpointed", job: jobId("first"), attempt: 1 });
  submit(life, buildJob({ id: "high", priority: 1 }));
  life.tell({ kind: "departed", departure: departureId(1) });
  life.nowMs = 7000;
  life.tell({ kind: "job-ended", job: jobId("high"), attempt: 1, outcome: "succeeded" });
  assert.deepEqual(kindsOf(life.decide()), ["resume-job first"]);
  const [suspend] = submit(life, buildJob({ id: "next", priority: 1 }));
  assert.equal(suspend.kind === "suspend-job" && suspend.job, "first", "not a member to spare");
});
