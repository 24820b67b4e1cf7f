import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../test/support/cluster-arbitraries.ts";
import { FillMeter } from "./fill-meter.ts";

/** A request for so much milli: of one device, or of whole ones. */
function ask(milli: number) {
  return milli <= 1000
    ? buildRequest({ count: 1, milli })
    : buildRequest({ count: milli / 1000, milli: 1000 });
}

/** Arrivals by the milli they ask for, and whether they find room. */
function measure(capacity: number, load: number, arrivals: readonly [number, boolean][]) {
  const meter = new FillMeter({ capacity, load, scheduler: undefined });
  const counted = arrivals.map(([milli, placed]) => {
    if (!meter.arrives(milli)) return false;
    meter.decided(ask(milli), placed);
    return true;
  });
  return { counted, ...meter.result() };
}

test("allocation is what was placed over the capacity, load what was asked, failures included", () => {
  const { curve, arrivals, failed } = measure(2000, 1, [
    [1000, true],
    [500, false],
    [500, true],
  ]);
  assert.deepEqual(curve, [
    { loadPercent: 50, allocation: 50 },
    { loadPercent: 75, allocation: 50 },
    { loadPercent: 100, allocation: 75 },
  ]);
  assert.deepEqual([arrivals, failed], [3, 1]);
});

test("the value at a load is the mean over the arrivals of that rounded load", () => {
  const { allocationAt, curve } = measure(10_000, 1, [
    [9000, true],
    [960, false],
    [20, true],
    [10, true],
  ]);
  assert.deepEqual(curve, [
    { loadPercent: 90, allocation: 90 },
    { loadPercent: 100, allocation: 90.167 },
  ]);
  assert.deepEqual(allocationAt, { 100: 90.167 });
});

test("loads are rounded half-even: 0.5 % counts as 0 %, 1.5 % as 2 %", () => {
  const { curve } = measure(100_000, 1, [
    [500, true],
    [1000, true],
  ]);
  assert.deepEqual(
    curve.map(({ loadPercent }) => loadPercent),
    [0, 2],
  );
});

test("an arrival that would round to more than the load is not counted", () => {
  const { counted, arrivals } = measure(100_000, 0.01, [
    [1000, true],
    [501, true],
    [500, true],
  ]);
  assert.deepEqual(counted, [true, false, false], "1.5 % is even-rounded to 2 %");
  assert.equal(arrivals, 1);
  assert.deepEqual(
    measure(100_000, 0.02, [
      [2000, true],
      [500, true],
    ]).counted,
    [true, true],
    "2.5 % is even-rounded to 2 %",
  );
});

test("values are taken at 100 % and at the final load", () => {
  const steps = Array.from({ length: 130 }, () => [1000, true] as [number, boolean]);
  const { allocationAt } = measure(100_000, 1.3, steps);
  assert.deepEqual(Object.keys(allocationAt), ["100", "130"]);
  assert.equal(allocationAt["100"], 100);
});

test("failures are told apart by what they ask of devices", () => {
  const meter = new FillMeter({ capacity: 100_000, load: 1.3, scheduler: undefined });
  const requests = [
    buildRequest({ cpu: 1000 }),
    ask(999),
    ask(1000),
    buildRequest({ count: 2 }),
    buildRequest({ count: 3 }),
    buildRequest({ count: 4 }),
    buildRequest({ count: 5 }),
    buildRequest({ count: 8 }),
  ];
  for (const request of requests) meter.decided(request, false);
  assert.deepEqual(meter.result().failedBySort, {
    "no GPU": 1,
    share: 1,
    "1 GPU": 1,
    "2 GPUs": 1,
    "3-4 GPUs": 2,
    "5+ GPUs": 2,
  });
  assert.equal(meter.result().failed, 8);
});

test("where arrivals are so large that none ends at a load, the value is the last before", () => {
  const { allocationAt } = measure(3000, 1.3, [
    [1000, true],
    [1000, true],
    [500, true],
    [1000, false],
  ]);
  assert.deepEqual(allocationAt, { "100": 83.33, "130": 83.33 });
});
