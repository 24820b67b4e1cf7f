import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel } from "../../../test/support/run-script.ts";
import { scoreOf } from "../../../test/support/score-state.ts";

const EIGHT_WHOLE = [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000];

test("P9: best-fit scores what would be left", () => {
  const model = buildModel("best-fit");
  // 80,000 of 128,000 milli-CPU and 6000 of 8000 milli left: 1 − (0.3125 + 0.375).
  const request = buildRequest({ cpu: 16_000, count: 2 });
  assert.equal(scoreOf(model, { cpu: 96_000, devices: EIGHT_WHOLE }, request), 31);
  // 0 and 7500 left: 1 − 0.46875.
  const share = buildRequest({ cpu: 96_000, count: 1, milli: 500 });
  assert.equal(scoreOf(model, { cpu: 96_000, devices: EIGHT_WHOLE }, share), 53);
  assert.equal(scoreOf(model, { cpu: 64_000 }, buildRequest({ cpu: 64_000 })), 100);
});

test("P9: a node larger than the published scale scores below 0, cut towards 0", () => {
  const model = buildModel("best-fit");
  assert.equal(scoreOf(model, { cpu: 256_000 }, buildRequest({})), 0);
  // 1 − 300,000 / 256,000 = −0.171875.
  assert.equal(scoreOf(model, { cpu: 300_000 }, buildRequest({})), -17);
});
