import assert from "node:assert/strict";
import test from "node:test";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildQueue } from "../../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { Life } from "../../../test/support/life.ts";
import type { Action } from "../../model/action.ts";
import { departureId, jobId, nodeId, serviceId, workId } from "../../model/ids.ts";
import { milliseconds } from "../../model/units.ts";

const SUSPENDABLE = { suspendMs: 0, resumeMs: 0, hostMemory: 10 };

/** Nodes `a`, `b`, … that have so many devices each, of kinds `A`, `B`, …, and one queue. */
function begin(...counts: readonly number[]): Life {
  return furnish(new Life(), counts);
}

function furnish(life: Life, counts: readonly number[]): Life {
  for (const [index, count] of counts.entries()) {
    const devices = Array.from({ length: count }, () => 1000);
    const kind = "ABC"[index];
    const node = buildNode({ id: kind.toLowerCase(), cpu: 8000, memory: 100, kind, devices });
    life.tell({ kind: "node-added", node });
  }
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  return life;
}

function submit(life: Life, options: Parameters<typeof buildJob>[0]): string[] {
  life.tell({ kind: "job-submitted", job: buildJob(options) });
  return words(life.decide());
}

function press(life: Life, node: string, isPressed = true): string[] {
  const event = { kind: "node-pressed", node: nodeId(node), isPressed } as const;
  assert.equal(life.tell(event), undefined);
  return words(life.decide());
}

function departAll(life: Life): string[] {
  for (const departure of life.departures) life.tell({ kind: "departed", departure });
  return words(life.decide());
}

function words(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    const who = "job" in action ? ` ${action.job}` : "";
    const why = "reason" in action ? ` ${action.reason.code} ${action.reason.for}` : "";
    return `${action.kind}${who}${why}${"save" in action && action.save ? " saved" : ""}`;
  });
}

test("A8: each time that a node is told as pressed, the job of least lost work leaves it", () => {
  const life = begin(3, 1);
  const there = { request: buildRequest({ count: 1, kinds: ["A"] }) };
  submit(life, { id: "elsewhere", request: buildRequest({ count: 1, kinds: ["B"] }) });
  submit(life, { id: "old", ...there });
  submit(life, { id: "saving", ...there, saveMs: 2000 });
  life.nowMs = 10_000;
  submit(life, { id: "young", ...there, minimumRuntimeMs: 1e9 });
  life.nowMs = 11_000;
  assert.deepEqual(press(life, "a"), ["stop-job young pressed a"], "1 s, whatever its runtime");
  assert.deepEqual(words(life.decide()), [], "one for each time that it is told");
  assert.deepEqual(press(life, "a"), ["stop-job saving pressed a saved"], "2 s");
  assert.deepEqual(press(life, "a"), ["stop-job old pressed a"], "11 s");
  assert.deepEqual(press(life, "a"), []);
});

test("A8, V4: of equals the first submitted leaves; nobody is suspended in place", () => {
  const life = begin(2);
  submit(life, { id: "first", ...SUSPENDABLE });
  submit(life, { id: "second", ...SUSPENDABLE });
  assert.deepEqual(press(life, "a"), ["stop-job first pressed a"]);
});

test("A8: an elastic job gives the members there that it has to spare, then the whole of it", () => {
  const life = begin(3, 1);
  const request = buildRequest({ count: 1 });
  submit(life, { id: "elastic", request, min: 2, max: 4 });
  assert.equal(life.membersOf("elastic"), 4);
  assert.deepEqual(press(life, "a"), ["shrink-job elastic pressed a"]);
  assert.equal(life.membersOf("elastic"), 2, "it has two to spare, both of them there");
  assert.deepEqual(departAll(life), [], "it does not grow there");
  assert.deepEqual(press(life, "a"), ["stop-job elastic pressed a"]);
});

test("A8: no job starts on a pressed node, and services and single pieces of work do", () => {
  const life = begin(2);
  assert.deepEqual(press(life, "a"), []);
  life.tell({ kind: "job-submitted", job: buildJob({ id: "j" }) });
  const [wait] = life.decide();
  assert.ok(wait.kind === "wait-job" && wait.refusal.code === "no-room-now");
  assert.match(wait.refusal.message, /; for the sake of online work no job may start on a$/);
  life.tell({
    kind: "service-set",
    service: {
      id: serviceId("s"),
      request: buildRequest({ count: 1 }),
      replicas: { min: 1, max: 1 },
      concurrency: 1,
      startMs: milliseconds(0),
      scaling: { keepAliveMs: milliseconds(0), headroom: 0 },
    },
  });
  assert.deepEqual(words(life.decide()), ["start-replica"]);
  const request = buildRequest({ cpu: 1000 });
  life.tell({ kind: "work-submitted", work: workId("w"), request });
  assert.deepEqual(words(life.decide()), ["place"]);
  assert.deepEqual(press(life, "a", false), ["start-job j"]);
});

test("A8, J8: who leaves goes on elsewhere, and never there before it is told as calm", () => {
  const life = begin(1, 1);
  submit(life, { id: "j", saveMs: 0 });
  assert.deepEqual(press(life, "a"), ["stop-job j pressed a saved"]);
  life.tell({ kind: "departed", departure: departureId(1) });
  const [start] = life.decide();
  assert.ok(start.kind === "start-job" && start.members[0].node === "b");
});

test("A8, J5: a suspended job does not resume there; it leaves where none runs", () => {
  const life = begin(1);
  submit(life, { id: "low", ...SUSPENDABLE });
  life.nowMs = 1000;
  submit(life, { id: "high", priority: 1 });
  departAll(life);
  assert.deepEqual(press(life, "a"), ["stop-job high pressed a"]);
  assert.deepEqual(departAll(life), ["wait-job high"], "its device is free");
  life.tell({ kind: "job-cancelled", job: jobId("high") });
  assert.deepEqual(words(life.decide()), []);
  const kept = life.scheduler.fork();
  assert.deepEqual(press(life, "a"), ["stop-job low pressed a"]);
  life.scheduler = kept;
  assert.deepEqual(press(life, "a", false), ["resume-job low"]);
});

test("A8, J10: room that is kept for a gang is chosen anew when its node is pressed", () => {
  const options = { graceMs: milliseconds(0), patienceMs: milliseconds(1000) };
  const life = furnish(new Life("best-fit", options), [2, 2]);
  for (const kind of ["A", "B"]) {
    submit(life, { id: `on-${kind}`, request: buildRequest({ count: 1, kinds: [kind] }) });
  }
  submit(life, { id: "wide", request: buildRequest({ count: 2 }) });
  submit(life, { id: "passes" });
  life.nowMs = 1000;
  life.decide();
  const rows = () => life.scheduler.save().jobs.keptRoom?.rows;
  const [kept] = rows()!;
  press(life, "ab"[kept]);
  assert.deepEqual(rows(), [1 - kept]);
});

test("A8: a node of an unknown name is refused; one that comes again is not pressed", () => {
  const life = begin(1);
  const event = { kind: "node-pressed", node: nodeId("x"), isPressed: true } as const;
  assert.equal(life.tell(event), "unknown-node");
  assert.deepEqual(press(life, "a", false), [], "it was not");
  press(life, "a");
  life.tell({ kind: "node-lost", node: nodeId("a") });
  const node = buildNode({ id: "a", cpu: 8000, memory: 100, devices: [1000] });
  life.tell({ kind: "node-added", node });
  assert.deepEqual(submit(life, { id: "j" }), ["start-job j"]);
});

test("A8, S5, S6, S9: what is told is part of the state, and whether somebody has left for it", () => {
  const life = begin(2);
  submit(life, { id: "one" });
  submit(life, { id: "two" });
  const event = { kind: "node-pressed", node: nodeId("a"), isPressed: true } as const;
  const hashes = [life.scheduler.hash()];
  life.tell(event);
  hashes.push(life.scheduler.hash());
  const copy = life.scheduler.fork();
  assert.equal(copy.hash(), life.scheduler.hash());
  life.scheduler = copy;
  assert.deepEqual(words(life.decide()), ["stop-job one pressed a"]);
  life.scheduler = life.scheduler.fork();
  assert.deepEqual(words(life.decide()), []);
  life.tell({ kind: "job-ended", job: jobId("two"), attempt: 1, outcome: "succeeded" });
  const before = life.scheduler.hash();
  life.tell(event);
  hashes.push(before, life.scheduler.hash());
  assert.equal(new Set(hashes).size, 4);
});
