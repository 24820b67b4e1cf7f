import assert from "node:assert/strict";
import test from "node:test";
import { Forecast } from "./forecast.ts";

test("A6: the average rises within 300 s and falls within 600 s", () => {
  const forecast = new Forecast();
  forecast.observe(0, 100);
  // 100 * (1 - 1/e) = 63.2.
  assert.equal(forecast.replicas(300_000, 0), 64);
  forecast.observe(30_000_000, 0);
  // 100 / e = 36.8.
  assert.equal(forecast.replicas(30_600_000, 0), 37);
});

test("A6: the spread is added in roots of the average", () => {
  const forecast = new Forecast();
  forecast.observe(0, 9);
  assert.equal(forecast.replicas(30_000_000, 0), 9);
  assert.equal(forecast.replicas(30_000_000, 2), 15);
});

test("A6: after the last request nothing is kept for ever", () => {
  const forecast = new Forecast();
  forecast.observe(0, 1);
  forecast.observe(3_000_000, 0);
  let time = 3_000_000;
  const seen: number[] = [];
  for (;;) {
    seen.push(forecast.replicas(time, 3));
    const nextMs = forecast.nextChangeMs(time, 3);
    if (nextMs === undefined) break;
    time = nextMs;
  }
  assert.deepEqual(seen, [4, 3, 2, 1, 0]);
});

test("A6: the number changes exactly when it was said that it would", () => {
  for (const [before, after, spread] of [
    [0, 7, 1.5],
    [40, 3, 2.25],
    [5, 5, 4],
    [2, 90, 1],
  ]) {
    const forecast = new Forecast();
    forecast.observe(0, before);
    forecast.observe(1_234_567, after);
    for (let time = 1_234_567; ; ) {
      const nextMs = forecast.nextChangeMs(time, spread);
      if (nextMs === undefined) break;
      const now = forecast.replicas(time, spread);
      assert.equal(forecast.replicas(nextMs - 1, spread), now);
      const step = forecast.replicas(nextMs, spread) - now;
      assert.equal(step, after > before ? 1 : -1);
      time = nextMs;
    }
  }
});
