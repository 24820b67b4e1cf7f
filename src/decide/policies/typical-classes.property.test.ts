import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { arbitraryProfile } from "../../../test/support/cluster-arbitraries.ts";
import { naiveTypical } from "../../../test/support/naive-scores.ts";
import { KindTable } from "../cluster/kind-table.ts";
import { typicalClasses } from "./typical-classes.ts";

test("P6: as counted one class after the other, to the last bit of a weight", () => {
  fc.assert(
    fc.property(arbitraryProfile, (profile) => {
      const kinds = new KindTable();
      const typical = typicalClasses(profile, kinds);
      const naive = naiveTypical(profile).map(({ kinds: names, ...rest }) =>
        Object.assign(rest, { kinds: kinds.mask(names) }),
      );
      assert.deepEqual(typical, naive);
    }),
    { numRuns: 500 },
  );
});

test("P6: the weights sum to 1, and the order of a profile makes no difference", () => {
  fc.assert(
    fc.property(arbitraryProfile, ({ classes }) => {
      const kinds = new KindTable();
      const typical = typicalClasses({ classes }, kinds);
      const sum = typical.reduce((sum, { weight }) => sum + weight, 0);
      assert.ok(classes.length === 0 || Math.abs(sum - 1) < 1e-12);
      assert.deepEqual(typicalClasses({ classes: classes.toReversed() }, kinds), typical);
    }),
    { numRuns: 300 },
  );
});
