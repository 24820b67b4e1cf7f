import assert from "node:assert/strict";
import test from "node:test";
import { WaitingLine } from "./waiting-line.ts";

test("A6: the first in the line begin first, and those beyond the limit are late", () => {
  const line = new WaitingLine();
  line.arrive(0, 2);
  line.arrive(5, 1);
  line.arrive(9, 1);
  assert.equal(line.arrivedBy(4), 2);
  assert.equal(line.arrivedBy(5), 3);
  assert.equal(line.begin(11, 3, 10), 2, "two waited 11, one 6");
  assert.equal(line.arrivedBy(100), 1);
  assert.equal(line.begin(11, 5, 10), 0, "more begun than are known to wait");
  assert.equal(line.arrivedBy(100), 0);
});

test("A6: the next one to wait too long is the first beyond those that are taken care of", () => {
  const line = new WaitingLine();
  line.arrive(1, 2);
  line.arrive(3, 1);
  assert.equal(line.nextArrivalMs(0, 0), 1);
  assert.equal(line.nextArrivalMs(1, 0), 3);
  assert.equal(line.nextArrivalMs(0, 2), 3);
  assert.equal(line.nextArrivalMs(0, 3), undefined);
});

test("A6: requests given back stand first, as if they had just come", () => {
  const line = new WaitingLine();
  line.arrive(1, 3);
  line.begin(2, 2, 10);
  line.giveBack(20, 2);
  assert.deepEqual([...line.content()], [20, 2, 1, 1]);
  assert.equal(line.begin(21, 3, 10), 1);
});

test("A6, S9: a long line is kept in bounded memory, and restored", () => {
  const line = new WaitingLine();
  for (let time = 0; time < 10_000; time += 1) line.arrive(time, 1);
  assert.equal(line.arrivedBy(20_000), 10_000);
  assert.equal([...line.content()].length, 2 * 4096);
  const copy = WaitingLine.restore([...line.content()]);
  assert.equal(copy.begin(20_000, 9999, 0), 9999);
  assert.equal(copy.arrivedBy(20_000), 1);
  assert.equal(line.arrivedBy(20_000), 10_000);
});
