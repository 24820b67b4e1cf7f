import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../test/support/cluster-arbitraries.ts";
import { requestedMilli } from "../model/resources.ts";
import {
  capacityMilli,
  checkFillInput,
  checkOrders,
  courseOf,
  type FillInput,
} from "./fill-input.ts";
import { generateNodes, generatePods } from "./generated-fill.ts";

const generated: FillInput = {
  nodes: generateNodes(40, 1),
  pods: generatePods(400, 1),
  load: 1.3,
};

function milliOf({ pods }: FillInput, row: number): number {
  return requestedMilli(pods.classes[pods.podClass[row]].request);
}

/** Two devices on one node, and pods of half a device and of none. */
function small(load: number, arrivals?: readonly number[]): FillInput {
  const request = buildRequest({ count: 1, milli: 500 });
  const classes = [
    { request, count: 1 },
    { request: buildRequest({ cpu: 1000 }), count: 1 },
  ];
  const input = {
    nodes: [buildNode({ id: "a", cpu: 9000, devices: [1000, 1000] })],
    pods: { classes, podClass: Int32Array.of(0, 1) },
    load,
  };
  if (arrivals === undefined) return input;
  const order = { arrivals: Int32Array.from(arrivals), nodeOrder: Int32Array.of(0) };
  return { ...input, orders: new Map([[42, order]]) };
}

test("capacity is the milli of all devices", () => {
  assert.equal(capacityMilli([]), 0);
  assert.equal(capacityMilli(small(1).nodes), 2000);
});

test("the same seed gives the same course, another seed another", () => {
  assert.deepEqual(courseOf(generated, 42), courseOf(generated, 42));
  assert.notDeepEqual(courseOf(generated, 42).arrivals, courseOf(generated, 43).arrivals);
  assert.notDeepEqual(courseOf(generated, 42).nodeOrder, courseOf(generated, 43).nodeOrder);
});

test("the course of a seed is what it was: results stay comparable between versions", () => {
  const { arrivals, nodeOrder } = courseOf(generated, 42);
  assert.deepEqual(Array.from(arrivals.slice(0, 8)), [273, 331, 395, 247, 130, 176, 202, 24]);
  assert.deepEqual(Array.from(nodeOrder.slice(0, 8)), [12, 30, 20, 0, 8, 9, 1, 2]);
  assert.equal(arrivals.length, 380);
});

test("every node stands once in the order of nodes", () => {
  const { nodeOrder } = courseOf(generated, 42);
  assert.deepEqual(
    [...nodeOrder].sort((left, right) => left - right),
    [...Array(40).keys()],
  );
});

test("each pod arrives once before the first clone", () => {
  const { arrivals } = courseOf({ ...generated, load: 3 }, 42);
  assert.ok(arrivals.length > 400);
  assert.equal(new Set(arrivals.slice(0, 400)).size, 400);
});

for (const load of [0.1, 1, 1.3, 3]) {
  test(`the course of load ${load} ends below it, and one more pod would pass it`, () => {
    const input = { ...generated, load };
    const { arrivals } = courseOf(input, 42);
    const requested = arrivals.reduce((sum, row) => sum + milliOf(input, row), 0);
    const limit = load * capacityMilli(input.nodes);
    assert.ok(requested <= limit);
    assert.ok(requested > limit - 8000, "8 devices are the most that one pod asks for");
    const longer = courseOf({ ...input, load: load + 0.2 }, 42);
    assert.deepEqual(longer.arrivals.slice(0, arrivals.length), arrivals);
    assert.ok(requested + milliOf(input, longer.arrivals[arrivals.length]) > limit);
  });
}

test("given orders are taken as they are", () => {
  const input = small(1, [0, 0, 1, 0]);
  assert.equal(courseOf(input, 42), input.orders?.get(42));
});

test("a cluster without a device or pods without a wish for one have no load", () => {
  const files = { nodes: "nodes.csv", pods: "pods.csv" };
  const { nodes, pods } = small(1);
  checkFillInput({ nodes, pods, load: 1 }, files);
  const bare = [buildNode({ id: "a", cpu: 9000 })];
  const refusal = { code: "nothing-to-fill", place: { file: "nodes.csv" } };
  assert.throws(() => checkFillInput({ nodes: bare, pods, load: 1 }, files), refusal);
  const idle = { classes: [pods.classes[1]], podClass: Int32Array.of(0) };
  const refused = { code: "nothing-to-fill", place: { file: "pods.csv" } };
  assert.throws(() => checkFillInput({ nodes, pods: idle, load: 1 }, files), refused);
});

test("orders that end before the load are refused, up to half a percent", () => {
  checkOrders(small(1, [0, 0, 0, 1, 0]), [42], "orders.json");
  const early = small(1.3, [0, 0, 0, 1, 0]);
  assert.throws(() => checkOrders(early, [42], "orders.json"), {
    code: "orders-mismatch",
    place: { file: "orders.json" },
    message: /seed 42 end at 100 % .* 130 %/,
  });
});
