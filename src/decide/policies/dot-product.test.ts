import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel } from "../../../test/support/run-script.ts";
import { scoreOf } from "../../../test/support/score-state.ts";

const EIGHT_WHOLE = [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000];

test("P10: dot-product scores what is free before against what is asked for", () => {
  const model = buildModel("dot-product");
  // 0.75 · 0.125 + 1 · 0.25 = 0.34375; 1 − 0.171875.
  const request = buildRequest({ cpu: 16_000, count: 2 });
  assert.equal(scoreOf(model, { cpu: 96_000, devices: EIGHT_WHOLE }, request), 82);
  // 0.5 · 0.5 + 0.5 · 0.025, with what is free on all devices of the node.
  const share = buildRequest({ cpu: 64_000, count: 1, milli: 200 });
  assert.equal(scoreOf(model, { cpu: 64_000, devices: [...EIGHT_WHOLE.slice(4), 0] }, share), 86);
  assert.equal(scoreOf(model, { cpu: 128_000 }, buildRequest({ cpu: 128_000 })), 50);
  assert.equal(scoreOf(model, { cpu: 128_000 }, buildRequest({})), 100);
});
