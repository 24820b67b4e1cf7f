import assert from "node:assert/strict";
import { test } from "node:test";
import { mib, milliseconds } from "../model/units.ts";
import {
  formatDuration,
  formatMemory,
  formatMilli,
  readCpu,
  readDevices,
  readDeviceTotal,
  readDuration,
  readMemory,
  suggestQuantity,
} from "./quantities.ts";

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

test("quantities are read without the noise of binary fractions", () => {
  assert.deepEqual(["1.001s", "0.0001s", "4.35min"].map(readDuration), [1001, 0.1, 261_000]);
  assert.equal(readMemory("1.1Ti"), undefined);
  assert.deepEqual([1.001, 4.35].map(readCpu), [1001, 4350]);
});

test("quantities are written in the largest unit of which they are a whole number", () => {
  const times = [0, 1, 999, 1000, 90_000, 3_600_000, 86_400_000, 90_000_000].map(milliseconds);
  const texts = ["0s", "1ms", "999ms", "1s", "90s", "1h", "1d", "25h"];
  assert.deepEqual(times.map(formatDuration), texts);
  assert.deepEqual(texts.map(readDuration), times);
  const sizes = [0, 1023, 1024, 1536, 2 ** 20].map(mib);
  assert.deepEqual(sizes.map(formatMemory), ["0Mi", "1023Mi", "1Gi", "1536Mi", "1Ti"]);
  assert.deepEqual(sizes.map(formatMemory).map(readMemory), sizes);
  const milli = [0, 500, 1000, 2500, 8000];
  assert.deepEqual(milli.map(formatMilli), [0, "500m", 1, "2500m", 8]);
  assert.deepEqual(milli.map(formatMilli).map(readCpu), milli);
  assert.deepEqual(milli.map(formatMilli).map(readDeviceTotal), milli);
});

test("the unit that was probably meant is suggested", () => {
  const times = ["30m", "30sec", "1.5 hours", "2days", "30", "30x", "m", 30, "30s"];
  assert.deepEqual(
    times.map((value) => suggestQuantity(value, readDuration)),
    ["30min", "30s", "1.5h", "2d", undefined, undefined, undefined, undefined, undefined],
  );
  assert.equal(suggestQuantity("64GB", readMemory), "64Gi");
  assert.equal(suggestQuantity("8", readCpu), "8");
  assert.equal(suggestQuantity("8 cores", readCpu), undefined);
});
