import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { takeLock } from "./keeper-lock.ts";
import { findProcess } from "./process-table.ts";

const { pid } = process;
const self = { pid, startTime: findProcess(pid)?.startTime ?? "" };

test("a lock is taken once; its holder is named to the next", () => {
  const folder = new TempFolder();
  assert.deepEqual(takeLock(folder.path), { ok: true, value: self });
  assert.deepEqual(takeLock(folder.path), { ok: false, reason: self });
  assert.deepEqual(readdirSync(folder.path), ["keeper.lock.1"]);
});

for (const [name, content] of [
  ["an ended process", JSON.stringify({ pid: 2 ** 30, startTime: "a" })],
  ["an earlier process of a living one's number", JSON.stringify({ pid, startTime: "a" })],
  ["nobody, being empty", ""],
  ["nobody, being cut off", '{"pid": 12'],
] as const) {
  test(`a lock that names ${name} is taken over, and removed`, () => {
    const folder = new TempFolder();
    folder.write("keeper.lock.7", content);
    assert.deepEqual(takeLock(folder.path), { ok: true, value: self });
    assert.deepEqual(readdirSync(folder.path), ["keeper.lock.8"]);
  });
}

test("of several locks the highest counts, as a number", () => {
  const folder = new TempFolder();
  folder.write("keeper.lock.9", JSON.stringify({ pid, startTime: "a" }));
  folder.write("keeper.lock.10", JSON.stringify(self));
  assert.deepEqual(takeLock(folder.path), { ok: false, reason: self });
});
