import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { CutTimes } from "./cut-times.ts";

/** A hard and an easy share, taking turns: hard ones arrive at 0, 2, 4, 6, easy ones between. */
const hard = {
  request: buildRequest({ count: 1, milli: 600 }),
  arrivals: Int32Array.of(0, 2, 4, 6),
};
const easy = {
  request: buildRequest({ count: 1, milli: 500 }),
  arrivals: Int32Array.of(1, 3, 5, 7),
};

test("a class is accepted at least as long as a harder one, at most as long as an easier one", () => {
  // The hard class weighs more and is pivot 0.
  const times = new CutTimes([hard, easy], 8);
  const whole = times.everything();
  assert.deepEqual(times.accepted(whole), {
    least: Int32Array.of(0, 0),
    most: Int32Array.of(4, 4),
  });
  const [early, late] = times.split(whole, { pivot: 0, time: 3 });
  assert.deepEqual(times.accepted(early), {
    least: Int32Array.of(0, 0),
    most: Int32Array.of(2, 4),
  });
  assert.deepEqual(times.accepted(late), { least: Int32Array.of(2, 2), most: Int32Array.of(4, 4) });
  const parts = times.split(late, { pivot: 1, time: 3 });
  assert.equal(parts.length, 1, "the easy class cannot end before the hard one");
  assert.deepEqual(parts[0].earliest, Int32Array.of(4, 4));
});

test("every pair of cut times in the right order lies in exactly one part", () => {
  const times = new CutTimes([hard, easy], 8);
  const parts = times
    .split(times.everything(), { pivot: 1, time: 5 })
    .flatMap((part) => times.split(part, { pivot: 0, time: 2 }));
  for (let first = 0; first <= 8; first += 1) {
    for (let second = 0; second <= 8; second += 1) {
      const homes = parts.filter(({ earliest, latest }) =>
        [first, second].every((time, pivot) => earliest[pivot] <= time && time <= latest[pivot]),
      );
      assert.ok(homes.length <= 1);
      if (first <= second) assert.equal(homes.length, 1);
    }
  }
});

test("the split is that of the pivot on which the bound hangs most", () => {
  const other = {
    request: buildRequest({ cpu: 1, count: 1, milli: 550, kinds: ["A"] }),
    arrivals: easy.arrivals,
  };
  const times = new CutTimes([hard, other], 8);
  assert.deepEqual(times.chooseSplit(times.everything(), Float64Array.of(600, 0)), {
    pivot: 0,
    time: 4,
  });
  assert.deepEqual(times.chooseSplit(times.everything(), Float64Array.of(0, 550)), {
    pivot: 1,
    time: 4,
  });
  const decided = { earliest: Int32Array.of(3, 4), latest: Int32Array.of(3, 4) };
  assert.equal(times.chooseSplit(decided, Float64Array.of(600, 550)), undefined);
});
