import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arbitraryProfile } from "../../../test/support/cluster-arbitraries.ts";
import { naiveFragmentation, naiveTypical } from "../../../test/support/naive-scores.ts";
import { buildModel } from "../../../test/support/run-script.ts";
import { NO_KIND } from "../cluster/kind-table.ts";

const state = fc.record({
  kind: fc.constantFrom("A", "B", "C", "D"),
  cpuFree: fc.constantFrom(0, 499, 500, 999, 1000, 4000, 8000, 200_000),
  milliFree: fc.array(fc.constantFrom(0, 1, 100, 249, 250, 500, 999, 1000), { maxLength: 6 }),
});

test("P7: F is the sum term by term, to the last bit, remembered or not", () => {
  fc.assert(
    fc.property(arbitraryProfile, fc.array(state, { maxLength: 40 }), (profile, states) => {
      const model = buildModel("fgd", profile);
      const typical = naiveTypical(profile);
      for (const { kind, cpuFree, milliFree } of [...states, ...states]) {
        const count = milliFree.length;
        const set = model.states.sets.intern(Int32Array.from(milliFree), 0, count);
        const index = count === 0 ? NO_KIND : model.kinds.intern(kind)!;
        const naive = naiveFragmentation(typical, {
          kind: count === 0 ? undefined : kind,
          cpuFree,
          milliFree: milliFree.toSorted((left, right) => left - right),
          sorts: new Set(),
        });
        assert.equal(model.fragmentation.of(index, cpuFree, set), naive);
      }
    }),
    { numRuns: 300 },
  );
});
