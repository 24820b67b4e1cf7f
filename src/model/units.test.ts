import assert from "node:assert/strict";
import { test } from "node:test";
import { DEVICE_MILLI, gpuMilli, mib, milliCpu, milliseconds, QUANTITY_MAX } from "./units.ts";

test("M1: CPU and memory are integers that 32 bits hold", () => {
  for (const toUnit of [milliCpu, mib]) {
    for (const value of [0, 1, QUANTITY_MAX]) assert.equal(toUnit(value), value);
    for (const value of [-1, 0.5, QUANTITY_MAX + 1, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => toUnit(value), RangeError);
    }
  }
  assert.equal(QUANTITY_MAX, 2_147_483_647);
});

test("M1: a device has 1000 milli", () => {
  for (const value of [0, 1, DEVICE_MILLI]) assert.equal(gpuMilli(value), value);
  for (const value of [-1, 0.5, 1001, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => gpuMilli(value), RangeError);
  }
  assert.equal(DEVICE_MILLI, 1000);
});

test("milliseconds are any finite number from 0", () => {
  for (const value of [0, 0.25, 1e15]) assert.equal(milliseconds(value), value);
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => milliseconds(value), RangeError);
  }
});

test("a range error says the unit, the range and the value", () => {
  assert.throws(() => milliCpu(0.5), { message: /^milli-CPU .* 0 to 2147483647, not 0\.5$/ });
  assert.throws(() => mib(-1), { message: /^MiB .*, not -1$/ });
  assert.throws(() => gpuMilli(1001), { message: "GPU milli must be at most 1000, not 1001" });
  assert.throws(() => milliseconds(-2), { message: /^milliseconds .*, not -2$/ });
});
