import assert from "node:assert/strict";
import test from "node:test";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildQueue } from "../../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { Life } from "../../../test/support/life.ts";
import type { Action } from "../../model/action.ts";
import { departureId, jobId, nodeId } from "../../model/ids.ts";
import { milliseconds } from "../../model/units.ts";

const PATIENCE_MS = 1000;

/** Nodes of one device each; jobs come and go by hand. */
function begin(nodes: number, patienceMs: number | undefined = PATIENCE_MS): Life {
  const life = new Life("best-fit", {
    graceMs: milliseconds(0),
    ...(patienceMs === undefined ? {} : { patienceMs: milliseconds(patienceMs) }),
  });
  for (let index = 0; index < nodes; index += 1) {
    const node = buildNode({ id: `n${index}`, cpu: 8000, memory: 100, devices: [1000] });
    life.tell({ kind: "node-added", node });
  }
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  return life;
}

function submit(life: Life, id: string, min = 1, milli = 1000): void {
  const request = buildRequest({ cpu: 1000, memory: 1, count: 1, milli });
  assert.equal(
    life.tell({ kind: "job-submitted", job: buildJob({ id, min, request }) }),
    undefined,
  );
}

function end(life: Life, id: string): void {
  const job = jobId(id);
  const attempt = life.attempts.get(id)!;
  const ended = { kind: "job-ended", job, attempt, outcome: "succeeded" } as const;
  assert.equal(life.tell(ended), undefined);
}

function starts(actions: readonly Action[]): string[] {
  return actions.flatMap((action) => (action.kind === "start-job" ? [action.job] : []));
}

/** A gang of two on two nodes; single jobs come before one ends, for ever. */
function untilGangStarts(life: Life, turnsMax: number): number | undefined {
  submit(life, "s0");
  submit(life, "s1");
  life.decide();
  submit(life, "gang", 2);
  life.decide();
  const running = ["s0", "s1"];
  for (let turn = 2; turn < turnsMax; turn += 1) {
    life.nowMs += 100;
    submit(life, `s${turn}`);
    const first = running.shift();
    if (first !== undefined) end(life, first);
    const started = starts(life.decide());
    if (started.includes("gang")) return life.nowMs;
    running.push(...started);
  }
  return undefined;
}

test("J10: a gang that others overtake for ever starts soon after its patience", () => {
  assert.equal(untilGangStarts(begin(2, Number.MAX_SAFE_INTEGER), 200), undefined);
  // Overtaken at 100 for the first time, due at 1100; the two that run then end by 1300.
  assert.equal(untilGangStarts(begin(2), 200), 1200);
});

test("J10: without a patience no room is kept", () => {
  const life = new Life();
  assert.equal(life.scheduler.nextWakeMs(milliseconds(0)), undefined);
});

test("J10: the nodes with the least in use are kept, the others go on", () => {
  const life = begin(3);
  submit(life, "a", 1, 700);
  submit(life, "b", 1, 400);
  submit(life, "c");
  life.decide();
  submit(life, "whole");
  submit(life, "x", 1, 200);
  assert.deepEqual(starts(life.decide()), ["x"], "the first to overtake");
  life.nowMs = 1000;
  assert.equal(life.scheduler.nextWakeMs(milliseconds(0)), 1000);
  life.decide();
  submit(life, "y", 1, 100);
  submit(life, "z", 1, 300);
  const actions = life.decide();
  const places = actions.flatMap((action) =>
    action.kind === "start-job" ? action.members.map(({ node }) => `${action.job} ${node}`) : [],
  );
  assert.deepEqual(places, ["y n0"], "b is on n1, which is kept");
  end(life, "b");
  assert.deepEqual(starts(life.decide()), ["whole"]);
});

test("J10: what is kept is free again when its job is cancelled", () => {
  const life = begin(2);
  submit(life, "a");
  life.decide();
  submit(life, "gang", 2);
  submit(life, "b", 1, 500);
  life.decide();
  life.nowMs = 1000;
  life.decide();
  submit(life, "c", 1, 500);
  assert.deepEqual(starts(life.decide()), []);
  life.tell({ kind: "job-cancelled", job: jobId("gang") });
  assert.deepEqual(starts(life.decide()), ["c"]);
});

test("J10: when a kept node is lost or closed, others are chosen", () => {
  const life = begin(3);
  for (const id of ["a", "b", "c"]) submit(life, id);
  life.decide();
  submit(life, "gang", 2);
  end(life, "a");
  submit(life, "d", 1, 500);
  assert.deepEqual(starts(life.decide()), ["d"]);
  life.nowMs = 1000;
  life.decide();
  life.tell({ kind: "node-drained", node: nodeId("n0") });
  life.decide();
  end(life, "b");
  life.decide();
  end(life, "c");
  assert.deepEqual(starts(life.decide()), ["gang"]);
});

test("J10: a patience of nothing is an error of who sets it", () => {
  assert.throws(() => begin(1, 0), /RangeError|keeps room at once/);
});

test("J10: one node may be kept for members of several roles", () => {
  const life = new Life("best-fit", {
    graceMs: milliseconds(0),
    patienceMs: milliseconds(PATIENCE_MS),
  });
  const node = buildNode({ id: "n", cpu: 8000, memory: 100, devices: [1000, 1000] });
  life.tell({ kind: "node-added", node });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  const [one] = buildJob({ id: "x", request: buildRequest({ cpu: 1000, count: 1 }) }).roles;
  const roles = [one, { ...one, name: "other", request: buildRequest({ cpu: 2000, count: 1 }) }];
  for (const id of ["a", "b"]) submit(life, id);
  life.decide();
  life.tell({ kind: "job-submitted", job: { ...buildJob({ id: "pair" }), roles } });
  life.decide();
  end(life, "a");
  submit(life, "c");
  assert.deepEqual(starts(life.decide()), ["c"]);
  life.nowMs = PATIENCE_MS;
  life.decide();
  end(life, "b");
  submit(life, "d");
  assert.deepEqual(starts(life.decide()), [], "the node is kept");
  end(life, "c");
  assert.deepEqual(starts(life.decide()), ["pair"]);
});

test("J7, J10: a suspended gang's nodes are kept after its patience, and nobody grows there before", () => {
  const life = begin(2);
  const gang = { id: "gang", min: 2, suspendMs: 0, resumeMs: 0, hostMemory: 1 };
  life.tell({ kind: "job-submitted", job: buildJob(gang) });
  life.decide();
  life.nowMs = 60_000;
  life.tell({ kind: "job-submitted", job: buildJob({ id: "high", priority: 1 }) });
  const told = life.decide().map(({ kind }) => kind);
  assert.deepEqual(told, ["suspend-job", "start-job"]);
  life.tell({ kind: "departed", departure: departureId(1) });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "low", priority: -1, max: 9 }) });
  assert.deepEqual(starts(life.decide()), ["low"], "the room of one member is no use to two");
  end(life, "high");
  assert.deepEqual(life.decide(), [], "low does not grow");
  life.nowMs += PATIENCE_MS;
  submit(life, "later");
  assert.deepEqual(starts(life.decide()), []);
  end(life, "low");
  const kinds = life.decide().map(({ kind }) => kind);
  assert.deepEqual(kinds.slice(0, 1), ["resume-job"]);
});

test("J10: the one that was overtaken first comes first, not the one submitted first", () => {
  const life = begin(1);
  life.tell({ kind: "job-submitted", job: buildJob({ id: "old", retries: 1, backoffMs: 500 }) });
  life.decide();
  const failed = { kind: "job-ended", job: jobId("old"), attempt: 1, outcome: "failed" } as const;
  life.tell(failed);
  submit(life, "half", 1, 500);
  life.decide();
  submit(life, "young");
  submit(life, "small", 1, 100);
  assert.deepEqual(starts(life.decide()), ["small"], "overtakes young");
  life.nowMs = 500;
  life.decide();
  submit(life, "other", 1, 100);
  assert.deepEqual(starts(life.decide()), ["other"], "overtakes old as well");
  life.nowMs = 2000;
  life.decide();
  for (const id of ["half", "small", "other"]) end(life, id);
  assert.deepEqual(starts(life.decide()), ["young"]);
});

test("J10: after a further patience the nodes are chosen anew", () => {
  const life = begin(3);
  submit(life, "a", 1, 300);
  life.decide();
  submit(life, "b", 1, 750);
  submit(life, "c");
  life.decide();
  submit(life, "pair", 2);
  submit(life, "x", 1, 50);
  assert.deepEqual(starts(life.decide()), ["x"]);
  life.nowMs = 1000;
  life.decide();
  end(life, "c");
  submit(life, "d", 1, 100);
  const places = (actions: readonly Action[]) =>
    actions.flatMap((each) => (each.kind === "start-job" ? each.members.map((m) => m.node) : []));
  assert.deepEqual(places(life.decide()), ["n2"], "the only node that is not kept");
  life.nowMs = 2000;
  life.decide();
  submit(life, "e", 1, 200);
  assert.deepEqual(places(life.decide()), ["n1"], "now that one is not");
});
