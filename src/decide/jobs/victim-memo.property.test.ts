import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildQueue } from "../../../test/support/build-queue.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { Life } from "../../../test/support/life.ts";
import { jobId, nodeId } from "../../model/ids.ts";
import { milliseconds } from "../../model/units.ts";

const NODES = 5;
const QUEUES = ["a", "b", "c"];

/** Lines of several jobs each, that wait long beside those who may leave for them. */
const job = fc.record({
  kind: fc.constant("submit" as const),
  queue: fc.constantFrom(...QUEUES),
  priority: fc.constantFrom(0, 0, 0, 1, 2),
  shape: fc.constantFrom(
    { count: 1, milli: 1000, min: 1, max: 1 },
    { count: 1, milli: 1000, min: 1, max: 4 },
    { count: 1, milli: 300, min: 1, max: 1 },
    { count: 1, milli: 700, min: 1, max: 1 },
    { count: 2, milli: 1000, min: 1, max: 1 },
    { count: 4, milli: 1000, min: 1, max: 1 },
    { count: 1, milli: 1000, min: 3, max: 3 },
    { count: 2, milli: 1000, min: 4, max: 4 },
    { count: 0, milli: 0, min: 1, max: 1 },
  ),
  cpu: fc.constantFrom(1000, 1000, 3000),
  suspendMs: fc.constantFrom(undefined, undefined, 100),
  saveMs: fc.constantFrom(undefined, 200),
  minimumRuntimeMs: fc.constantFrom(0, 0, 700),
});
const step = fc.oneof(
  { weight: 6, arbitrary: job },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("save" as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("depart" as const), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(900) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("lose" as const, "add" as const, "drain" as const, "open" as const),
      which: fc.nat(NODES),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

function node(which: number) {
  const devices = which === 0 ? [] : Array.from({ length: 4 }, () => 1000);
  return buildNode({ id: `n${which}`, cpu: 12_000, memory: 120, devices });
}

function begin(): Life {
  const options = { graceMs: milliseconds(1000), patienceMs: milliseconds(1500) };
  const life = new Life("neuraxis", options);
  for (let which = 0; which < NODES; which += 1) {
    life.tell({ kind: "node-added", node: node(which) });
  }
  const guaranteed = { gpuMilli: 6000 };
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "a", guaranteed }) });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "b", weight: 2 }) });
  life.tell({ kind: "queue-set", queue: buildQueue({ id: "c" }) });
  return life;
}

function submit(life: Life, step: Extract<Step, { kind: "submit" }>, number: number): void {
  const { shape, cpu, queue, priority, suspendMs, saveMs, minimumRuntimeMs } = step;
  const { count, milli, min, max } = shape;
  const job = buildJob({
    id: `j${number}`,
    queue,
    priority,
    min,
    max,
    request: buildRequest({ cpu, memory: 10, count, milli }),
    hostMemory: 5,
    minimumRuntimeMs,
    ...(suspendMs === undefined ? {} : { suspendMs }),
    ...(saveMs === undefined ? {} : { saveMs }),
  });
  life.tell({ kind: "job-submitted", job });
}

function take(life: Life, step: Step, number: number): void {
  const running = [...life.attempts].filter(([id]) => life.membersOf(id) > 0);
  switch (step.kind) {
    case "submit":
      submit(life, step, number);
      return;
    case "end":
    case "save": {
      if (running.length === 0) return;
      const [id, attempt] = running[step.which % running.length];
      const job = jobId(id);
      if (step.kind === "save") life.tell({ kind: "job-checkpointed", job, attempt });
      else life.tell({ kind: "job-ended", job, attempt, outcome: "succeeded" });
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
    case "open":
      life.tell({ kind: "node-opened", node: nodeId(`n${step.which}`) });
      return;
    default:
  }
}

test("S5, S6: what is remembered decides nothing: a fork, which starts without it, does the same", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 20, maxLength: 90, size: "max" }),
      fc.integer({ min: 1, max: 4 }),
      (steps, every) => {
        const life = begin();
        const forgetful = begin();
        for (const [number, step] of steps.entries()) {
          take(life, step, number);
          take(forgetful, step, number);
          if (number % every === 0) forgetful.scheduler = forgetful.scheduler.fork();
          assert.deepEqual(forgetful.decide(), life.decide());
        }
        assert.equal(forgetful.scheduler.hash(), life.scheduler.hash());
      },
    ),
    { numRuns: 120 },
  );
});
