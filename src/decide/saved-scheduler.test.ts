import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { buildJob } from "../../test/support/build-job.ts";
import { buildQueue } from "../../test/support/build-queue.ts";
import {
  arbitraryScript,
  arbitrarySteps,
  buildNode,
  buildRequest,
} from "../../test/support/cluster-arbitraries.ts";
import { Life } from "../../test/support/life.ts";
import { buildModel, runSteps, stepsOf } from "../../test/support/run-script.ts";
import { congruentialRandom } from "../../test/support/scripted-random.ts";
import { departureId, jobId, replicaId, serviceId } from "../model/ids.ts";
import { milliseconds } from "../model/units.ts";
import { DEVICE_KINDS_MAX } from "./cluster/kind-table.ts";
import { PLACEMENT_POLICIES } from "./policies/registry.ts";
import { type SavedScheduler, Scheduler } from "./scheduler.ts";

const PROFILE = { classes: [] };

/** What comes back of it from a file. */
function throughText(saved: SavedScheduler): SavedScheduler {
  return JSON.parse(JSON.stringify(saved)) as SavedScheduler;
}

test("S9: what is saved is all of it plain data", () => {
  fc.assert(
    fc.property(arbitraryScript, fc.nat(), (script, seed) => {
      const scheduler = new Scheduler(buildModel("gpu-clustering", script.profile));
      runSteps(scheduler, stepsOf(script), congruentialRandom(seed));
      assert.deepEqual(throughText(scheduler.save()), scheduler.save());
    }),
    { numRuns: 50 },
  );
});

test("S9: under every policy a restored scheduler goes on as the saved one", () => {
  const policies = PLACEMENT_POLICIES.map(({ name }) => name);
  fc.assert(
    fc.property(
      fc.constantFrom(...policies),
      arbitraryScript,
      arbitrarySteps,
      fc.nat(),
      (policy, script, later, seed) => {
        const scheduler = new Scheduler(buildModel(policy, script.profile));
        runSteps(scheduler, stepsOf(script), congruentialRandom(seed));
        const saved = throughText(scheduler.save());
        const restored = Scheduler.restore(buildModel(policy, script.profile), saved);
        assert.equal(restored.hash(), scheduler.hash());
        assert.deepEqual(
          runSteps(restored, later, congruentialRandom(seed)),
          runSteps(scheduler, later, congruentialRandom(seed)),
        );
        assert.equal(restored.hash(), scheduler.hash());
        assert.deepEqual(restored.save(), scheduler.save());
      },
    ),
    { numRuns: 150 },
  );
});

test("S9: a saved state does not change with the scheduler that it is of", () => {
  const scheduler = new Scheduler(buildModel("fgd", PROFILE));
  scheduler.apply({ kind: "node-added", node: buildNode({ id: "a", cpu: 1000 }) });
  const saved = scheduler.save();
  const text = JSON.stringify(saved);
  scheduler.apply({ kind: "node-added", node: buildNode({ id: "b", cpu: 1000, devices: [1000] }) });
  Scheduler.restore(buildModel("fgd", PROFILE), saved).apply({
    kind: "node-added",
    node: buildNode({ id: "c", cpu: 1000, kind: "B", devices: [1000] }),
  });
  assert.equal(JSON.stringify(saved), text);
});

test("S9, M3: a restored scheduler tells as many device kinds apart", () => {
  const addKind = (scheduler: Scheduler, kind: number) => {
    const node = buildNode({ id: `n${kind}`, cpu: 1, kind: `kind-${kind}`, devices: [1000] });
    return scheduler.apply({ kind: "node-added", node }).ok;
  };
  const scheduler = new Scheduler(buildModel("fgd", PROFILE));
  for (let kind = 1; kind < DEVICE_KINDS_MAX; kind += 1) assert.ok(addKind(scheduler, kind));
  const model = buildModel("fgd", PROFILE);
  const restored = Scheduler.restore(model, throughText(scheduler.save()));
  assert.ok(addKind(restored, DEVICE_KINDS_MAX));
  assert.ok(!addKind(restored, 0));
  assert.ok(addKind(scheduler, 0));
  assert.throws(() => Scheduler.restore(model, scheduler.save()), /more device kinds/);
});

test("S9: a state of another version is refused", () => {
  const model = buildModel("fgd", PROFILE);
  const saved = { ...new Scheduler(model).save(), version: 1_000 };
  assert.throws(() => Scheduler.restore(model, saved), {
    message: /^the saved state is of version 1000, and this scheduler reads version \d+$/,
  });
});

test("S9, J5: a suspended job that its queue holds back goes on after a restart, once it may", () => {
  const life = new Life();
  const setLimit = (limit: Parameters<typeof buildQueue>[0]["limit"]) =>
    life.tell({ kind: "queue-set", queue: buildQueue({ id: "q", ...(limit && { limit }) }) });
  life.tell({
    kind: "node-added",
    node: buildNode({ id: "a", cpu: 9, memory: 9, devices: [1000] }),
  });
  setLimit(undefined);
  life.tell({ kind: "job-submitted", job: buildJob({ id: "low", suspendMs: 0, resumeMs: 0 }) });
  life.decide();
  life.nowMs = 1000;
  life.tell({ kind: "job-submitted", job: buildJob({ id: "high", priority: 1 }) });
  assert.equal(life.decide()[0].kind, "suspend-job");
  life.tell({ kind: "departed", departure: departureId(1) });
  setLimit({ gpuMilli: 1 });
  life.tell({ kind: "job-ended", job: jobId("high"), attempt: 1, outcome: "succeeded" });
  assert.deepEqual(life.decide(), []);
  life.scheduler = Scheduler.restore(
    buildModel("best-fit", PROFILE),
    throughText(life.scheduler.save()),
  );
  setLimit(undefined);
  assert.equal(life.decide()[0]?.kind, "resume-job");
});

test("S9, V4: a job that has just saved has nothing to lose after a restart either", () => {
  const life = new Life();
  const node = buildNode({ id: "a", cpu: 9, memory: 9, devices: [1000, 1000, 1000] });
  life.tell({ kind: "node-added", node });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "q" }) });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "first", saveMs: 100 }) });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "elastic", max: 2 }) });
  life.decide();
  life.nowMs = 5000;
  life.tell({ kind: "job-checkpointed", job: jobId("first"), attempt: 1 });
  life.tell({ kind: "job-submitted", job: buildJob({ id: "high", priority: 1 }) });
  life.scheduler = life.scheduler.fork();
  const [stop] = life.decide();
  assert.ok(stop.kind === "stop-job" && stop.job === "first", "not a member of the elastic one");
});

test("S9, A6: replicas that were coming when it last decided are so after a restart too", () => {
  const life = new Life();
  const devices = [1000, 1000, 1000];
  life.tell({ kind: "node-added", node: buildNode({ id: "a", cpu: 9, memory: 9, devices }) });
  const id = serviceId("s");
  const objective = { waitMs: milliseconds(10_000), missedMax: 0.01 };
  const scaling = { keepAliveMs: milliseconds(0), headroom: 0, objective };
  const service = {
    id,
    request: buildRequest({ count: 1 }),
    replicas: { min: 2, max: 3 },
    concurrency: 1,
    startMs: milliseconds(4000),
    scaling,
  };
  life.tell({ kind: "service-set", service });
  const observe = (nowMs: number, arrived: number, begun: number, ended: number) => {
    life.nowMs = nowMs;
    life.tell({ kind: "service-observed", service: id, requests: { arrived, begun, ended } });
  };
  // All in time: it has earned its patience, of 6 s, for the two that come then.
  observe(1000, 10_000, 10_000, 0);
  observe(2000, 10_000, 10_000, 9998);
  assert.equal(life.decide().length, 2);
  observe(3000, 10_001, 10_000, 9998);
  observe(4000, 10_002, 10_000, 9998);
  life.nowMs = 6000;
  life.tell({ kind: "replica-ready", replica: replicaId(id, 0) });
  life.decide();
  const wakeMs = () => life.scheduler.nextWakeMs(milliseconds(life.nowMs));
  assert.equal(wakeMs(), 10_000, "the first of them has the replica that is coming");
  life.tell({ kind: "replica-ready", replica: replicaId(id, 1) });
  life.scheduler = Scheduler.restore(
    buildModel("best-fit", PROFILE),
    throughText(life.scheduler.save()),
  );
  assert.equal(wakeMs(), 10_000, "nothing was decided since");
  life.decide();
  assert.equal(wakeMs(), 9000);
});
