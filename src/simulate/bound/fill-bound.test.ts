import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import type { FillInput } from "../fill-input.ts";
import { generateNodes, generatePods } from "../generated-fill.ts";
import { boundFill } from "./fill-bound.ts";

/** One node of `devices` whole devices, and these arrivals as the course of seed 1. */
function course(devices: number, cpu: number, requests: readonly ResourceRequest[]): FillInput {
  const node = buildNode({ id: "a", cpu, devices: Array.from({ length: devices }, () => 1000) });
  const order = { arrivals: Int32Array.from(requests.keys()), nodeOrder: Int32Array.of(0) };
  return {
    nodes: [node],
    pods: {
      classes: requests.map((request) => ({ request, count: 1 })),
      podClass: Int32Array.from(requests.keys()),
    },
    orders: new Map([[1, order]]),
    load: 9,
  };
}

const share = (milli: number, cpu = 0) => buildRequest({ count: 1, milli, cpu });

test("whoever takes a hard pod has taken the easier ones that came before", () => {
  // Taking 900 alone would be 90 %; but a device that has room for 900 has room for 200.
  const one = boundFill(course(1, 0, [share(200), share(900)]), 1);
  assert.deepEqual([one.allocationAt, one.gpusStranded], [{ 900: 20 }, 0.8]);
  const two = boundFill(course(2, 0, [share(200), share(900)]), 1);
  assert.deepEqual([two.allocationAt, two.isConverged], [{ 900: 55 }, true]);
  const reversed = boundFill(course(1, 0, [share(900), share(200)]), 1);
  assert.deepEqual(reversed.allocationAt, { 900: 90 });
});

test("work on several devices is as many pieces", () => {
  const pair = (milli: number) => buildRequest({ count: 2, milli });
  // 900 on two devices can only be accepted after 600 on both, which leaves 400.
  const pairs = boundFill(course(2, 0, [pair(600), pair(900)]), 1);
  assert.deepEqual(pairs.allocationAt, { 900: 60 });
});

test("mandatory work may leave no CPU for more", () => {
  const cpuOnly = buildRequest({ cpu: 4 });
  // The harder share of 4 CPU can only be accepted if the work without devices before it was.
  const starved = boundFill(course(1, 7, [cpuOnly, share(500, 4)]), 1);
  assert.deepEqual(starved.allocationAt, { 900: 0 });
  const fed = boundFill(course(1, 8, [cpuOnly, share(500, 4)]), 1);
  assert.deepEqual(fed.allocationAt, { 900: 50 });
});

test("an empty course allocates nothing", () => {
  const empty = boundFill(course(3, 1, []), 1);
  assert.deepEqual([empty.allocationAt, empty.gpusStranded], [{ 900: 0 }, 3]);
  assert.deepEqual([empty.programs, empty.isConverged], [1, true]);
});

test("the same course gives the same bound", () => {
  const input = { nodes: generateNodes(20, 3), pods: generatePods(400, 3), load: 1.3 };
  const first = boundFill(input, 42);
  assert.deepEqual(boundFill(input, 42), first);
  assert.ok(first.allocationAt[130] <= 100 && first.allocationAt[130] > 50);
});
