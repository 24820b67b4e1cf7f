import assert from "node:assert/strict";
import { mkdirSync, utimesSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { newestFileMs } from "./checkpoints.ts";

const folder = new TempFolder();

/** A file of this time in seconds since 1970. */
function write(name: string, atS: number): void {
  utimesSync(folder.write(name, ""), atS, atS);
}

test("the newest finished file counts, in folders below, too; one that is being written does not", () => {
  const root = folder.resolve("a");
  assert.equal(newestFileMs(root), 0);
  mkdirSync(folder.resolve("a/step-1"), { recursive: true });
  write("a/step-1/model", 20);
  write("a/model", 10);
  write("a/model.tmp", 30);
  write("a/.listens", 40);
  assert.equal(newestFileMs(root), 20_000);
});

test("of very many files those of the highest numbers are looked at", () => {
  mkdirSync(folder.resolve("many"));
  for (let step = 1; step <= 1100; step += 1) write(`many/step-${step}`, step);
  assert.equal(newestFileMs(folder.resolve("many")), 1_100_000);
});
