import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { superpose } from "./superpose.ts";

test("copies are turned round the span, each request with its own serving time", () => {
  const once = { arrivalMs: Float64Array.of(0, 100, 300), serveMs: Float64Array.of(1, 2, 3) };
  // The span is 300 and one mean gap of 150.
  assert.deepEqual(superpose(once, 2), {
    arrivalMs: Float64Array.of(0, 75, 100, 225, 300, 325),
    serveMs: Float64Array.of(1, 3, 2, 1, 3, 2),
  });
  assert.deepEqual(superpose(once, 1), once);
});

test("copies keep order, number and work, for any requests", () => {
  const requests = fc.array(fc.tuple(fc.nat(10_000), fc.nat(100)), { maxLength: 20 });
  const property = fc.property(requests, fc.integer({ min: 1, max: 7 }), (pairs, copies) => {
    const arrivalMs = Float64Array.from(pairs, ([at]) => at).sort();
    const serveMs = Float64Array.from(pairs, ([, serve]) => serve);
    const all = superpose({ arrivalMs, serveMs }, copies);
    assert.equal(all.arrivalMs.length, pairs.length * copies);
    assert.deepEqual(all.arrivalMs, all.arrivalMs.toSorted());
    const sum = (array: Float64Array): number => array.reduce((total, value) => total + value, 0);
    assert.equal(sum(all.serveMs), sum(serveMs) * copies);
  });
  fc.assert(property, { seed: 1 });
});
