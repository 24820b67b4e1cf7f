import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TournamentTree, UNFIT } from "./tournament-tree.ts";

const score = fc.oneof(fc.constant(UNFIT), fc.integer({ min: -3, max: 3 }), fc.constant(32_000));

/** Rows around the powers of 32, where a tree gets one more level. */
const rows = fc.oneof(fc.integer({ min: 0, max: 70 }), fc.constantFrom(1023, 1024, 1025, 1100));

const change = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ row: fc.nat(2000), score }),
  },
  { weight: 1, arbitrary: fc.record({ scores: fc.array(score, { minLength: 1, maxLength: 7 }) }) },
);

test("P2: the winner is the first maximum, after any changes", () => {
  fc.assert(
    fc.property(rows, fc.array(change, { maxLength: 120, size: "max" }), (rows, changes) => {
      const tree = new TournamentTree(rows);
      const naive = Array.from({ length: rows }, () => UNFIT);
      for (const change of changes) {
        if ("scores" in change) {
          naive.forEach((_, row) => {
            naive[row] = change.scores[row % change.scores.length];
          });
          tree.fill((row) => naive[row]);
        } else if (rows > 0) {
          naive[change.row % rows] = change.score;
          tree.set(change.row % rows, change.score);
        }
        assert.equal(tree.best(), firstMaximum(naive));
        assert.equal(tree.top, Math.max(UNFIT, ...naive));
      }
    }),
    { numRuns: 300 },
  );
});

function firstMaximum(scores: readonly number[]): number {
  const maximum = Math.max(UNFIT, ...scores);
  return maximum === UNFIT ? -1 : scores.indexOf(maximum);
}
