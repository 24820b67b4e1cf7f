import assert from "node:assert/strict";
import { test } from "node:test";
import { Turns } from "./turns.ts";

test("turns of one connection come one after the other, those of others at once", () => {
  const turns = new Turns<object>(2);
  const [one, other] = [{}, {}];
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const take = (connection: object, name: string) =>
    turns.take(connection, (done) => {
      begun.push(name);
      ends.push(done);
    });
  assert.deepEqual([take(one, "a"), take(one, "b"), take(one, "c")], [true, true, true]);
  assert.equal(take(one, "too many"), false);
  assert.equal(take(other, "d"), true);
  assert.deepEqual(begun, ["a", "d"]);
  ends[0]();
  assert.deepEqual(begun, ["a", "d", "b"]);
  ends[2]();
  ends[3]();
  assert.deepEqual(begun, ["a", "d", "b", "c"]);
  assert.deepEqual([turns.isTaken(one), turns.isTaken(other)], [false, true]);
});
