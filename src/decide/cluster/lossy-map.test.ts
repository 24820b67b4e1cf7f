import assert from "node:assert/strict";
import { test } from "node:test";
import { LossyMap } from "./lossy-map.ts";

test("what was never set is not a number", () => {
  assert.ok(Number.isNaN(new LossyMap(1024).get(0)));
});

test("a value is remembered until another key takes its place, and is never another key's", () => {
  const map = new LossyMap(1024);
  for (let key = 0; key < 100_000; key += 1) {
    map.set(key * 16_777_216, key);
    assert.equal(map.get(key * 16_777_216), key);
  }
  let remembered = 0;
  for (let key = 0; key < 100_000; key += 1) {
    const value = map.get(key * 16_777_216);
    if (Number.isNaN(value)) continue;
    remembered += 1;
    assert.equal(value, key);
  }
  assert.ok(remembered > 512 && remembered <= 1024, `${remembered} of 1024 places are in use`);
});

test("it grows as it fills, and keeps most while there is room", () => {
  const map = new LossyMap(65_536);
  for (let key = 0; key < 5000; key += 1) map.set(key * 16_777_216 + (key % 7), key);
  let remembered = 0;
  for (let key = 0; key < 5000; key += 1) {
    if (map.get(key * 16_777_216 + (key % 7)) === key) remembered += 1;
  }
  assert.ok(remembered > 3000, `${remembered} of 5000`);
});

test("a newer value of the same key takes the older one's place", () => {
  const map = new LossyMap(1024);
  map.set(7, 1);
  map.set(7, 2);
  assert.equal(map.get(7), 2);
});
