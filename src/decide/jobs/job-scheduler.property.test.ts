import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildQueue } from "../../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { Life } from "../../../test/support/life.ts";
import { jobId, nodeId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import { PlacementModel } from "../placement/placement-model.ts";
import { findPolicy } from "../policies/registry.ts";
import { type SavedScheduler, Scheduler } from "../scheduler.ts";

const QUEUES = ["a", "b"];
const JOBS_MAX = 12;

const arbitraryJob = fc.record({
  queue: fc.constantFrom(...QUEUES),
  priority: fc.constantFrom(0, 0, 1),
  min: fc.integer({ min: 1, max: 3 }),
  more: fc.constantFrom(0, 0, 2),
  count: fc.constantFrom(0, 1, 1, 2),
  milli: fc.constantFrom(500, 1000, 1000),
  suspendMs: fc.constantFrom(undefined, 100),
  saveMs: fc.constantFrom(undefined, 200),
  minimumRuntimeMs: fc.constantFrom(0, 1000),
  retries: fc.constantFrom(0, 2),
});

type JobShape = typeof arbitraryJob extends fc.Arbitrary<infer Value> ? Value : never;

const arbitraryStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("submit" as const), job: arbitraryJob }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("end" as const),
      which: fc.nat(JOBS_MAX),
      outcome: fc.constantFrom("succeeded" as const, "failed" as const, "lost" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel" as const), which: fc.nat(12) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("depart" as const), which: fc.nat(9) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(2000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("lose" as const, "add" as const, "drain" as const, "fail" as const),
      which: fc.nat(3),
    }),
  },
);

type LifeStep = typeof arbitraryStep extends fc.Arbitrary<infer Value> ? Value : never;

function jobOf(id: string, shape: JobShape): BatchJob {
  const { count, milli, more, suspendMs, saveMs, ...rest } = shape;
  const share = count === 1 ? milli : 1000;
  return buildJob({
    ...rest,
    id,
    max: rest.min + more,
    request: buildRequest({ cpu: 1000, memory: 10, count, milli: share }),
    hostMemory: 5,
    backoffMs: 100,
    ...(suspendMs === undefined ? {} : { suspendMs }),
    ...(saveMs === undefined ? {} : { saveMs }),
  });
}

function node(which: number) {
  const devices = Array.from({ length: which + 1 }, () => 1000);
  return buildNode({ id: `n${which}`, cpu: 4000, memory: 100, devices });
}

function take(life: Life, step: LifeStep, submitted: string[]): void {
  switch (step.kind) {
    case "submit": {
      if (submitted.length === JOBS_MAX) return;
      const id = `j${submitted.length}`;
      submitted.push(id);
      life.tell({ kind: "job-submitted", job: jobOf(id, step.job) });
      return;
    }
    case "end": {
      const id = submitted[step.which % Math.max(1, submitted.length)];
      const attempt = life.attempts.get(id ?? "");
      if (attempt === undefined || life.membersOf(id) === 0) return;
      life.tell({ kind: "job-ended", job: jobId(id), attempt, outcome: step.outcome });
      return;
    }
    case "cancel": {
      const id = submitted[step.which];
      if (id !== undefined) life.tell({ kind: "job-cancelled", job: jobId(id) });
      return;
    }
    case "depart":
      life.departOne(step.which);
      return;
    case "wait":
      life.nowMs += step.ms;
      return;
    case "lose":
      life.tell({ kind: "node-lost", node: nodeId(`n${step.which}`) });
      return;
    case "add":
      life.tell({ kind: "node-added", node: node(step.which) });
      return;
    case "drain":
      life.tell({ kind: "node-drained", node: nodeId(`n${step.which}`) });
      return;
    case "fail":
      life.tell({ kind: "device-failed", node: nodeId(`n${step.which}`), device: 0 });
      return;
    default:
  }
}

function begin(): Life {
  const life = new Life("fgd");
  for (const which of [0, 1, 2]) life.tell({ kind: "node-added", node: node(which) });
  for (const id of QUEUES) life.tell({ kind: "queue-set", queue: buildQueue({ id }) });
  return life;
}

test("S3, J2, J4: on any life nothing is over capacity and no gang is in part or twice there", () => {
  fc.assert(
    fc.property(fc.array(arbitraryStep, { maxLength: 60, size: "max" }), (steps) => {
      const life = begin();
      const submitted: string[] = [];
      for (const step of steps) {
        take(life, step, submitted);
        life.decide();
      }
    }),
    { numRuns: 400 },
  );
});

/** The same state in a process that knows nothing, out of a file. */
function restored(scheduler: Scheduler): Scheduler {
  const saved = JSON.parse(JSON.stringify(scheduler.save())) as SavedScheduler;
  return Scheduler.restore(new PlacementModel(findPolicy("fgd")!, { classes: [] }), saved);
}

test("S5, S6, S9: a life goes on alike where it is saved and restored, to the same hash", () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryStep, { maxLength: 40, size: "max" }),
      fc.nat(40),
      (steps, at) => {
        const life = begin();
        const submitted: string[] = [];
        const other = begin();
        const alike: string[] = [];
        for (const [index, step] of steps.entries()) {
          take(life, step, submitted);
          take(other, step, alike);
          if (index === at) other.scheduler = restored(other.scheduler);
          assert.deepEqual(life.decide(), other.decide());
          assert.equal(life.scheduler.hash(), other.scheduler.hash());
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("J2, S8: when everybody has left and nothing ends, no job waits that fits", () => {
  fc.assert(
    fc.property(fc.array(arbitraryJob, { minLength: 1, maxLength: 8 }), (shapes) => {
      const life = begin();
      for (const [index, shape] of shapes.entries()) {
        life.tell({ kind: "job-submitted", job: jobOf(`j${index}`, shape) });
      }
      let rounds = 0;
      do {
        life.decide();
        for (const departure of life.departures) life.tell({ kind: "departed", departure });
        rounds += 1;
        assert.ok(rounds < 50, "Q5: jobs make each other leave for ever");
      } while (life.departures.size > 0 || life.decide().some(({ kind }) => kind !== "wait-job"));
    }),
    { numRuns: 200 },
  );
});
