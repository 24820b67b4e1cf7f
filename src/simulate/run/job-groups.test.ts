import assert from "node:assert/strict";
import test from "node:test";
import type { JobHistory } from "../../engine/simulated/books.ts";
import { jobId, queueId } from "../../model/ids.ts";
import { doneHours, groupJobs } from "./job-groups.ts";
import { quantilesOf } from "./quantiles.ts";
import { sizeClassOf } from "./size-classes.ts";
import { summarizeJobs } from "./summarize-jobs.ts";

const HOUR_MS = 3_600_000;

function job(id: string, more: Partial<JobHistory> = {}): JobHistory {
  return {
    id: jobId(id),
    queue: queueId("q"),
    gpuMilli: 1000,
    members: 1,
    priority: 0,
    kinds: "",
    submitMs: 0,
    firstStartMs: undefined,
    endMs: undefined,
    outcome: undefined,
    attempts: 0,
    failures: 0,
    suspensions: 0,
    stops: 0,
    productiveMilliMs: 0,
    lostMilliMs: 0,
    savingMilliMs: 0,
    restartingMilliMs: 0,
    movingMilliMs: 0,
    ...more,
  };
}

function done(id: string, startMs: number, endMs: number, more: Partial<JobHistory> = {}) {
  return job(id, { firstStartMs: startMs, endMs, outcome: "succeeded", ...more });
}

test("quantiles are by the nearest rank, in seconds", () => {
  const values = Array.from({ length: 200 }, (_, index) => 1000 * (200 - index));
  assert.deepEqual(quantilesOf(values), { p50: 100, p90: 180, p99: 198, max: 200 });
  assert.deepEqual(quantilesOf([]), { p50: 0, p90: 0, p99: 0, max: 0 });
});

test("sizes go by the devices of all members", () => {
  const classes = [0, 1, 999, 1000, 1001, 7000, 7500, 8000, 8001, 63_000, 63_001, 64_000];
  assert.deepEqual(classes.map(sizeClassOf), [
    "0",
    "<1",
    "<1",
    "1",
    "2-7",
    "2-7",
    "8",
    "8",
    "9-63",
    "9-63",
    "64+",
    "64+",
  ]);
});

test("JWTD: waits by size; who never started has none, who did not end well has no completion", () => {
  const { bySize } = groupJobs([
    done("a", 5000, 9000, { gpuMilli: 8000, submitMs: 1000, lostMilliMs: 1000 * HOUR_MS }),
    job("b", { gpuMilli: 8000 }),
    job("c", { gpuMilli: 8000, firstStartMs: 10_000, outcome: "given-up", endMs: 20_000 }),
    done("d", 0, 1000, { gpuMilli: 0 }),
  ]);
  assert.deepEqual(
    bySize.map(({ name, jobs, started, succeeded }) => [name, jobs, started, succeeded]),
    [
      ["0", 1, 1, 1],
      ["8", 3, 2, 1],
    ],
  );
  assert.deepEqual(bySize[1].waitSeconds, { p50: 4, p90: 10, p99: 10, max: 10 });
  assert.equal(bySize[1].completionSeconds.max, 8);
  assert.equal(bySize[1].lostHours, 1);
});

test("jobs are told apart by queue, by kinds of device and by priority, highest first", () => {
  const { byQueue, byKind, byPriority } = groupJobs([
    job("a", { queue: queueId("z"), priority: -1, kinds: "T4" }),
    job("b", { queue: queueId("y"), priority: 10, gpuMilli: 0 }),
    job("c", { queue: queueId("z"), priority: 9 }),
  ]);
  const names = [byQueue, byKind, byPriority].map((groups) => groups.map(({ name }) => name));
  assert.deepEqual(names, [
    ["y", "z"],
    ["T4", "any", "none"],
    ["10", "9", "-1"],
  ]);
});

test("work is done when its job has ended well; a share that was never reached is absent", () => {
  const work = (productiveMilliMs: number) => ({ productiveMilliMs });
  const jobs = [
    done("a", 0, 4 * HOUR_MS, work(40)),
    done("b", 0, HOUR_MS, work(50)),
    done("c", 0, 9 * HOUR_MS, work(10)),
  ];
  assert.deepEqual(doneHours(jobs), { p50: 1, p90: 4, p99: 9, p100: 9 });
  assert.deepEqual(doneHours([...jobs, job("d", work(11))]), { p50: 4, p90: 9 });
  assert.deepEqual(doneHours([]), {});
  assert.deepEqual(doneHours([done("e", 0, 5)]), {}, "no device time");
});

test("JTTED: nodes of each start over the least, by size", () => {
  const spreads = [
    { size: "8", ratio: 2 },
    { size: "2-7", ratio: 1 },
    { size: "8", ratio: 1 },
    { size: "8", ratio: 1 },
  ] as const;
  const { spread } = summarizeJobs([], { spreads: [...spreads], standstills: new Map() });
  assert.deepEqual(spread, [
    { size: "2-7", starts: 1, mean: 1, p50: 1, p90: 1, max: 1 },
    { size: "8", starts: 3, mean: 4 / 3, p50: 1, p90: 2, max: 2 },
  ]);
});

test("jobs that were not done stand by what they were told last", () => {
  const jobs = [
    done("a", 0, 5),
    job("b"),
    job("c", { firstStartMs: 1, outcome: "given-up" }),
    job("d", { outcome: "given-up" }),
    job("e", { firstStartMs: 1 }),
    job("f", { outcome: "cancelled" }),
  ];
  const standstills = new Map([
    [jobId("a"), "no-room-now"],
    [jobId("b"), "larger-than-cluster"],
    [jobId("c"), "deadline-missed"],
    [jobId("d"), "deadline-missed"],
  ] as const);
  const { undone, unfinished } = summarizeJobs(jobs, { spreads: [], standstills });
  assert.deepEqual(undone, [
    { reason: "larger-than-cluster", jobs: 1, neverStarted: 1, first: "b" },
    { reason: "deadline-missed", jobs: 2, neverStarted: 1, first: "c" },
    { reason: "running", jobs: 1, neverStarted: 0, first: "e" },
  ]);
  assert.equal(unfinished, 2);
});
