import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { buildBook, runJob } from "../../../test/support/build-book.ts";
import { buildJob } from "../../../test/support/build-job.ts";
import { buildNode, buildRequest } from "../../../test/support/cluster-arbitraries.ts";
import type { JobBook } from "./job-book.ts";
import { SPARE_BIT } from "./row-index.ts";
import { costsOf } from "./row-costs.ts";
import { SortedJobs } from "./sorted-jobs.ts";

const GRACE_MS = 1000;
const step = fc.record({
  kind: fc.constantFrom("run", "run", "run", "stop", "suspend", "shrink", "save"),
  which: fc.nat(30),
  min: fc.integer({ min: 1, max: 2 }),
  more: fc.nat(2),
});

function take(
  book: JobBook,
  index: number,
  each: typeof step extends fc.Arbitrary<infer S> ? S : never,
) {
  const { kind, which, min, more } = each;
  const request = buildRequest({ count: 1, cpu: 1000, memory: 1 });
  if (kind === "run") {
    const job = buildJob({
      id: `j${index}`,
      queue: "q",
      min,
      max: min + more,
      request,
      suspendMs: 1,
    });
    runJob(book, job, index);
    return;
  }
  const running = [...book.records.values()].filter(({ group }) => group !== undefined);
  if (running.length === 0) return;
  const record = running[which % running.length];
  if (kind === "stop") book.toStopping(record, true);
  else if (kind === "suspend") book.toSuspended(record, index);
  else if (kind === "save") book.progressed(record, index, false);
  else if (record.spare > 0) book.removeMembers(record, [record.members.at(-1)!]);
}

/** All that it remembers of a row is what the jobs there say now. */
function checkRow(book: JobBook, row: number): void {
  const { rows, ground, records } = book;
  const here = [...records.values()].filter(
    ({ group, members }) => group !== undefined && members.some((member) => member.row === row),
  );
  const running = rows.running(row);
  const bySequence = here.toSorted((left, right) => left.sequence - right.sequence);
  assert.deepEqual(
    running.map(({ record }) => record.job.id),
    bySequence.map(({ job }) => job.id),
  );
  let mask = 0;
  for (const { group, spare } of here) mask |= spare > 0 ? group!.bit | SPARE_BIT : group!.bit;
  assert.equal(rows.maskOf(row), mask);
  const costs = rows.costs(row, ground.table.changes.last[row], GRACE_MS);
  assert.deepEqual(costs, costsOf(running, GRACE_MS));
}

test("what is known of a row follows every change of its jobs", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const devices = [1000, 1000, 1000, 1000];
      const node = (id: string) => buildNode({ id, cpu: 10_000, memory: 100, devices });
      const book = buildBook([node("n0"), node("n1")], ["q"]);
      for (const [index, each] of steps.entries()) {
        take(book, index, each);
        for (const row of [0, 1]) checkRow(book, row);
        const sparing = [...book.records.values()].filter(({ spare }) => spare > 0);
        assert.deepEqual([...book.sparing], sparing);
      }
    }),
    { numRuns: 200 },
  );
});

test("sorted jobs are a set in order of submission", () => {
  const book = buildBook([], ["q"]);
  const leaf = book.queues.indexOf(buildJob({ id: "x" }).queue)!;
  const records = Array.from({ length: 8 }, (_, at) =>
    book.add(buildJob({ id: `j${at}` }), leaf, 0),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(7), fc.boolean())), (changes) => {
      const sorted = new SortedJobs();
      const expected = new Set<(typeof records)[number]>();
      for (const [at, isAdded] of changes) {
        if (isAdded) sorted.add(records[at]);
        else sorted.delete(records[at]);
        if (isAdded) expected.add(records[at]);
        else expected.delete(records[at]);
        const inOrder = records.filter((record) => expected.has(record));
        assert.deepEqual([...sorted], inOrder);
        assert.equal(sorted.size, inOrder.length);
      }
    }),
  );
});
