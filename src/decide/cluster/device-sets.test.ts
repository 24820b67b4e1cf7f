import assert from "node:assert/strict";
import { test } from "node:test";
import { DeviceSets } from "./device-sets.ts";

function intern(sets: DeviceSets, ...milli: readonly number[]): number {
  return sets.intern(Int32Array.from(milli), 0, milli.length);
}

test("which device has how much left makes no difference", () => {
  const sets = new DeviceSets();
  const set = intern(sets, 1000, 300, 1000);
  assert.equal(intern(sets, 300, 1000, 1000), set);
  assert.notEqual(intern(sets, 300, 1000), set);
  assert.equal(sets.intern(Int32Array.of(7, 1000, 1000, 300, 7), 1, 3), set);
  assert.equal(sets.milliFree[set], 2300);
  assert.equal(sets.wholeFree[set], 2);
  assert.equal(sets.size, 2);
});

test("P1: a set fits what enough of its devices have room for", () => {
  const sets = new DeviceSets();
  const set = intern(sets, 250, 500, 1000);
  assert.ok(sets.fits(set, 3, 250));
  assert.ok(!sets.fits(set, 3, 251));
  assert.ok(sets.fits(set, 2, 500));
  assert.ok(!sets.fits(set, 2, 501));
  assert.ok(!sets.fits(set, 4, 1));
  assert.ok(!sets.fits(intern(sets), 1, 1));
});

test("P4: the devices with least left that fit give first", () => {
  const sets = new DeviceSets();
  const set = intern(sets, 1000, 500, 100, 600);
  assert.equal(sets.firstFitting(set, 500), 1);
  assert.equal(sets.take(set, 2, 500), intern(sets, 1000, 0, 100, 100));
  assert.equal(sets.firstFitting(set, 1001), 4);
});

test("a set without the device that is to change is a bug", () => {
  const sets = new DeviceSets();
  assert.throws(() => sets.replace(intern(sets, 1000), 999, 0), /no device with 999 milli left/);
});
