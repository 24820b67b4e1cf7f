import assert from "node:assert/strict";
import { test } from "node:test";
import { TupleTable } from "./tuple-table.ts";

test("only the first cells of the source count", () => {
  const table = new TupleTable();
  const source = Int32Array.of(1, 2, 3);
  assert.equal(table.intern(source, 2), 0);
  assert.equal(table.intern(source, 3), 1);
  source[2] = 9;
  assert.equal(table.intern(source, 2), 0);
  assert.equal(table.intern(source, 0), 2);
  assert.equal(table.intern([], 0), 2);
});

test("ids last while the table grows", () => {
  const table = new TupleTable();
  const count = 5000;
  for (let id = 0; id < count; id += 1) assert.equal(table.intern([id, -id], 2), id);
  for (let id = 0; id < count; id += 1) assert.equal(table.intern([id, -id], 2), id);
  assert.equal(table.size, count);
});
