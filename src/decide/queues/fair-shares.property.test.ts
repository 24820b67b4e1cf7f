import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  type NaiveShare,
  naiveShares,
  ownPart,
  sumOf,
} from "../../../test/support/water-filling.ts";
import { type Claim, fairShares, NO_PARENT } from "./fair-shares.ts";

const amount = fc.oneof(fc.constantFrom(0, 1, 8000), fc.nat(20_000));
const draft = fc.record({
  under: fc.nat(),
  guaranteed: amount,
  above: fc.option(amount),
  weight: fc.oneof(
    fc.constant(1),
    fc.integer({ min: 1, max: 1_000_000 }),
    fc.integer({ min: 1, max: 9 }),
  ),
  demand: amount,
  borrows: fc.boolean(),
});

/** Any tree; a child's guarantee is cut to what its parent's leaves. */
const claims = fc.array(draft, { maxLength: 24, size: "max" }).map((drafts) => {
  const left: number[] = [];
  return drafts.map(({ under, guaranteed, above, weight, demand, borrows }, position): Claim => {
    const parent = (under % (position + 1)) - 1;
    const own = parent === NO_PARENT ? guaranteed : Math.min(guaranteed, left[parent]);
    if (parent !== NO_PARENT) left[parent] -= own;
    left.push(own);
    const limit = above === null ? Infinity : own + above;
    return { parent, guaranteed: own, limit, weight, demand, borrows };
  });
});

function isClose(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-6 * Math.max(1, Math.abs(left), Math.abs(right));
}

test("Q2: the shares are those of a bisection on the water level", () => {
  fc.assert(
    fc.property(fc.nat(100_000), claims, (capacity, claims) => {
      const expected = naiveShares(capacity, claims).shares;
      for (const [position, share] of fairShares(capacity, claims).entries()) {
        assert.ok(isClose(share, expected[position].share), `${position}: ${share}`);
      }
    }),
    { numRuns: 1000 },
  );
});

test("Q2: shares stay within bounds, keep guarantees, waste nothing and follow weights", () => {
  fc.assert(
    fc.property(fc.nat(100_000), claims, (capacity, claims) => {
      const { tops, shares } = naiveShares(capacity, claims);
      for (const [position, share] of fairShares(capacity, claims).entries()) {
        shares[position].share = share;
      }
      checkSiblings(capacity, tops);
      for (const { share, children } of shares)
        if (children.length > 0) checkSiblings(share, children);
    }),
    { numRuns: 1000 },
  );
});

function checkSiblings(amount: number, siblings: readonly NaiveShare[]): void {
  const given = sumOf(siblings, ({ share }) => share);
  assert.ok(
    isClose(
      given,
      Math.min(
        amount,
        sumOf(siblings, ({ wanted }) => wanted),
      ),
    ),
  );
  const isScarce = sumOf(siblings, ownPart) > amount;
  for (const each of siblings) {
    const { share, wanted, claim } = each;
    assert.ok(share >= 0 && (share <= wanted || isClose(share, wanted)));
    assert.ok(share <= claim.limit || isClose(share, claim.limit));
    if (!isScarce) assert.ok(share >= ownPart(each) || isClose(share, ownPart(each)));
  }
  const levelOf = (each: NaiveShare) =>
    isScarce
      ? each.share / each.claim.guaranteed
      : (each.share - ownPart(each)) / each.claim.weight;
  const capOf = (each: NaiveShare) => (isScarce ? ownPart(each) : each.wanted);
  const unsatisfied = siblings.filter((each) => !isClose(each.share, capOf(each)));
  for (const each of unsatisfied) assert.ok(isClose(levelOf(each), levelOf(unsatisfied[0])));
}

test("Q2: more weight, with all else equal, never gives less", () => {
  fc.assert(
    fc.property(fc.nat(100_000), claims, fc.nat(), (capacity, claims, pick) => {
      if (claims.length === 0) return;
      const chosen = pick % claims.length;
      const heavier = claims.map((claim, position) =>
        position === chosen ? Object.assign({}, claim, { weight: claim.weight + 5 }) : claim,
      );
      const [before, after] = [fairShares(capacity, claims), fairShares(capacity, heavier)];
      assert.ok(after[chosen] >= before[chosen] - 1e-6 * Math.max(1, before[chosen]));
    }),
  );
});
