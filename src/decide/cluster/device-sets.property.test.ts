import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DeviceSets } from "./device-sets.ts";

const milli = fc.oneof(fc.constantFrom(0, 100, 500, 1000), fc.integer({ min: 0, max: 1000 }));
const devices = fc.array(milli, { maxLength: 9 });

function intern(sets: DeviceSets, milli: readonly number[]): number {
  return sets.intern(Int32Array.from(milli), 0, milli.length);
}

function ranked(sets: DeviceSets, set: number): number[] {
  return Array.from({ length: sets.count(set) }, (_, rank) => sets.at(set, rank));
}

function ascending(milli: readonly number[]): number[] {
  return milli.toSorted((left, right) => left - right);
}

test("a set is its devices in ascending order, with their sum and the whole ones", () => {
  fc.assert(
    fc.property(fc.array(devices), (lists) => {
      const sets = new DeviceSets();
      for (const list of lists) {
        const set = intern(sets, list);
        assert.deepEqual(ranked(sets, set), ascending(list));
        assert.equal(
          sets.milliFree[set],
          list.reduce((sum, each) => sum + each, 0),
        );
        assert.equal(sets.wholeFree[set], list.filter((each) => each === 1000).length);
      }
    }),
  );
});

test("replace changes one device of that amount, each time it is asked", () => {
  fc.assert(
    fc.property(
      devices.filter((list) => list.length > 0),
      fc.array(fc.record({ pick: fc.nat(20), to: milli }), { maxLength: 30 }),
      (start, changes) => {
        const sets = new DeviceSets();
        const naive = [...start];
        let set = intern(sets, naive);
        for (const { pick, to } of changes) {
          const from = naive[pick % naive.length];
          naive[pick % naive.length] = to;
          const before = set;
          set = sets.replace(before, from, to);
          assert.deepEqual(ranked(sets, set), ascending(naive));
          assert.equal(sets.replace(before, from, to), set);
          assert.equal(intern(sets, naive), set);
        }
      },
    ),
  );
});

test("P1, P4: fits and take are those of a sorted array", () => {
  fc.assert(
    fc.property(
      devices,
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 1000 }),
      (list, count, milli) => {
        const sets = new DeviceSets();
        const set = intern(sets, list);
        const fitting = ascending(list.filter((each) => each >= milli));
        const rest = list.filter((each) => each < milli);
        assert.equal(sets.fits(set, count, milli), fitting.length >= count);
        assert.equal(sets.firstFitting(set, milli), rest.length);
        if (fitting.length < count) return;
        const after = fitting.map((each, rank) => (rank < count ? each - milli : each));
        assert.deepEqual(
          ranked(sets, sets.take(set, count, milli)),
          ascending([...rest, ...after]),
        );
      },
    ),
    { numRuns: 500 },
  );
});
