import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildScheduler } from "../../../test/support/run-script.ts";
import {
  congruentialRandom,
  noRandom,
  scriptedRandom,
} from "../../../test/support/scripted-random.ts";
import { workId } from "../../model/ids.ts";
import type { Random } from "../../model/random.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { milliseconds } from "../../model/units.ts";

const NODES = [
  buildNode({ id: "small", cpu: 1000, devices: [1000, 1000] }),
  buildNode({ id: "first", cpu: 4000, devices: [500, 200, 1000, 300] }),
  buildNode({ id: "other", cpu: 4000, kind: "B", devices: [1000, 1000, 400, 400] }),
  buildNode({ id: "plain", cpu: 4000 }),
];

function placeOn(random: Random, request: ResourceRequest) {
  const scheduler = buildScheduler("random", NODES);
  scheduler.apply({ kind: "work-submitted", work: workId("w"), request });
  const [action] = scheduler.decide(milliseconds(0), random);
  return action?.kind === "place" ? `${action.node} ${action.devices.join()}`.trim() : "wait";
}

test("P5: each number of the bound stands for one node that fits, in node order", () => {
  const plain = buildRequest({ cpu: 4000 });
  const numbers = [0, 1, 2];
  assert.deepEqual(
    numbers.map((number) => placeOn(scriptedRandom(number), plain)),
    ["first", "other", "plain"],
  );
  const random = scriptedRandom(1);
  placeOn(random, plain);
  assert.deepEqual(random.bounds, [3]);
});

test("P5: a share draws among the devices that fit, in order of their index", () => {
  const share = buildRequest({ cpu: 4000, count: 1, milli: 300 });
  assert.deepEqual(
    [0, 1, 2].map((number) => placeOn(scriptedRandom(0, number), share)),
    ["first 0", "first 2", "first 3"],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((number) => placeOn(scriptedRandom(1, number), share)),
    ["other 0", "other 1", "other 2", "other 3"],
  );
  const random = scriptedRandom(0, 2);
  placeOn(random, share);
  assert.deepEqual(random.bounds, [2, 3]);
});

test("P4, P5: more than a share draws a node only", () => {
  const request = buildRequest({ cpu: 4000, count: 2, milli: 300 });
  const random = scriptedRandom(0);
  assert.equal(placeOn(random, request), "first 0,3");
  assert.deepEqual(random.bounds, [2]);
});

test("P5: where nothing fits nothing is drawn", () => {
  assert.equal(placeOn(noRandom, buildRequest({ cpu: 4001 })), "wait");
});

test("P5: nodes and devices are drawn about as often as each other", () => {
  const random = congruentialRandom(42);
  const draws = 12_000;
  const counts = new Map<string, number>();
  for (let draw = 0; draw < draws; draw += 1) {
    const place = placeOn(random, buildRequest({ cpu: 4000, count: 1, milli: 300 }));
    counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  // Half of the draws for each node; a third of them for each device of one, a quarter of the other.
  let chiSquare = 0;
  for (const [place, count] of counts) {
    const expected = draws / (place.startsWith("first") ? 6 : 8);
    chiSquare += (count - expected) ** 2 / expected;
  }
  assert.equal(counts.size, 7);
  assert.ok(chiSquare < 22.5, `${chiSquare} with 6 degrees of freedom: 1 in 1000 is above 22.46`);
});
