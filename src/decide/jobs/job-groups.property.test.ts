import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { buildBook, runJob } from "../../../test/support/build-book.ts";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import { jobId } from "../../model/ids.ts";
import type { JobBook } from "./job-book.ts";
import type { JobGroup } from "./job-groups.ts";

const QUEUES = ["a", "b", "c"];
const SHARED = { cpu: 20_000, memory: 200, gpuMilli: 8000 };
const shape = fc.record({
  queue: fc.constantFrom(...QUEUES),
  priority: fc.nat(2),
  count: fc.nat(2),
  cpu: fc.constantFrom(0, 1000),
});
const step = fc.oneof(shape, fc.record({ ends: fc.nat(20) }));

function groupsOf(book: JobBook): JobGroup[] {
  const leaves = [...book.groups.leaves()];
  return leaves.flatMap((leaf) => Array.from(book.groups.of(leaf)));
}

function bookAfter(steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[]) {
  const devices = [1000, 1000, 1000, 1000];
  const node = (id: string) => buildNode({ id, cpu: 10_000, memory: 100, devices });
  const book = buildBook([node("n0"), node("n1")], QUEUES);
  const running: string[] = [];
  for (const [index, each] of steps.entries()) {
    if ("ends" in each) {
      const [id] = running.splice(each.ends % Math.max(1, running.length), 1);
      if (id === undefined) continue;
      const record = book.records.get(jobId(id))!;
      book.dropPlaces(record);
      book.forget(record);
      continue;
    }
    const { queue, priority, count, cpu } = each;
    const job = buildJob({
      id: `j${index}`,
      queue,
      priority,
      request: buildRequest({ cpu, count }),
    });
    if (runJob(book, job, 0)) running.push(`j${index}`);
  }
  return book;
}

test("a group counts the running jobs that are alike, and its slot is its own", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const book = bookAfter(steps);
      const groups = groupsOf(book);
      assert.equal(new Set(groups.map(({ slot }) => slot)).size, groups.length);
      const counts = new Map<JobGroup, number>();
      for (const { group, leaf, job } of book.records.values()) {
        if (group === undefined) continue;
        assert.equal(group.leaf, leaf);
        assert.equal(group.priority, job.priority);
        counts.set(group, (counts.get(group) ?? 0) + 1);
      }
      assert.deepEqual(new Set(counts.keys()), new Set(groups));
      for (const [group, count] of counts) assert.equal(group.running, count);
    }),
  );
});

test("V6, Q5: the choice of groups is that of each asked for itself, however it is remembered", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(shape), (steps, asking) => {
      const book = bookAfter(steps);
      for (const [index, { queue, priority, count, cpu }] of asking.entries()) {
        const request = buildRequest({ cpu, count });
        const job = buildJob({ id: `asks-${index}`, queue, priority, request });
        const record = book.add(job, book.queues.indexOf(job.queue)!, 0);
        const { leaf, amounts } = record;
        const expected = groupsOf(book).filter((group) => {
          if (group.leaf === leaf) return group.priority < priority;
          const bit = (resource: number) => (group.holds >> resource) & 1;
          const held = { cpu: bit(0), memory: bit(1), gpuMilli: bit(2) };
          return book.queues.mayReclaim(leaf, group.leaf, amounts, SHARED, held);
        });
        const { groups, mask, slots } = book.choices.of(book, record, SHARED);
        assert.deepEqual(new Set(groups), new Set(expected));
        for (const group of groupsOf(book)) {
          assert.equal(slots[group.slot] === 1, groups.has(group));
          if (groups.has(group)) assert.ok((mask & group.bit) !== 0);
        }
      }
    }),
  );
});
