import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { EventQueue } from "./event-queue.ts";

test("timers come by time, then in the order of their setting; cancelled ones never", () => {
  const times = fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 60 });
  fc.assert(
    fc.property(times, (settings) => {
      const queue = new EventQueue();
      const taken: number[] = [];
      const timers = settings.map(([atMs], index) => queue.set(atMs, () => taken.push(index)));
      for (const [index, [, isCancelled]] of settings.entries()) {
        timers[index].isCancelled = isCancelled;
      }
      for (let timer = queue.takeDue(9); timer !== undefined; timer = queue.takeDue(9)) {
        timer.happen();
      }
      const expected = Array.from(settings.keys())
        .filter((index) => !settings[index][1])
        .toSorted((left, right) => settings[left][0] - settings[right][0] || left - right);
      assert.deepEqual(taken, expected);
      assert.equal(queue.firstMs(), Number.POSITIVE_INFINITY);
    }),
  );
});

test("a timer is not taken before its time", () => {
  const queue = new EventQueue();
  queue.set(5, () => {});
  assert.equal(queue.takeDue(4), undefined);
  assert.equal(queue.firstMs(), 5);
  assert.equal(queue.takeDue(5)?.atMs, 5);
});
