import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel } from "../../../test/support/run-script.ts";
import { internState, scoreOf } from "../../../test/support/score-state.ts";

const HALF = buildRequest({ cpu: 2000, count: 1, milli: 500 });
const model = buildModel("fgd", { classes: [{ request: HALF, count: 10 }] });

test("P8: a share scores as on its best device", () => {
  const state = { cpu: 4000, devices: [1000, 300] };
  const share = buildRequest({ count: 1, milli: 300 });
  // F falls from 300 to 0 on the second device: sigmoid(0.3) = 0.5744; on the first it stays.
  assert.equal(scoreOf(model, state, share), 57);
  const onDevice = (milliFree: number) =>
    model.scorer.deviceScore(internState(model, state), model.classes.intern(share)!, milliFree);
  assert.equal(onDevice(300), 57);
  assert.equal(onDevice(1000), 50);
});

test("P8: CPU that is gone strands the devices", () => {
  const state = { cpu: 3000, devices: [1000] };
  // F rises from 0 to 1000: sigmoid(−1) = 0.2689.
  assert.equal(scoreOf(model, state, buildRequest({ cpu: 2000 })), 26);
  assert.equal(scoreOf(model, state, buildRequest({ cpu: 1000 })), 50);
  assert.equal(scoreOf(model, { cpu: 3000 }, buildRequest({ cpu: 2000 })), 50);
});

test("P8, P4: more than a share takes the devices with least left", () => {
  const state = { cpu: 9000, devices: [1000, 600, 400, 700] };
  // 600 and 700 become 0 and 100: F rises from 400 to 500; sigmoid(−0.1) = 0.4750.
  assert.equal(scoreOf(model, state, buildRequest({ count: 2, milli: 600 })), 47);
});

test("P8: a full node that nothing typical fits on gains by being filled", () => {
  // F falls from 2000 to 0 with the CPU that is left too small: sigmoid(2) = 0.8808.
  const state = { cpu: 1000, devices: [1000, 1000] };
  assert.equal(scoreOf(model, state, buildRequest({ count: 2 })), 88);
});
