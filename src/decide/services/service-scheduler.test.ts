import assert from "node:assert/strict";
import test from "node:test";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildQueue } from "../../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { Life } from "../../../test/support/life.ts";
import type { Action } from "../../model/action.ts";
import { departureId, nodeId, replicaId, serviceId } from "../../model/ids.ts";
import type { ModelService } from "../../model/service.ts";
import { mib, milliseconds } from "../../model/units.ts";

const S = serviceId("s");

function service(change: Partial<ModelService> = {}): ModelService {
  return {
    id: S,
    request: buildRequest({ cpu: 1000, memory: 10, count: 1 }),
    replicas: { min: 0, max: 2 },
    concurrency: 1,
    startMs: milliseconds(30_000),
    scaling: { keepAliveMs: milliseconds(100), headroom: 0 },
    ...change,
  };
}

const ONE = { arrived: 1, begun: 1, ended: 0 };
const SLEEP = {
  hostMemory: mib(10),
  sleepMs: milliseconds(1),
  wakeMs: milliseconds(3),
  standby: 1,
};

function begin(nodes: readonly number[], set: ModelService): Life {
  const life = new Life();
  for (const [index, count] of nodes.entries()) {
    const devices = Array.from({ length: count }, () => 1000);
    const node = buildNode({ id: `n${index}`, cpu: 8000, memory: 100, devices });
    life.tell({ kind: "node-added", node });
  }
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  assert.equal(life.tell({ kind: "service-set", service: set }), undefined);
  return life;
}

function observe(life: Life, inFlight: number): string[] {
  life.observe(S, inFlight);
  return kindsOf(life.decide());
}

function ready(life: Life, number: number): string[] {
  assert.equal(life.tell({ kind: "replica-ready", replica: replicaId(S, number) }), undefined);
  return kindsOf(life.decide());
}

function kindsOf(actions: readonly Action[]): string[] {
  return actions.map((action) => {
    if ("replica" in action) return `${action.kind} ${action.replica}`;
    return "job" in action ? `${action.kind} ${action.job}` : action.kind;
  });
}

test("A1: a service that can be nobody's is refused and changes nothing", () => {
  const life = begin([1], service());
  const bad: readonly Partial<ModelService>[] = [
    { replicas: { min: 2, max: 1 } },
    { replicas: { min: -1, max: 1 } },
    { concurrency: 0 },
    { startMs: -1 as never },
    { scaling: { keepAliveMs: milliseconds(1), headroom: 0.5 } },
    {
      scaling: {
        keepAliveMs: milliseconds(1),
        headroom: 0,
        objective: { waitMs: milliseconds(1), missedMax: 1 },
      },
    },
    { sleep: { ...SLEEP, standby: 3 } },
  ];
  for (const change of bad) {
    assert.equal(life.tell({ kind: "service-set", service: service(change) }), "invalid-service");
  }
  const other = service({ request: buildRequest({ count: 2 }) });
  assert.equal(life.tell({ kind: "service-set", service: other }), "service-changed");
  const unknown = serviceId("other");
  const observed = { kind: "service-observed", service: unknown, requests: ONE } as const;
  assert.equal(life.tell(observed), "unknown-service");
});

test("A2: replicas follow requests up at once, and down after the keep-alive time", () => {
  const life = begin([3], service());
  assert.deepEqual(observe(life, 1), ["start-replica s/0"]);
  assert.deepEqual(observe(life, 3), ["start-replica s/1"], "max is 2");
  ready(life, 0);
  ready(life, 1);
  life.nowMs = 50;
  assert.deepEqual(observe(life, 1), []);
  assert.equal(life.scheduler.nextWakeMs(milliseconds(50)), 150);
  life.nowMs = 149;
  assert.deepEqual(kindsOf(life.decide()), []);
  life.nowMs = 150;
  assert.deepEqual(kindsOf(life.decide()), ["stop-replica s/1"]);
  assert.equal(life.scheduler.nextWakeMs(milliseconds(150)), undefined);
});

test("A1: the headroom is kept while there are requests", () => {
  const scaling = { keepAliveMs: milliseconds(0), headroom: 1 };
  const life = begin([3], service({ scaling, concurrency: 2, replicas: { min: 0, max: 3 } }));
  assert.deepEqual(observe(life, 2), ["start-replica s/0", "start-replica s/1"]);
  assert.deepEqual(observe(life, 3), ["start-replica s/2"]);
});

test("A3, A4: a replica sleeps beside a job and wakes in its stead, and the job comes back", () => {
  const life = begin([1], service({ sleep: SLEEP, replicas: { min: 0, max: 1 } }));
  assert.deepEqual(kindsOf(life.decide()), ["start-replica s/0"]);
  assert.deepEqual(ready(life, 0), ["sleep-replica s/0"]);
  const job = buildJob({ id: "j", suspendMs: 10, resumeMs: 10, hostMemory: 5 });
  life.tell({ kind: "job-submitted", job });
  const [start] = life.decide();
  assert.deepEqual(start.kind === "start-job" && start.after, [departureId(1)]);
  life.tell({ kind: "departed", departure: departureId(1) });
  life.nowMs = 60_000;
  assert.deepEqual(observe(life, 1), ["suspend-job j", "wake-replica s/0"]);
  life.tell({ kind: "departed", departure: departureId(2) });
  assert.deepEqual(ready(life, 0), []);
  assert.deepEqual(observe(life, 0), []);
  life.nowMs = 60_100;
  assert.deepEqual(kindsOf(life.decide()), ["sleep-replica s/0", "resume-job j"]);
});

test("A4, V6: jobs make room for a service even within their minimum runtime", () => {
  const life = begin([1], service());
  life.tell({ kind: "job-submitted", job: buildJob({ id: "j", minimumRuntimeMs: 1000 }) });
  life.decide();
  assert.deepEqual(observe(life, 1), ["stop-job j", "start-replica s/0"]);
});

test("A4: a service without room is told once", () => {
  const life = begin([0], service());
  assert.deepEqual(observe(life, 1), ["service-waits"]);
  assert.deepEqual(observe(life, 2), []);
});

test("A5: the standby is loaded where room is free, and nobody leaves for it", () => {
  const life = begin([1], service({ sleep: SLEEP }));
  life.tell({ kind: "job-submitted", job: buildJob({ id: "j" }) });
  assert.deepEqual(kindsOf(life.decide()), ["start-replica s/0", "wait-job j"]);
  const busy = begin([1], service());
  busy.tell({ kind: "job-submitted", job: buildJob({ id: "j" }) });
  busy.decide();
  assert.equal(busy.tell({ kind: "service-set", service: service({ sleep: SLEEP }) }), undefined);
  assert.deepEqual(busy.decide(), []);
});

test("J8: a replica that crashed or lost its node is replaced; a drained one stays until then", () => {
  const life = begin([1, 1], service({ replicas: { min: 1, max: 1 } }));
  assert.deepEqual(kindsOf(life.decide()), ["start-replica s/0"]);
  ready(life, 0);
  life.tell({ kind: "replica-gone", replica: replicaId(S, 0) });
  assert.deepEqual(kindsOf(life.decide()), ["start-replica s/1"]);
  ready(life, 1);
  life.tell({ kind: "node-drained", node: nodeId("n0") });
  assert.deepEqual(kindsOf(life.decide()), ["start-replica s/2"]);
  assert.deepEqual(ready(life, 2), ["stop-replica s/1"]);
  life.tell({ kind: "node-lost", node: nodeId("n1") });
  assert.deepEqual(kindsOf(life.decide()), ["service-waits"]);
  life.tell({ kind: "service-removed", service: S });
  assert.deepEqual(kindsOf(life.decide()), []);
});

test("J8: a service that was removed is gone with its last replica, and may be set again", () => {
  const life = begin([1], service({ replicas: { min: 1, max: 1 } }));
  life.decide();
  ready(life, 0);
  life.tell({ kind: "service-removed", service: S });
  assert.deepEqual(kindsOf(life.decide()), ["stop-replica s/0"]);
  const again = { kind: "service-set", service: service() } as const;
  assert.equal(life.tell(again), "service-changed", "its replica is still leaving");
  life.tell({ kind: "departed", departure: departureId(1) });
  life.decide();
  assert.equal(life.tell(again), undefined);
});

test("A3: the replica that serves nothing is retired first, whatever its number", () => {
  const life = begin([3], service({ replicas: { min: 0, max: 3 } }));
  observe(life, 3);
  for (const number of [0, 1, 2]) ready(life, number);
  life.nowMs = 50;
  const requests = { arrived: 3, begun: 3, ended: 2 };
  const idle = [replicaId(S, 0), replicaId(S, 1)];
  life.tell({ kind: "service-observed", service: S, requests, idle });
  assert.deepEqual(kindsOf(life.decide()), []);
  life.nowMs = 150;
  assert.deepEqual(kindsOf(life.decide()), ["stop-replica s/1", "stop-replica s/0"]);
});

test("A4: what a sleeper holds in memory is there for its own waking", () => {
  // Memory of the node: 100. The sleeper holds 10; each of two jobs 40, and 5 more suspended.
  const request = buildRequest({ cpu: 1000, memory: 10, count: 1 });
  const life = begin([1], service({ request, sleep: SLEEP, replicas: { min: 0, max: 1 } }));
  life.decide();
  ready(life, 0);
  life.tell({ kind: "departed", departure: departureId(1) });
  for (const id of ["a", "b"]) {
    const share = buildRequest({ cpu: 1000, memory: 40, count: 1, milli: 500 });
    const job = buildJob({ id, request: share, suspendMs: 1, resumeMs: 1, hostMemory: 10 });
    life.tell({ kind: "job-submitted", job });
  }
  assert.deepEqual(kindsOf(life.decide()), ["start-job a", "start-job b"]);
  life.nowMs = 60_000;
  assert.deepEqual(observe(life, 1), ["suspend-job a", "suspend-job b", "wake-replica s/0"]);
});

test("A5: no more are loaded on a node than could be awake there, asleep or not", () => {
  const life = begin([1], service({ sleep: { ...SLEEP, standby: 2 } }));
  assert.deepEqual(kindsOf(life.decide()), ["start-replica s/0"]);
  assert.deepEqual(ready(life, 0), ["sleep-replica s/0"]);
  life.tell({ kind: "departed", departure: departureId(1) });
  assert.deepEqual(kindsOf(life.decide()), []);
});
