import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { buildModel, buildScheduler, runSteps } from "../../../test/support/run-script.ts";
import { scoreOf } from "../../../test/support/score-state.ts";
import { noRandom } from "../../../test/support/scripted-random.ts";
import { workId } from "../../model/ids.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { sortBit } from "../cluster/cluster-table.ts";

const model = buildModel("gpu-clustering");
const SHARE = buildRequest({ count: 1, milli: 300 });
const ONE = buildRequest({ count: 1 });
const TWO = buildRequest({ count: 2 });

function bitOf(request: ResourceRequest): number {
  return sortBit(model.classes, model.classes.intern(request)!);
}

test("P12: shares of any size are one sort, and so is each number of devices", () => {
  assert.equal(bitOf(buildRequest({ count: 1, milli: 999 })), bitOf(SHARE));
  assert.equal(bitOf(buildRequest({ count: 2, milli: 500 })), bitOf(TWO));
  assert.equal(bitOf(buildRequest({ cpu: 4000 })), 0);
  const bits = [SHARE, ...[1, 2, 3, 8, 29, 30].map((count) => buildRequest({ count }))].map(bitOf);
  assert.equal(new Set(bits).size, bits.length);
  for (const bit of bits) assert.equal(bit & (bit - 1), 0);
});

test("P12: alone 75, mixed 50, nothing yet 25, only others 0", () => {
  const devices = [1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000];
  const scores = (history: number) =>
    [SHARE, ONE, TWO].map((request) => scoreOf(model, { devices, history }, request));
  assert.deepEqual(scores(0), [25, 25, 25]);
  assert.deepEqual(scores(bitOf(SHARE)), [75, 0, 0]);
  assert.deepEqual(scores(bitOf(SHARE) + bitOf(TWO)), [50, 0, 50]);
  assert.equal(scoreOf(model, { cpu: 4000, devices, history: bitOf(ONE) }, buildRequest({})), 0);
});

test("P12: the fuller node first, cut towards 0", () => {
  const free = (...devices: number[]) => scoreOf(model, { devices }, SHARE);
  // 25 · 6000 / 8000 = 18.75; 25 · 7000 / 8000 = 21.875.
  assert.equal(free(1000, 1000), 43);
  assert.equal(free(1000), 46);
  // On more than the published 8 devices: 25 · −1000 / 8000 = −3.125.
  assert.equal(free(1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000), 22);
});

test("P12: a node remembers a sort whose work has ended", () => {
  const node = (id: string) => buildNode({ id, cpu: 0, devices: [1000, 1000] });
  const scheduler = buildScheduler("gpu-clustering", [node("a"), node("b")]);
  const submit = (id: string, request: ResourceRequest) =>
    ({ kind: "work-submitted", work: workId(id), request }) as const;
  const decide = { kind: "decide" } as const;
  runSteps(
    scheduler,
    [submit("share", SHARE), decide, { kind: "work-ended", work: workId("share") }],
    noRandom,
  );
  const outcomes = runSteps(scheduler, [submit("one", ONE), decide], noRandom);
  assert.deepEqual(outcomes[1], [{ kind: "place", work: "one", node: "b", devices: [0] }]);
  const later = runSteps(scheduler, [submit("next", SHARE), decide], noRandom);
  assert.deepEqual(later[1], [{ kind: "place", work: "next", node: "a", devices: [0] }]);
});
