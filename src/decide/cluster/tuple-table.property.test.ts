import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TupleTable } from "./tuple-table.ts";

const tuple = fc.array(
  fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  { maxLength: 6 },
);

test("a tuple has one id, dense and in order of first sight, and keeps its cells", () => {
  fc.assert(
    fc.property(fc.array(tuple, { maxLength: 400, size: "max" }), (tuples) => {
      const table = new TupleTable();
      const naive = new Map<string, number>();
      for (const each of tuples) {
        const name = each.join();
        if (!naive.has(name)) naive.set(name, naive.size);
        assert.equal(table.intern(each, each.length), naive.get(name));
        assert.equal(table.size, naive.size);
      }
      assert.deepEqual(contentOf(table), [...naive.keys()]);
    }),
    { numRuns: 100 },
  );
});

function contentOf(table: TupleTable): string[] {
  return Array.from({ length: table.size }, (_, id) =>
    table.cells.slice(table.starts[id], table.starts[id + 1]).join(),
  );
}
