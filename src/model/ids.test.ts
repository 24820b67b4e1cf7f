import assert from "node:assert/strict";
import { test } from "node:test";
import { ID_LENGTH_MAX, nodeId, workId } from "./ids.ts";

test("an id is a text of 1 to 253 characters", () => {
  for (const toId of [nodeId, workId]) {
    for (const value of ["a", "a".repeat(ID_LENGTH_MAX)]) assert.equal(toId(value), value);
    for (const value of ["", "a".repeat(ID_LENGTH_MAX + 1)]) {
      assert.throws(() => toId(value), RangeError);
    }
  }
  assert.equal(ID_LENGTH_MAX, 253);
});

test("a range error says whose id is wrong", () => {
  assert.throws(() => nodeId(""), {
    message: "a node's id must have 1 to 253 characters, not 0",
  });
  assert.throws(() => workId(""), {
    message: "a work's id must have 1 to 253 characters, not 0",
  });
});
