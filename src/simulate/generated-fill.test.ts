import assert from "node:assert/strict";
import { test } from "node:test";
import { DEVICE_MILLI } from "../model/units.ts";
import { generateNodes, generatePods } from "./generated-fill.ts";

test("the same seed gives the same cluster and pods, another seed others", () => {
  assert.deepEqual(generateNodes(50, 7), generateNodes(50, 7));
  assert.notDeepEqual(generateNodes(50, 7), generateNodes(50, 8));
  assert.deepEqual(generatePods(500, 7), generatePods(500, 7));
  assert.notDeepEqual(generatePods(500, 7), generatePods(500, 8));
});

test("a smaller cluster of a seed is the start of a larger one", () => {
  assert.deepEqual(generateNodes(20, 7), generateNodes(50, 7).slice(0, 20));
});

test("nodes have names of their own, and devices that are wholly free and of one kind", () => {
  const nodes = generateNodes(300, 1);
  assert.equal(new Set(nodes.map(({ id }) => id)).size, 300);
  for (const { devices } of nodes) {
    assert.ok(devices.length >= 1 && devices.length <= 8);
    assert.equal(new Set(devices.map(({ kind }) => kind)).size, 1);
    assert.ok(devices.every(({ milliFree }) => milliFree === DEVICE_MILLI));
  }
});

test("the pods of a class are as many as the class counts, and no two classes are equal", () => {
  const { classes, podClass } = generatePods(3000, 1);
  assert.equal(podClass.length, 3000);
  const counts = classes.map((_, index) => podClass.filter((of) => of === index).length);
  assert.deepEqual(
    classes.map(({ count }) => count),
    counts,
  );
  assert.equal(new Set(classes.map(({ request }) => JSON.stringify(request))).size, classes.length);
});

test("pods ask for devices about as often as published: 13.3 % for none, 37.8 % for a share", () => {
  const { classes } = generatePods(20_000, 1);
  const percentOf = (isMeant: (milli: number | undefined, count: number) => boolean) =>
    classes
      .filter(({ request: { accelerators } }) =>
        isMeant(accelerators?.milli, accelerators?.count ?? 0),
      )
      .reduce((sum, { count }) => sum + count, 0) / 200;
  assert.ok(Math.abs(percentOf((_, count) => count === 0) - 13.3) < 1);
  assert.ok(Math.abs(percentOf((milli, count) => count === 1 && milli !== 1000) - 37.8) < 1);
  assert.ok(Math.abs(percentOf((milli, count) => count === 1 && milli === 1000) - 48) < 1);
});
