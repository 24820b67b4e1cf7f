import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel } from "../../../test/support/run-script.ts";
import { scoreOf } from "../../../test/support/score-state.ts";

const model = buildModel("gpu-packing");

function whole(count: number): number[] {
  return Array.from({ length: count }, () => 1000);
}

test("P11: work without devices scores 0 everywhere", () => {
  assert.equal(scoreOf(model, { cpu: 4000 }, buildRequest({ cpu: 4000 })), 0);
  assert.equal(scoreOf(model, { cpu: 4000, devices: whole(2) }, buildRequest({})), 0);
});

test("P11: of nodes that are wholly free, the larger or the small ones", () => {
  const scores = [1, 2, 8, 16, 17, 20, 40].map((devices) =>
    scoreOf(model, { devices: whole(devices) }, buildRequest({ count: 1, milli: 100 })),
  );
  assert.deepEqual(scores, [32, 31, 25, 17, 17, 20, 40]);
});

test("P11: free devices of a node in use, the fewer the better", () => {
  const scores = [1, 4, 17, 18, 30].map((count) =>
    scoreOf(model, { devices: [500, ...whole(30)] }, buildRequest({ count })),
  );
  assert.deepEqual(scores, [49, 46, 33, 33, 33]);
  const half = buildRequest({ count: 2, milli: 500 });
  assert.equal(scoreOf(model, { devices: [1000, 1000, 500] }, half), 49);
});

test("P11: devices in use before any others, the fuller the better", () => {
  const used = [700, 1000, 300, 450];
  const scores = [100, 300, 301, 451, 700].map((milli) =>
    scoreOf(model, { devices: used }, buildRequest({ count: 1, milli })),
  );
  assert.deepEqual(scores, [97, 97, 96, 93, 93]);
  // 300 + 450 = 750, then 750 + 700 = 1450.
  assert.equal(scoreOf(model, { devices: used }, buildRequest({ count: 2, milli: 300 })), 93);
  assert.equal(scoreOf(model, { devices: used }, buildRequest({ count: 3, milli: 300 })), 86);
  const many = [900, 900, 900, 900, 900, 900];
  assert.equal(scoreOf(model, { devices: many }, buildRequest({ count: 6, milli: 900 })), 50);
});
