import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { buildBook, runJob } from "../../../test/support/build-book.ts";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { giveBack, roomOf } from "../preemption/room.ts";
import { vacateRow } from "../preemption/row-victims.ts";
import { deviceBound } from "./device-bound.ts";
import type { JobBook } from "./job-book.ts";
import type { JobGroup } from "./job-groups.ts";
import { leastSet, quickBound } from "./quick-bound.ts";
import { holdingOf, offerOf } from "./row-offers.ts";
import { roomWithout } from "./room-without.ts";
import { freeOf, leavingFor, pieceOf } from "./victim-choice.ts";
import { EVERYBODY, mayLeave, spareMembers } from "./who-may-leave.ts";

const NOW_MS = 5000;
const GRACE_MS = 1000;
const QUEUES = ["a", "b"];

const shape = fc.record({
  count: fc.constantFrom(0, 1, 1, 1, 2),
  milli: fc.constantFrom(200, 500, 700, 1000),
  cpu: fc.constantFrom(0, 1000, 3000),
  memory: fc.constantFrom(0, 10, 30),
});
const job = fc.record({
  shape,
  queue: fc.constantFrom(...QUEUES),
  priority: fc.nat(2),
  min: fc.integer({ min: 1, max: 2 }),
  more: fc.constantFrom(0, 0, 2),
  sinceMs: fc.nat(NOW_MS),
  saveMs: fc.constantFrom(undefined, 200, 2000),
  suspendMs: fc.constantFrom(undefined, 100),
  minimumRuntimeMs: fc.constantFrom(0, 0, 2500),
});
const arbitrary = fc.record({
  jobs: fc.array(job, { maxLength: 14, size: "max" }),
  wanted: shape,
  /** Groups that may leave, as a mask over those there are; absent: all, at any time. */
  chosen: fc.option(fc.nat(255)),
});

function requestOf({
  count,
  milli,
  cpu,
  memory,
}: typeof shape extends fc.Arbitrary<infer S> ? S : never) {
  return buildRequest({ cpu, memory, count, milli: count === 1 ? milli : 1000 });
}

function bookOf(jobs: readonly (typeof job extends fc.Arbitrary<infer Value> ? Value : never)[]) {
  const node = (id: string) =>
    buildNode({ id, cpu: 10_000, memory: 100, devices: [1000, 1000, 1000] });
  const book = buildBook([node("n0"), node("n1")], QUEUES);
  const inOrder = jobs.toSorted((left, right) => right.sinceMs - left.sinceMs);
  for (const [
    index,
    { shape, more, min, sinceMs, saveMs, suspendMs, ...rest },
  ] of inOrder.entries()) {
    const running = buildJob({
      id: `j${index}`,
      ...rest,
      min,
      max: min + more,
      request: requestOf(shape),
      hostMemory: 20,
      ...(saveMs === undefined ? {} : { saveMs }),
      ...(suspendMs === undefined ? {} : { suspendMs }),
    });
    runJob(book, running, NOW_MS - sinceMs);
  }
  return book;
}

function choose(book: JobBook, chosen: number | null) {
  if (chosen === null) return EVERYBODY;
  const all: JobGroup[] = [];
  for (const leaf of book.groups.leaves()) all.push(...book.groups.of(leaf));
  const groups = new Set(all.filter((_, place) => ((chosen >> place) & 1) === 1));
  const slots = new Uint8Array(all.length);
  for (const { slot } of groups) slots[slot] = 1;
  return { groups, mask: -1, slots };
}

test("V2, V4: bounds of a row are never above its best set, nor infinite where there is one", () => {
  fc.assert(
    fc.property(arbitrary, ({ jobs, wanted, chosen }) => {
      const book = bookOf(jobs);
      const { ground } = book;
      const request = ground.model.classes.intern(requestOf(wanted), true)!;
      const claim = choose(book, chosen);
      const reserve = wanted.memory;
      const options = { nowMs: NOW_MS, graceMs: GRACE_MS, reserve };
      const leavingOf = leavingFor(book, { ...options, maySuspend: true });
      for (const row of [0, 1]) {
        const { units, spare } = offerOf(book, row, claim, { nowMs: NOW_MS, leavingOf });
        const free = freeOf(ground, row, request);
        const set = vacateRow(free, units, pieceOf(ground, request), spare);
        if (set === undefined || set.units.length === 0) continue;
        const bound = { ...options, slots: claim.slots };
        const quick = quickBound(book, row, request, bound);
        assert.ok(quick <= set.cost, `quickBound ${quick} > ${set.cost}`);
        const byDevice = deviceBound(book, row, request, bound);
        const slack = set.cost * 1e-12;
        assert.ok(byDevice <= set.cost + slack, `deviceBound ${byDevice} > ${set.cost}`);
        const { count, first } = leastSet(book, row, request, set.cost, bound);
        assert.ok(count <= set.units.length, `${count} > ${set.units.length}`);
        assert.ok(first <= set.units[0], `${first} > ${set.units[0]}`);
        const changed = ground.table.changes.last[row];
        assert.ok(book.rows.leastCost(row, changed) <= set.cost);
        assert.ok(book.rows.firstUnit(row, changed) <= set.units[0]);
      }
    }),
    { numRuns: 2000 },
  );
});

test("V1: a row never has more room than the upper bound, whoever leaves", () => {
  fc.assert(
    fc.property(arbitrary, ({ jobs, wanted, chosen }) => {
      const book = bookOf(jobs);
      const { ground } = book;
      const request = ground.model.classes.intern(requestOf(wanted), true)!;
      const claim = choose(book, chosen);
      for (const row of [0, 1]) {
        const room = roomOf(freeOf(ground, row, request));
        for (const { record, members } of book.rows.running(row)) {
          const leaving = mayLeave(claim, record, NOW_MS) ? members : spareMembers(record, members);
          for (const member of leaving) giveBack(room, holdingOf(book, member, false));
        }
        const piece = pieceOf(ground, request);
        const most = roomWithout(book, row, request, claim, NOW_MS);
        if (piece.cpu === 0 && piece.memory === 0 && piece.count === 0) continue;
        assert.ok(most >= greedy(room, piece), `${most} of row ${row}`);
      }
    }),
    { numRuns: 1000 },
  );
});

/** Pieces put one by one on the devices with most left: no more than fit. */
function greedy(room: ReturnType<typeof roomOf>, piece: ReturnType<typeof pieceOf>): number {
  const { count, milli, cpu, memory } = piece;
  const devices = [...room.devices];
  let placed = 0;
  for (;;) {
    const isEnough = room.cpu >= cpu * (placed + 1) && room.memory >= memory * (placed + 1);
    const order = [...devices.keys()].toSorted((left, right) => devices[right] - devices[left]);
    const chosen = order.slice(0, count).filter((device) => devices[device] >= milli);
    if (!isEnough || chosen.length < count) return placed;
    for (const device of chosen) devices[device] -= milli;
    placed += 1;
  }
}
