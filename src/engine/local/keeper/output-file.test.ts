import assert from "node:assert/strict";
import { closeSync, existsSync, readFileSync, writeSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { openOutput, rotateIfLong } from "./output-file.ts";

test("a long file moves one place on, the oldest is dropped, and appending starts anew", async () => {
  const folder = new TempFolder();
  const file = folder.resolve("out");
  const descriptor = openOutput(file);
  for (const letter of ["a", "b", "c", "d"]) {
    writeSync(descriptor, letter.repeat(2000));
    await rotateIfLong(file, { rotateBytes: 1024, rotateCount: 2 });
  }
  writeSync(descriptor, "e");
  await rotateIfLong(file, { rotateBytes: 1024, rotateCount: 2 });
  closeSync(descriptor);
  const contents = [file, `${file}.1`, `${file}.2`].map((name) => readFileSync(name, "utf8"));
  assert.deepEqual(contents, ["e", "d".repeat(2000), "c".repeat(2000)]);
  assert.equal(existsSync(`${file}.3`), false);
});

test("without old files a long one is emptied", async () => {
  const file = new TempFolder().write("out", "a".repeat(2000));
  await rotateIfLong(file, { rotateBytes: 1024, rotateCount: 0 });
  assert.equal(readFileSync(file, "utf8"), "");
  assert.equal(existsSync(`${file}.1`), false);
});
