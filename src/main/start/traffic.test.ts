import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { seededRandom } from "../../simulate/seeded-random.ts";
import { quantile } from "./figures.ts";
import { planWindow, readTraffic } from "./traffic.ts";

const file = path.resolve(import.meta.dirname, "../../../examples/main-job/traffic.json");
const traffic = readTraffic(file);
const HOUR_MS = 3_600_000;
const hour = planWindow(traffic, HOUR_MS, seededRandom(1));

test("an hour of requests has the rate, the course and the lengths of the trace", () => {
  const seconds = HOUR_MS / 1000;
  assert.ok(Math.abs(hour.length / seconds / traffic.requestsPerSecond - 1) < 0.05);
  const part = HOUR_MS / traffic.course.length;
  const counts = traffic.course.map(
    (_, index) => hour.filter(({ atMs }) => Math.floor(atMs / part) === index).length,
  );
  const mean = hour.length / traffic.course.length;
  for (const [index, count] of counts.entries()) {
    assert.ok(Math.abs(count / mean - traffic.course[index]) < 0.1, `part ${index}`);
  }
  const prompts = hour.map(({ prompt }) => prompt * traffic.promptTokensPerCharacter);
  for (const [name, share] of [["p50", 0.5] as const, ["p90", 0.9] as const]) {
    const ratio = quantile(prompts, share) / traffic.promptTokens[name];
    assert.ok(ratio > 0.9 && ratio < 1.1, `${name} of prompts: ${ratio}`);
  }
});

test("counts by second are as scattered as the trace's", () => {
  const counts = new Map<number, number>();
  for (const { atMs } of hour) {
    const second = Math.floor(atMs / 1000);
    counts.set(second, (counts.get(second) ?? 0) + 1);
  }
  const seconds = HOUR_MS / 1000;
  const mean = hour.length / seconds;
  const squares = [...counts.values()].reduce((sum, count) => sum + count ** 2, 0) / seconds;
  // Variance by mean of the trace: 1.385.
  assert.ok(Math.abs((squares - mean ** 2) / mean - 1.385) < 0.1);
});

test("a window is the same for the same seed, in order, and within its span", () => {
  // Of the plan: nothing is timed.
  const span = 20_000;
  const window = planWindow(traffic, span, seededRandom(7));
  assert.deepEqual(window, planWindow(traffic, span, seededRandom(7)));
  const planned = window.map(({ atMs }) => atMs);
  for (const [index, at] of planned.entries()) assert.ok(at > (planned[index - 1] ?? 0));
  assert.ok(planned.every((at) => at < span));
  for (const { prompt, generated } of window) {
    assert.ok(prompt >= 1 && generated >= 1);
  }
});
