import assert from "node:assert/strict";
import { test } from "node:test";
import { repeatRequests } from "./repeat-requests.ts";

const times = { arrivalMs: Float64Array.of(0, 4, 12), serveMs: Float64Array.of(1, 2, 3) };

test("each repeat is one span later, and the last one is cut", () => {
  assert.deepEqual(repeatRequests(times, 10, 24), {
    arrivalMs: Float64Array.of(0, 4, 10, 14, 20),
    serveMs: Float64Array.of(1, 2, 1, 2, 1),
  });
});

test("less than a span is the span's beginning", () => {
  assert.deepEqual(repeatRequests(times, 20, 4), {
    arrivalMs: Float64Array.of(0),
    serveMs: Float64Array.of(1),
  });
  assert.equal(repeatRequests(times, 20, 0).arrivalMs.length, 0);
});
