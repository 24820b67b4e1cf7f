import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../seeded-random.ts";
import { drawAlong, drawExponential, drawFraction, drawLogNormal, drawNormal } from "./draw.ts";
import { generateJobs, PUBLISHED_JOBS } from "./generate-jobs.ts";
import { generateRequests, PUBLISHED_REQUESTS } from "./generate-requests.ts";

const SEEDS = [1, 7, 42];

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((left, right) => left - right)[Math.floor(share * values.length)];
}

function assertNear(value: number, wanted: number, tolerance: number, what: string): void {
  const isNear = Math.abs(value - wanted) <= tolerance * wanted;
  assert.ok(isNear, `${what} is ${value}, not about ${wanted}`);
}

/** Wait that 99 % stay below, first come first served by `devices`. */
function staticWait(requests: ReturnType<typeof generateRequests>, devices: number): number {
  const freeAtMs = Array.from({ length: devices }, () => 0);
  const waits = Array.from(requests.arrivalMs, (atMs, index) => {
    const device = freeAtMs.indexOf(Math.min(...freeAtMs));
    const startMs = Math.max(atMs, freeAtMs[device]);
    freeAtMs[device] = startMs + requests.serveMs[index];
    return startMs - atMs;
  });
  return quantile(waits, 0.99);
}

test("draws have the moments that they should", () => {
  const random = seededRandom(3);
  const mean = (draw: () => number): number => {
    let sum = 0;
    for (let count = 0; count < 20_000; count += 1) sum += draw();
    return sum / 20_000;
  };
  assertNear(
    mean(() => drawFraction(random)),
    0.5,
    0.03,
    "the mean of fractions",
  );
  assertNear(
    mean(() => drawNormal(random) ** 2),
    1,
    0.05,
    "the variance of normals",
  );
  assertNear(
    mean(() => drawExponential(random, 40)),
    40,
    0.05,
    "the mean of exponentials",
  );
  assertNear(
    mean(() => drawLogNormal(random, 0.5)),
    1,
    0.05,
    "the mean of log-normals",
  );
});

test("a draw along knots has the knots' quantiles and stays within them", () => {
  const random = seededRandom(3);
  const knots = [
    [-1, 2],
    [0, 10],
    [1.2816, 80],
    [2, 100],
  ] as const;
  const values = Array.from({ length: 20_000 }, () => drawAlong(random, knots));
  assertNear(quantile(values, 0.5), 10, 0.05, "the median");
  assertNear(quantile(values, 0.9), 80, 0.05, "the ninth decile");
  assert.deepEqual([Math.min(...values), Math.max(...values)], [2, 100]);
});

for (const seed of SEEDS) {
  test(`generated requests have the published shape, with seed ${seed}`, () => {
    const requests = generateRequests({ ...PUBLISHED_REQUESTS, seed });
    const { arrivalMs, serveMs } = requests;
    assert.deepEqual(arrivalMs, arrivalMs.toSorted());
    const seconds = Array.from(serveMs, (ms) => ms / 1000);
    assertNear(quantile(seconds, 0.5), 23, 0.1, "the median");
    assertNear(quantile(seconds, 0.9), 53, 0.1, "the ninth decile");
    assertNear(quantile(seconds, 0.99), 106, 0.2, "the 99th percentile");
    const busy = serveMs.reduce((sum, ms) => sum + ms, 0) / PUBLISHED_REQUESTS.overMs;
    assertNear(busy, 0.39, 0.05, "the mean at once");
    assert.ok(staticWait(requests, 6) > 10_000, "6 devices are too few");
    assert.ok(staticWait(requests, 10) <= 10_000, "10 devices are enough");
  });

  test(`generated pods have the published shape, with seed ${seed}`, () => {
    const jobs = generateJobs({ prefix: "pod", ...PUBLISHED_JOBS, seed });
    const seconds = jobs.map(({ workMs }) => workMs / 1000);
    assertNear(quantile(seconds, 0.1), 53, 0.2, "the first decile");
    assertNear(quantile(seconds, 0.5), 266, 0.2, "the median");
    assertNear(quantile(seconds, 0.9), 5556, 0.3, "the ninth decile");
    const shares = jobs.filter(({ request }) => request.accelerators!.milli < 1000);
    assertNear(shares.length / jobs.length, 0.79, 0.05, "the part of shares");
    const submitted = jobs.map(({ submitMs }) => submitMs);
    assert.deepEqual(
      submitted,
      submitted.toSorted((left, right) => left - right),
    );
  });
}

test("the same seed gives the same work, another seed another", () => {
  const few = { count: 50, overMs: 3_600_000 };
  assert.deepEqual(generateRequests({ ...few, seed: 1 }), generateRequests({ ...few, seed: 1 }));
  assert.notDeepEqual(generateRequests({ ...few, seed: 1 }), generateRequests({ ...few, seed: 2 }));
  const pods = { ...few, prefix: "p" };
  assert.deepEqual(generateJobs({ ...pods, seed: 1 }), generateJobs({ ...pods, seed: 1 }));
  assert.notDeepEqual(generateJobs({ ...pods, seed: 1 }), generateJobs({ ...pods, seed: 2 }));
});
