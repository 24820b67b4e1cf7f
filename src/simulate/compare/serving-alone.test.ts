import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nodeId, serviceId } from "../../model/ids.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { gpuMilli, mib, milliCpu, milliseconds } from "../../model/units.ts";
import { runWorkload } from "../run/run.ts";
import { cloneNodes } from "../scenario/build-nodes.ts";
import type { ServicePlan } from "../scenario/scenario.ts";
import {
  attainmentOf,
  fewestReplicas,
  nodesFor,
  replicasOnNode,
  waitsAwake,
  waitsInLine,
} from "./serving-alone.ts";

const device = { kind: "A10", memory: mib(0), milliFree: gpuMilli(1000) };
const shape = { id: nodeId("n"), cpu: milliCpu(8000), memory: mib(64), devices: [device, device] };

function requestOf(cpu: number, count: number, milli: number): ResourceRequest {
  const accelerators = { count, milli: gpuMilli(milli), kinds: [] };
  return { cpu: milliCpu(cpu), memory: mib(1), accelerators };
}

/** Requests as pairs of arrival and serving time; at most 10 ms of wait for this share. */
function planOf(
  requests: readonly (readonly [arrivalMs: number, serveMs: number])[],
  quantile: number,
  { concurrency = 1, startMs = 0 } = {},
): ServicePlan {
  const id = serviceId("s");
  const arrivalMs = Float64Array.from(requests, ([arrival]) => arrival);
  const serveMs = Float64Array.from(requests, ([, serve]) => serve);
  return {
    service: {
      id,
      request: requestOf(0, 1, 500),
      replicas: { min: 0, max: 1 },
      concurrency,
      startMs: milliseconds(startMs),
      scaling: { keepAliveMs: milliseconds(0), headroom: 0 },
    },
    objective: { waitMs: 10, quantile },
    requests: { service: id, arrivalMs, serveMs },
  };
}

test("who comes first is served first, by the slot that is free first", () => {
  const times = { arrivalMs: Float64Array.of(0, 0, 5, 6), serveMs: Float64Array.of(20, 10, 3, 50) };
  assert.deepEqual(waitsInLine(times, 1, 0), Float64Array.of(0, 20, 25, 27));
  assert.deepEqual(waitsInLine(times, 2, 0), Float64Array.of(0, 0, 5, 7));
  assert.deepEqual(waitsInLine(times, 2, 4), Float64Array.of(4, 4, 9, 11));
});

test("replicas are as few as the objective allows", () => {
  const five = [0, 0, 0, 0, 0].map((arrival) => [arrival, 100] as const);
  assert.equal(fewestReplicas(planOf(five, 1)), 5);
  assert.equal(fewestReplicas(planOf(five, 0.6)), 3);
  assert.equal(fewestReplicas(planOf(five, 1, { concurrency: 2 })), 3);
  assert.equal(fewestReplicas(planOf([], 1)), 1);
  assert.equal(fewestReplicas(planOf(five, 1, { startMs: 11 })), undefined);
});

test("waits are those of the engine with all replicas awake, for any requests", () => {
  const times = fc.array(fc.tuple(fc.nat(300), fc.integer({ min: 1, max: 60 })), { maxLength: 25 });
  const counts = fc.record({
    replicas: fc.integer({ min: 1, max: 4 }),
    concurrency: fc.integer({ min: 1, max: 3 }),
    startMs: fc.nat(50),
  });
  const property = fc.property(times, counts, (pairs, { replicas, concurrency, startMs }) => {
    const sorted = pairs.toSorted(([left], [right]) => left - right);
    const plan = planOf(sorted, 1, { concurrency, startMs });
    const service = { ...plan.service, replicas: { min: replicas, max: replicas } };
    const { books } = runWorkload({
      workload: {
        events: [
          ...cloneNodes(shape, "n", 1).map((node) => ({ kind: "node-added", node }) as const),
          { kind: "service-set", service } as const,
        ].map((event) => ({ atMs: 0, event })),
        jobs: [],
        requests: [plan.requests],
      },
      policy: "best-fit",
      seed: 1,
      graceMs: milliseconds(0),
      sampleMs: 1000,
    });
    assert.deepEqual(books.services[0].waitMs, waitsAwake(plan, plan.requests, replicas));
  });
  fc.assert(property, { numRuns: 100 });
});

test("the share in time counts waits up to the objective's", () => {
  const plan = planOf([], 1);
  assert.equal(attainmentOf(plan, Float64Array.of(0, 10, 11, 12)), 0.5);
  assert.equal(attainmentOf(plan, new Float64Array(0)), 1);
});

test("replicas fill nodes by devices, CPU and memory", () => {
  assert.equal(replicasOnNode(requestOf(0, 1, 500), shape), 4);
  assert.equal(replicasOnNode(requestOf(3000, 1, 500), shape), 2);
  assert.equal(replicasOnNode(requestOf(0, 2, 600), shape), 1);
  assert.equal(nodesFor([{ request: requestOf(0, 1, 500), count: 9 }], shape), 3);
  const large = { request: requestOf(0, 2, 600), count: 2 };
  // Two nodes have 400 milli left on each of two devices, which hold four.
  const small = { request: requestOf(0, 1, 400), count: 5 };
  assert.equal(nodesFor([large, small], shape), 3);
  assert.throws(() => nodesFor([{ request: requestOf(0, 3, 1000), count: 1 }], shape), RangeError);
});
