import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { arrivalClasses, countBefore, isAsHard } from "./arrival-classes.ts";

const input = {
  nodes: [buildNode({ id: "a", cpu: 1 })],
  pods: {
    classes: [1, 2, 3].map((cpu) => ({ request: buildRequest({ cpu }), count: 1 })),
    podClass: Int32Array.of(0, 1, 2, 1),
  },
  load: 1,
};

test("classes stand in order of first arrival, with the indices of their arrivals", () => {
  const classes = arrivalClasses(input, Int32Array.of(3, 0, 1, 1, 2), 4);
  assert.deepEqual(
    classes.map(({ request, arrivals }) => [request.cpu, ...arrivals]),
    [
      [2, 0, 2, 3],
      [1, 1],
    ],
  );
  assert.deepEqual(
    [0, 1, 2, 3, 4, 9].map((time) => countBefore(classes[0], time)),
    [0, 1, 1, 2, 3, 3],
  );
});

test("as hard is what asks for at least as much of everything, of no more kinds", () => {
  const share = { cpu: 4, memory: 4, count: 1, milli: 500, kinds: ["A", "B"] };
  const cases: readonly [change: Partial<typeof share>, isAsHard: boolean, isEasier: boolean][] = [
    [{}, true, true],
    [{ cpu: 5 }, true, false],
    [{ memory: 5 }, true, false],
    [{ milli: 501 }, true, false],
    [{ count: 2 }, true, false],
    [{ kinds: ["B"] }, true, false],
    [{ kinds: ["B", "A"] }, true, true],
    [{ kinds: [] }, false, true],
    [{ kinds: ["B", "C"] }, false, false],
    [{ count: 0 }, false, true],
    [{ cpu: 3, count: 2 }, false, false],
    [{ count: 2, milli: 250 }, false, false],
  ];
  for (const [change, isHarder, isEasier] of cases) {
    const [left, right] = [buildRequest({ ...share, ...change }), buildRequest(share)];
    const seen = [isAsHard(left, right), isAsHard(right, left)];
    assert.deepEqual(seen, [isHarder, isEasier], JSON.stringify(change));
  }
});
