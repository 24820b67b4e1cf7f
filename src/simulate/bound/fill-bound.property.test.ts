import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arbitraryRequest, buildNode } from "../../../test/support/cluster-arbitraries.ts";
import { POLICY_NAMES } from "../campaign.ts";
import { FillRunner } from "../fill.ts";
import { capacityMilli, type FillInput } from "../fill-input.ts";
import { generateNodes, generatePods } from "../generated-fill.ts";
import { boundFill, type FillBound } from "./fill-bound.ts";

const SEED = 7;

const arbitraryNodes = fc
  .array(
    fc.record({
      cpu: fc.constantFrom(4000, 8000, 12_000, 96_000),
      memory: fc.constantFrom(16, 64, 1024),
      kind: fc.constantFrom("A", "B", "C"),
      devices: fc
        .integer({ min: 0, max: 4 })
        .map((count) => Array.from({ length: count }, () => 1000)),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((nodes) => nodes.map((node, index) => buildNode({ id: `node-${index}`, ...node })))
  .filter((nodes) => capacityMilli(nodes) > 0);

/** A small cluster and a course of a few classes over it, up to far beyond its capacity. */
const arbitraryInput: fc.Arbitrary<FillInput> = fc
  .record({
    nodes: arbitraryNodes,
    requests: fc.array(arbitraryRequest, { minLength: 1, maxLength: 7 }),
    arrivals: fc.array(fc.nat(1000), { minLength: 1, maxLength: 60, size: "max" }),
    load: fc.constantFrom(0.5, 1.3, 20),
  })
  .map(({ nodes, requests, arrivals, load }) => ({
    nodes,
    pods: {
      classes: requests.map((request) => ({ request, count: 1 })),
      podClass: Int32Array.from(requests.keys()),
    },
    orders: new Map([
      [
        SEED,
        {
          arrivals: Int32Array.from(arrivals, (draw) => draw % requests.length),
          nodeOrder: Int32Array.from(nodes.keys()),
        },
      ],
    ]),
    load,
  }));

/** Runs every policy on the course and compares. */
function assertBounds(input: FillInput, bound: FillBound): void {
  const [load] = Object.keys(bound.allocationAt);
  for (const policy of POLICY_NAMES) {
    const runner = new FillRunner(input, () => 0);
    const result = runner.run({ policy, seed: bound.seed, curves: false });
    assert.ok(
      result.gpusStranded >= bound.gpusStranded,
      `${policy} strands ${result.gpusStranded}, fewer than ${bound.gpusStranded}`,
    );
    const reached = result.allocationAt[load];
    if (reached !== undefined) assert.ok(reached <= bound.allocationAt[load], policy);
  }
}

test("no policy exceeds the bound, on small clusters of every kind", () => {
  fc.assert(
    fc.property(arbitraryInput, (input) => {
      assertBounds(input, boundFill(input, SEED));
    }),
    { seed: 20, numRuns: 150 },
  );
});

test("no policy exceeds the bound on realistic clusters", () => {
  for (const seed of [1, 2]) {
    const input = { nodes: generateNodes(8, seed), pods: generatePods(150, seed), load: 1.3 };
    assertBounds(input, boundFill(input, seed));
  }
});
