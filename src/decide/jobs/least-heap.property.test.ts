import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { LeastHeap } from "./least-heap.ts";

const byValue = (left: number, right: number) => left - right;

test("whatever is put in comes out again, the least of what is there first", () => {
  const step = fc.oneof(fc.nat(20), fc.constant("pop" as const));
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.array(step), (first, steps) => {
      const heap = new LeastHeap([...first], byValue);
      let expected = first.toSorted(byValue);
      for (const each of steps) {
        if (each === "pop") assert.equal(heap.pop(), expected.shift());
        else {
          heap.push(each);
          expected = [...expected, each].toSorted(byValue);
        }
      }
      for (const each of expected) assert.equal(heap.pop(), each);
      assert.equal(heap.pop(), undefined);
    }),
  );
});
