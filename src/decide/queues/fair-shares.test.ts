import assert from "node:assert/strict";
import { test } from "node:test";
import { type Claim, fairShares, NO_PARENT } from "./fair-shares.ts";

function claim(options: Partial<Claim>): Claim {
  const plain = { parent: NO_PARENT, guaranteed: 0, limit: Infinity, weight: 1, demand: 1000 };
  return { ...plain, borrows: true, ...options };
}

function sharesOf(capacity: number, ...claims: Partial<Claim>[]): number[] {
  return [...fairShares(capacity, claims.map(claim))];
}

test("Q2: nobody claims, nobody gets", () => {
  assert.deepEqual(sharesOf(100), []);
  assert.deepEqual(sharesOf(0, {}, {}), [0, 0]);
  assert.deepEqual(sharesOf(100, { demand: 0 }), [0]);
});

test("Q2: what one does not ask for goes to the others in proportion to weight", () => {
  assert.deepEqual(sharesOf(90, {}, {}, {}), [30, 30, 30]);
  assert.deepEqual(sharesOf(90, { demand: 10 }, { weight: 3 }, {}), [10, 60, 20]);
  assert.deepEqual(sharesOf(90, { demand: 10 }, { demand: 20 }), [10, 20]);
});

test("Q2: a guarantee comes first, as far as it is asked for", () => {
  assert.deepEqual(sharesOf(100, { guaranteed: 60 }, {}), [80, 20]);
  assert.deepEqual(sharesOf(100, { guaranteed: 60, demand: 10 }, {}), [10, 90]);
});

test("Q2: guarantees beyond what there is are cut in proportion to them", () => {
  assert.deepEqual(
    sharesOf(60, { guaranteed: 90 }, { guaranteed: 30, weight: 50 }, {}),
    [45, 15, 0],
  );
  assert.deepEqual(sharesOf(60, { guaranteed: 90 }, { guaranteed: 30, demand: 5 }), [55, 5]);
});

test("Q2: a limit, or the guarantee of a queue that does not borrow, ends a share", () => {
  assert.deepEqual(sharesOf(100, { limit: 20 }, {}), [20, 80]);
  assert.deepEqual(sharesOf(100, { guaranteed: 20, borrows: false }, {}), [20, 80]);
  assert.deepEqual(sharesOf(100, { borrows: false }, {}), [0, 100]);
});

test("Q2: children divide what their parent deserves, and ask for no more than it may hold", () => {
  const shares = sharesOf(
    100,
    { limit: 30 },
    { parent: 0, weight: 2 },
    { parent: 0 },
    {},
    { parent: 3, demand: 15 },
  );
  assert.deepEqual(shares, [30, 20, 10, 15, 15]);
});
