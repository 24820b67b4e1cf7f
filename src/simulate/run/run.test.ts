import assert from "node:assert/strict";
import test from "node:test";
import {
  addNode,
  requestsOf,
  setService,
  simulatedJob,
} from "../../../test/support/hand-driven-engine.ts";
import type { Event } from "../../model/event.ts";
import { nodeId, queueId } from "../../model/ids.ts";
import { milliseconds } from "../../model/units.ts";
import { type RunPlan, runWorkload } from "./run.ts";

const queue = { id: queueId("q"), weight: 1, guaranteed: {}, limit: {}, borrows: true };

function planOf(more: Partial<RunPlan>, ...events: readonly (readonly [number, Event])[]): RunPlan {
  return {
    workload: {
      events: [
        addNode("a", 2),
        { atMs: 0, event: { kind: "queue-set", queue } },
        setService(),
        ...events.map(([atMs, event]) => ({ atMs, event })),
      ],
      jobs: [simulatedJob("j", 40_000), simulatedJob("k", 30_000)],
      requests: [requestsOf([5000, 4000], [30_000, 10_000])],
    },
    policy: "best-fit",
    seed: 1,
    graceMs: milliseconds(30_000),
    sampleMs: 1000,
    ...more,
  };
}

test("a sample shows its own moment, also between two steps", () => {
  const { samples, endMs } = runWorkload(planOf({}));
  // What holds the two devices from this second on. A job is stopped for the first request: there is
  // no memory to suspend it. The replica loads for 10 s, serves for 4 s and takes 1 s to fall
  // asleep; the second request comes when k has ended.
  const course: readonly (readonly [second: number, held: string])[] = [
    [0, "2 offline, 0 busy, 0 moving; 0 evictions, 0 awake, 0 in flight"],
    [5, "1 offline, 0 busy, 1 moving; 1 evictions, 0 awake, 1 in flight"],
    [15, "1 offline, 1 busy, 0 moving; 1 evictions, 1 awake, 1 in flight"],
    [19, "1 offline, 0 busy, 1 moving; 1 evictions, 0 awake, 0 in flight"],
    [20, "2 offline, 0 busy, 0 moving; 1 evictions, 0 awake, 0 in flight"],
    [30, "1 offline, 0 busy, 1 moving; 1 evictions, 0 awake, 1 in flight"],
    [32, "1 offline, 1 busy, 0 moving; 1 evictions, 1 awake, 1 in flight"],
    [42, "1 offline, 0 busy, 1 moving; 1 evictions, 0 awake, 0 in flight"],
    [43, "1 offline, 0 busy, 0 moving; 1 evictions, 0 awake, 0 in flight"],
    [60, "0 offline, 0 busy, 0 moving; 1 evictions, 0 awake, 0 in flight"],
  ];
  assert.equal(endMs, 60_000);
  assert.equal(samples.length, 61);
  for (const [second, { held, evictions, services, existing }] of samples.entries()) {
    const [{ awake, inFlight }] = services;
    const devices = `${held.offline / 1000} offline, ${held.busy / 1000} busy`;
    const counts = `${evictions} evictions, ${awake} awake, ${inFlight} in flight`;
    const expected = course.findLast(([from]) => from <= second)?.[1];
    assert.equal(`${devices}, ${held.moving / 1000} moving; ${counts}`, expected, `${second} s`);
    assert.equal(existing, 2000);
  }
});

test("GFR: the one node is held in part while one of its two devices is held", () => {
  const { samples } = runWorkload(planOf({}));
  for (const [second, { fragmentedNodes, fragmentation }] of samples.entries()) {
    assert.equal(fragmentedNodes, second >= 43 && second < 60 ? 1 : 0, `${second} s`);
    // Whoever may come asks for one device, and finds it where one is free.
    assert.equal(fragmentation, 0);
  }
});

test("no decision depends on when samples are taken", () => {
  const runs = [1, 333, 1000, 1e9].map((sampleMs) => runWorkload(planOf({ sampleMs })));
  const [first] = runs;
  for (const { hash, decisions, events, endMs, books } of runs) {
    assert.deepEqual(
      [hash, decisions, events, endMs, books.jobs],
      [first.hash, first.decisions, first.events, first.endMs, first.books.jobs],
    );
  }
});

test("a horizon is the end of the run, whether work is left or not", () => {
  const cut = runWorkload(planOf({ horizonMs: 10_000 }));
  assert.equal(cut.endMs, 10_000);
  assert.equal(cut.samples.at(-1)?.atMs, 10_000);
  assert.equal(cut.books.milliMs(10_000).offline, 2000 * 5000 + 1000 * 5000);
  const long = runWorkload(planOf({ horizonMs: 1_000_000 }));
  assert.equal(long.endMs, 1_000_000);
  assert.ok(long.books.jobs.every(({ outcome }) => outcome === "succeeded"));
});

test("devices are bought while their node is there", () => {
  const lost: Event = { kind: "node-lost", node: nodeId("b") };
  const { fleet } = runWorkload(
    planOf({ horizonMs: 100_000 }, [20_000, addNode("b", 1, "T4").event], [50_000, lost]),
  );
  assert.deepEqual(
    [...fleet.milliMsByKind(100_000)],
    [
      ["A100", 2000 * 100_000],
      ["T4", 1000 * 30_000],
    ],
  );
});
