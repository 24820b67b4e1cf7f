import assert from "node:assert/strict";
import { test } from "node:test";
import { mib, milliseconds } from "../model/units.ts";
import {
  formatDuration,
  formatMemory,
  formatMilli,
  readCpu,
  readDeviceTotal,
  readDuration,
  readMemory,
  suggestQuantity,
} from "./quantities.ts";

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
