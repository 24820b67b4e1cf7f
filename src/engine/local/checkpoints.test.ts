import assert from "node:assert/strict";
import { mkdirSync, utimesSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { newestFileMs, ToldCheckpoints } from "./checkpoints.ts";

const folder = new TempFolder();
const NOW_MS = 2_000_000;

/** A file of this time in seconds since 1970. */
function write(name: string, atS: number): void {
  utimesSync(folder.write(name, ""), atS, atS);
}

test("the newest finished file counts, in folders below, too; one that is being written does not", () => {
  const root = folder.resolve("a");
  assert.equal(newestFileMs(root, NOW_MS), 0);
  mkdirSync(folder.resolve("a/step-1"), { recursive: true });
  write("a/step-1/model", 20);
  write("a/model", 10);
  write("a/model.tmp", 30);
  write("a/.listens", 40);
  assert.equal(newestFileMs(root, NOW_MS), 20_000);
});

test("of very many files those of the highest numbers are looked at", () => {
  mkdirSync(folder.resolve("many"));
  for (let step = 1; step <= 1100; step += 1) write(`many/step-${step}`, step);
  assert.equal(newestFileMs(folder.resolve("many"), NOW_MS), 1_100_000);
});

test("a file dated ahead does not count before its time", () => {
  mkdirSync(folder.resolve("ahead"));
  write("ahead/step-1", 20);
  write("ahead/step-2", 4_000_000);
  assert.equal(newestFileMs(folder.resolve("ahead"), NOW_MS), 20_000);
  assert.equal(newestFileMs(folder.resolve("ahead"), 4_000_000_000), 4_000_000_000);
});

test("a checkpoint is new until it is told, whichever clock that goes by", () => {
  const told = new ToldCheckpoints(1000);
  assert.equal(told.isNew(1000, 3000), false);
  assert.equal(told.isNew(2000, 3000), true);
  assert.equal(told.isNew(2000, 3000), true);
  told.told(1500);
  assert.equal(told.isNew(2000, 3000), false);
  assert.equal(told.isNew(2500, 7900), false);
  assert.equal(told.isNew(2500, 8000), true);
});

test("the machine's clock is set back: what is saved from then on is new", () => {
  const told = new ToldCheckpoints(9000);
  assert.equal(told.isNew(0, 3000), false);
  assert.equal(told.isNew(3500, 4000), true);
  told.told(9500);
  assert.equal(told.isNew(3500, 4000), false);
  assert.equal(told.isNew(4500, 9000), true);
});
