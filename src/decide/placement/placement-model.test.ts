import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel, buildScheduler, runSteps } from "../../../test/support/run-script.ts";
import { internState, scoreOf } from "../../../test/support/score-state.ts";
import { noRandom } from "../../../test/support/scripted-random.ts";
import { workId } from "../../model/ids.ts";
import { PlacementModel } from "./placement-model.ts";
import { leastFreeFirst, type PlacementPolicy } from "./placement-policy.ts";

/** A policy whose scores are looked up by state and class, and which notes what it was asked. */
function tablePolicy(scoreOf: (state: number, request: number) => number) {
  const asked: string[] = [];
  const policy: PlacementPolicy = {
    name: "table",
    source: "this test",
    readsHistory: false,
    isRandom: false,
    prepare: () => ({
      score(state, request) {
        asked.push(`${state} ${request}`);
        return scoreOf(state, request);
      },
      deviceScore: leastFreeFirst,
    }),
  };
  return { asked, model: new PlacementModel(policy, { classes: [] }) };
}

test("P13: a score is computed once for each state and class, and remembered for good", () => {
  const { asked, model } = tablePolicy((state, request) => state * 1000 - request);
  const pairs = [0, 3, 255, 256, 700].flatMap((state) => [0, 2, 1].map((cls) => [state, cls]));
  for (const [state, request] of [...pairs, ...pairs.toReversed()]) {
    const expected = Math.min(state * 1000 - request, 32_000);
    assert.equal(model.score(state, request), expected);
  }
  assert.equal(asked.length, pairs.length);
});

test("P13: a score beyond 32,000 counts as 32,000, on either side", () => {
  const { model } = tablePolicy((state) => [32_000, 32_001, 1e9, -32_000, -32_001, -1e9][state]);
  assert.deepEqual(
    [0, 1, 2, 3, 4, 5].map((state) => model.score(state, 0)),
    [32_000, 32_000, 32_000, -32_000, -32_000, -32_000],
  );
});

test("P13: a score that is no integer is a bug of its policy", () => {
  for (const score of [0.5, Number.NaN, Number.NEGATIVE_INFINITY]) {
    const { model } = tablePolicy(() => score);
    assert.throws(() => model.score(0, 0), /policy table scored .*, which is no integer/);
  }
});

test("P13, P9, P10: the largest nodes and requests that are valid have a score", () => {
  const cpu = 2 ** 31 - 1;
  const giant = { cpu, devices: Array.from({ length: 1024 }, () => 1000) };
  assert.equal(scoreOf(buildModel("best-fit"), giant, buildRequest({})), -32_000);
  assert.equal(scoreOf(buildModel("dot-product"), giant, buildRequest({ cpu })), -32_000);
  const scheduler = buildScheduler("best-fit", [buildNode({ id: "a", ...giant })]);
  const request = buildRequest({ count: 1 });
  const [, actions] = runSteps(
    scheduler,
    [{ kind: "work-submitted", work: workId("w"), request }, { kind: "decide" }],
    noRandom,
  );
  assert.deepEqual(actions, [{ kind: "place", work: "w", node: "a", devices: [0] }]);
});

test("equal nodes are one state, whatever their devices' order", () => {
  const model = buildModel("fgd");
  const state = internState(model, { cpu: 4000, devices: [1000, 300] });
  assert.equal(internState(model, { cpu: 4000, devices: [300, 1000] }), state);
  for (const other of [
    { cpu: 4001, devices: [1000, 300] },
    { cpu: 4000, devices: [1000, 301] },
    { cpu: 4000, devices: [1000, 300], kind: "B" },
    { cpu: 4000, devices: [1000, 300], history: 1 },
  ]) {
    assert.notEqual(internState(model, other), state);
  }
});
