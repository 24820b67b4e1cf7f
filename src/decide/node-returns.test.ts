import assert from "node:assert/strict";
import test from "node:test";
import { buildJob } from "../../test/support/build-job.ts";
import { buildQueue } from "../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../test/support/cluster-arbitraries.ts";
import { Life } from "../../test/support/life.ts";
import type { Action } from "../model/action.ts";
import { departureId, jobId, nodeId, replicaId, serviceId } from "../model/ids.ts";
import type { ModelService } from "../model/service.ts";
import { mib, milliseconds } from "../model/units.ts";

const MACHINE = buildNode({ id: "machine", cpu: 8000, memory: 100, devices: [1000] });

function begin(): Life {
  const life = new Life();
  life.tell({ kind: "node-added", node: MACHINE });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  return life;
}

/** The machine lost power and is back, before the next decision or after it; returns what was decided. */
function loseAndReturn(life: Life, isSwift: boolean): string[] {
  assert.equal(life.tell({ kind: "node-lost", node: nodeId("machine") }), undefined);
  const actions = isSwift ? [] : life.decide();
  assert.equal(life.tell({ kind: "node-added", node: MACHINE }), undefined);
  return kindsOf([...actions, ...life.decide()]);
}

function depart(life: Life, number: number): string[] {
  assert.equal(life.tell({ kind: "departed", departure: departureId(number) }), undefined);
  return kindsOf(life.decide());
}

function kindsOf(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    if ("replica" in action) return `${action.kind} ${action.replica}`;
    return "job" in action ? `${action.kind} ${action.job}` : action.kind;
  });
}

for (const isSwift of [true, false]) {
  const when = isSwift ? "before it was missed" : "later";

  test(`J8: jobs start anew on a node that is lost and returns ${when}, suspended ones too`, () => {
    const life = begin();
    const asleep = { suspendMs: 1000, resumeMs: 1000, hostMemory: 10 };
    life.tell({ kind: "job-submitted", job: buildJob({ id: "low", ...asleep }) });
    life.decide();
    life.nowMs = 60_000;
    life.tell({ kind: "job-submitted", job: buildJob({ id: "high", priority: 1 }) });
    assert.deepEqual(kindsOf(life.decide()), ["suspend-job low", "start-job high"]);
    assert.deepEqual(loseAndReturn(life, isSwift), ["stop-job low", "stop-job high"]);
    assert.deepEqual(depart(life, 3), ["start-job high"], "nobody waits for who left another boot");
    assert.deepEqual(depart(life, 1), []);
    assert.deepEqual(depart(life, 2), ["wait-job low"]);
    life.tell({ kind: "job-ended", job: jobId("high"), attempt: 2, outcome: "succeeded" });
    assert.deepEqual(kindsOf(life.decide()), ["start-job low"]);
    assert.equal(life.membersOf("low"), 1);
  });

  test(`J8: replicas come up on a node that is lost and returns ${when}`, () => {
    const life = begin();
    const service: ModelService = {
      id: serviceId("s"),
      request: buildRequest({ cpu: 1000, memory: 10, count: 1 }),
      replicas: { min: 0, max: 1 },
      concurrency: 1,
      startMs: milliseconds(30_000),
      sleep: {
        hostMemory: mib(10),
        sleepMs: milliseconds(1),
        wakeMs: milliseconds(3),
        standby: 1,
      },
      scaling: { keepAliveMs: milliseconds(0), headroom: 0 },
    };
    life.tell({ kind: "service-set", service });
    assert.deepEqual(kindsOf(life.decide()), ["start-replica s/0"]);
    life.tell({ kind: "replica-ready", replica: replicaId(service.id, 0) });
    assert.deepEqual(kindsOf(life.decide()), ["sleep-replica s/0"]);
    assert.deepEqual(loseAndReturn(life, isSwift), ["start-replica s/1"]);
    assert.deepEqual(depart(life, 1), []);
    assert.equal(
      life.tell({ kind: "replica-ready", replica: replicaId(service.id, 1) }),
      undefined,
    );
    assert.deepEqual(kindsOf(life.decide()), ["sleep-replica s/1"]);
    assert.deepEqual(depart(life, 2), []);
    life.observe(service.id, 1);
    assert.deepEqual(kindsOf(life.decide()), ["wake-replica s/1"]);
  });
}

test("M4: a node that is lost twice and returns twice counts once", () => {
  const life = begin();
  const hash = life.scheduler.hash();
  for (let time = 0; time < 2; time += 1) assert.deepEqual(loseAndReturn(life, time === 0), []);
  assert.equal(life.tell({ kind: "node-added", node: MACHINE }), "duplicate-node");
  assert.equal(life.scheduler.nodeCount, 1);
  assert.equal(life.scheduler.hash(), hash);
});
