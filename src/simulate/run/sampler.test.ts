import assert from "node:assert/strict";
import test from "node:test";
import { type Sample, Sampler, SAMPLES_MAX, stepFor } from "./sampler.ts";

function samplerOf(stepMs: number): Sampler {
  return new Sampler(stepMs, (atMs): Sample => {
    const held = { offline: 0, busy: 0, idle: 0, moving: 0 };
    const none = { existing: 0, fragmentedNodes: 0, fragmentation: 0, evictions: 0, services: [] };
    return { atMs, held, ...none };
  });
}

const timesOf = (sampler: Sampler): number[] => sampler.samples.map(({ atMs }) => atMs);

test("a state is sampled at each multiple of the step for as long as it lasts", () => {
  const sampler = samplerOf(10);
  sampler.passUntil(5);
  assert.deepEqual(timesOf(sampler), [0]);
  sampler.passUntil(10);
  assert.deepEqual(timesOf(sampler), [0]);
  sampler.passUntil(30.5);
  assert.deepEqual(timesOf(sampler), [0, 10, 20, 30]);
  sampler.end(40);
  assert.deepEqual(timesOf(sampler), [0, 10, 20, 30, 40]);
});

test("a long run has steps twice as long, and never more than the most samples", () => {
  const sampler = samplerOf(1);
  sampler.end(SAMPLES_MAX);
  const times = timesOf(sampler);
  assert.equal(times.length, SAMPLES_MAX / 2 + 1);
  assert.deepEqual(times.slice(0, 3), [0, 2, 4]);
  assert.equal(times.at(-1), SAMPLES_MAX);
  sampler.end(100 * SAMPLES_MAX);
  assert.ok(sampler.samples.length <= SAMPLES_MAX);
  const [first, second] = timesOf(sampler);
  for (const [index, atMs] of timesOf(sampler).entries()) {
    assert.equal(atMs, index * (second - first));
  }
});

test("a step makes at most 1,000 samples of the span, at readable times", () => {
  const cases = [
    [0, 1000],
    [1_000_000, 1000],
    [1_000_001, 10_000],
    [23 * 86_400_000, 3_600_000],
    [100_000 * 3_600_000, 100 * 3_600_000],
  ];
  for (const [spanMs, stepMs] of cases) assert.equal(stepFor(spanMs), stepMs);
  assert.throws(() => samplerOf(0), RangeError);
});
