import assert from "node:assert/strict";
import { test } from "node:test";
import { readCpu, readDevices, readDeviceTotal, readDuration, readMemory } from "./quantities.ts";

test("times have a unit", () => {
  const read = ["0s", "500ms", "30s", "1.5h", "10min", "23d"].map(readDuration);
  assert.deepEqual(read, [0, 500, 30_000, 5_400_000, 600_000, 1_987_200_000]);
  for (const wrong of [
    "",
    "30",
    30,
    "-1s",
    "1 s",
    "1h30min",
    "1m",
    "1e3s",
    ".5s",
    "9999999d",
    null,
  ])
    assert.equal(readDuration(wrong), undefined, String(wrong));
});

test("memory is whole MiB", () => {
  assert.deepEqual(["0Mi", "512Mi", "1.5Gi", "1Ti"].map(readMemory), [0, 512, 1536, 1_048_576]);
  for (const wrong of [64, "64", "64GB", "64G", "0.5Mi", "-1Gi", "9999Ti"])
    assert.equal(readMemory(wrong), undefined, String(wrong));
});

test("CPU is a number of cores, or thousandths of one", () => {
  assert.deepEqual([0, 8, 0.5, 1.001, "500m"].map(readCpu), [0, 8000, 500, 1001, 500]);
  for (const wrong of ["8", -1, 0.0001, Number.NaN, Infinity, "0.5m", "9999999999m"])
    assert.equal(readCpu(wrong), undefined, String(wrong));
});

test("devices are a share of one, or whole", () => {
  assert.deepEqual(readDevices(0), { count: 0, milli: 0 });
  assert.deepEqual([0.5, "500m"].map(readDevices), [
    { count: 1, milli: 500 },
    { count: 1, milli: 500 },
  ]);
  assert.deepEqual(readDevices(1), { count: 1, milli: 1000 });
  assert.deepEqual(readDevices(8), { count: 8, milli: 1000 });
  for (const wrong of [1.5, -1, "8", 0.0005]) assert.equal(readDevices(wrong), undefined);
});

test("devices in total may be any number of thousandths", () => {
  assert.deepEqual([2.5, 0, "1500m"].map(readDeviceTotal), [2500, 0, 1500]);
  for (const wrong of [-1, "2", 0.0005, Infinity]) assert.equal(readDeviceTotal(wrong), undefined);
});
