import assert from "node:assert/strict";
import test from "node:test";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildQueue } from "../../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { Life } from "../../../test/support/life.ts";
import type { Action } from "../../model/action.ts";
import { nodeId, replicaId, serviceId } from "../../model/ids.ts";
import type { Overcommit } from "../../model/node.ts";
import type { ModelService } from "../../model/service.ts";
import { milliCpu, milliseconds } from "../../model/units.ts";
import { LentCpu } from "./lent-cpu.ts";

const S = serviceId("s");
const N = nodeId("n");
const HALF_MORE: Overcommit = { cpuMax: 1.5, headroom: 0.25 };

test("A7: only what measured replicas leave unused is lent, less the headroom", () => {
  const lent = new LentCpu();
  lent.open(0, 8000, HALF_MORE);
  lent.enter(0, replicaId(S, 0), 4000);
  assert.equal(lent.lentOn(0), 0, "never measured");
  lent.observe(0, 0, 1000);
  assert.equal(lent.lentOn(0), 2750, "4000 - 1000 - 250");
  lent.enter(0, replicaId(S, 1), 4000);
  assert.equal(lent.lentOn(0), 2750, "the second may use all of its own");
  lent.observe(0, 10, 1000);
  assert.equal(lent.lentOn(0), 4000, "6750, but at most half of the node");
  lent.leave(0, replicaId(S, 0));
  assert.equal(lent.lentOn(0), 2750);
  lent.close(0);
  assert.equal(lent.lentOn(0), 0);
});

test("A7: more use counts at once, less fades over 600 s", () => {
  const lent = new LentCpu();
  lent.open(0, 8000, { cpuMax: 2, headroom: 0 });
  lent.enter(0, replicaId(S, 0), 4000);
  lent.observe(0, 0, 3000);
  assert.equal(lent.lentOn(0), 1000);
  lent.observe(0, 600_000, 0);
  assert.equal(lent.lentOn(0), 1000, "until now they used 3000");
  lent.observe(0, 1_200_000, 0);
  // 3000 / e = 1103.6 are still counted.
  assert.equal(lent.lentOn(0), 2896);
  lent.observe(0, 1_200_001, 4000);
  assert.equal(lent.lentOn(0), 0);
});

function service(): ModelService {
  return {
    id: S,
    request: buildRequest({ cpu: 6000, memory: 10 }),
    replicas: { min: 1, max: 2 },
    concurrency: 1,
    startMs: milliseconds(0),
    scaling: { keepAliveMs: milliseconds(0), headroom: 0 },
  };
}

/** A node of 8 cores, of which a replica asks for 6, and one job that asks for 4. */
function begin(overcommit: Overcommit | undefined): Life {
  const life = new Life();
  const node = buildNode({ id: "n", cpu: 8000, memory: 1000, devices: [] });
  const told = overcommit === undefined ? node : { ...node, overcommit };
  assert.equal(life.tell({ kind: "node-added", node: told }), undefined);
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  life.tell({ kind: "service-set", service: service() });
  life.decide();
  life.tell({ kind: "replica-ready", replica: replicaId(S, 0) });
  const request = buildRequest({ cpu: 4000, memory: 10 });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "j", request }) });
  assert.deepEqual(kindsOf(life.decide()), ["wait-job j"]);
  return life;
}

function observe(life: Life, cpuUsed: number): string[] {
  const event = { kind: "node-observed", node: N, cpuUsed: milliCpu(cpuUsed) } as const;
  assert.equal(life.tell(event), undefined);
  return kindsOf(life.decide());
}

function kindsOf(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    const who = "replica" in action ? action.replica : "job" in action ? action.job : "";
    return "reason" in action
      ? `${action.kind} ${who} ${action.reason.code}`
      : `${action.kind} ${who}`;
  });
}

test("A7: a job borrows what a service leaves unused, and gives it back", () => {
  const life = begin(HALF_MORE);
  assert.deepEqual(observe(life, 4000), [], "6000 - 4000 - 1000 is 1000, and 2000 are free");
  life.nowMs = 3_600_000;
  assert.deepEqual(observe(life, 1000), []);
  life.nowMs += 3_600_000;
  assert.deepEqual(observe(life, 1000), ["start-job j"], "an hour after the fall");
  life.nowMs += 1000;
  life.tell({ kind: "node-observed", node: N, cpuUsed: milliCpu(4000) });
  const copy = life.scheduler.fork();
  assert.equal(copy.hash(), life.scheduler.hash(), "S6");
  life.scheduler = copy;
  assert.deepEqual(kindsOf(life.decide()), ["stop-job j overload"], "S9: the copy knows it, too");
});

test("A7: services never borrow: jobs that have make room for a replica", () => {
  const life = begin({ cpuMax: 2, headroom: 0 });
  life.nowMs = 1000;
  assert.deepEqual(observe(life, 0), ["start-job j"]);
  life.observe(S, 2);
  assert.deepEqual(kindsOf(life.decide()), ["service-waits "], "12 of 8 cores, whoever leaves");
});

test("A7: other nodes lend nothing and are not observed", () => {
  const life = begin(undefined);
  const event = { kind: "node-observed", node: N, cpuUsed: milliCpu(0) } as const;
  assert.equal(life.tell(event), "invalid-node");
  const bad = begin(HALF_MORE);
  assert.equal(bad.tell({ ...event, cpuUsed: -1 as never }), "invalid-node");
  assert.equal(bad.tell({ ...event, node: nodeId("x") }), "unknown-node");
  const node = buildNode({ id: "m", cpu: 1, memory: 1, devices: [] });
  const overcommit = { cpuMax: 0.5, headroom: 0 };
  assert.equal(bad.tell({ kind: "node-added", node: { ...node, overcommit } }), "invalid-node");
});
