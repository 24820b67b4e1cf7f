import assert from "node:assert/strict";
import { test } from "node:test";
import { fillableMilli, residualValues } from "./cutting-stock.ts";

function near(actual: number | undefined, expected: number): void {
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${actual} is not ${expected}`);
}

test("N2: halves make a residual worth one half from 500 on", () => {
  const values = residualValues([{ milli: 500, pieces: 7 }]);
  near(values[49], 0);
  near(values[50], 0.5);
  near(values[99], 0.5);
  near(values[100], 1);
});

test("N2: a device that only one large piece fits on is worth that piece", () => {
  const values = residualValues([{ milli: 700, pieces: 3 }]);
  near(values[69], 0);
  near(values[70], 1);
});

test("N2: plenty of small pieces fill up what large ones leave", () => {
  // 600 + 2 × 200 is the only pattern that wastes nothing; with many 200s a device is 5 of them.
  const values = residualValues([
    { milli: 600, pieces: 1 },
    { milli: 200, pieces: 100 },
  ]);
  near(values[20], 0.2);
  near(values[60], 0.6);
  near(values[100], 1);
});

test("N2: few small pieces are worth nothing beside large ones that leave room for them", () => {
  const values = residualValues([
    { milli: 600, pieces: 100 },
    { milli: 200, pieces: 1 },
  ]);
  near(values[20], 0);
  near(values[60], 1);
});

test("N2: sizes round up to the grid of 10 milli", () => {
  const values = residualValues([{ milli: 495, pieces: 1 }]);
  near(values[49], 0);
  near(values[50], 0.5);
});

test("N2: a workload without devices makes every residual worthless", () => {
  assert.deepEqual(new Set(residualValues([])), new Set([0]));
});

test("N2: a residual is filled by common sizes alone", () => {
  const demands = [
    { milli: 300, pieces: 99 },
    { milli: 250, pieces: 99 },
    { milli: 100, pieces: 1 },
  ];
  const fillable = fillableMilli(demands, 0.015);
  assert.deepEqual(
    [20, 25, 35, 54, 55, 60, 100].map((step) => fillable[step]),
    [0, 250, 300, 500, 550, 600, 1000],
  );
});
