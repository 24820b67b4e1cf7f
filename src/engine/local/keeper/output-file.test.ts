import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  lstatSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { inodeOf, openOutput, rotateIfLong } from "./output-file.ts";

/** An output file of 2,000 letters, and how it is rotated. */
function longFile(rotateCount = 1, bytes = 2000) {
  const file = new TempFolder().resolve("out");
  const descriptor = openOutput(file);
  const rotation = { rotateBytes: 1024, rotateCount, inode: inodeOf(descriptor) };
  writeSync(descriptor, "a".repeat(bytes));
  closeSync(descriptor);
  return { file, rotation };
}

test("a long file moves one place on, the oldest is dropped, and appending starts anew", async () => {
  const folder = new TempFolder();
  const file = folder.resolve("out");
  const descriptor = openOutput(file);
  const rotation = { rotateBytes: 1024, rotateCount: 2, inode: inodeOf(descriptor) };
  for (const letter of ["a", "b", "c", "d"]) {
    writeSync(descriptor, letter.repeat(2000));
    await rotateIfLong(file, rotation);
  }
  writeSync(descriptor, "e");
  await rotateIfLong(file, rotation);
  closeSync(descriptor);
  const contents = [file, `${file}.1`, `${file}.2`].map((name) => readFileSync(name, "utf8"));
  assert.deepEqual(contents, ["e", "d".repeat(2000), "c".repeat(2000)]);
  assert.equal(existsSync(`${file}.3`), false);
});

test("without old files a long one is emptied", async () => {
  const { file, rotation } = longFile(0);
  await rotateIfLong(file, rotation);
  assert.equal(readFileSync(file, "utf8"), "");
  assert.equal(existsSync(`${file}.1`), false);
});

test("of a file that is far too long the end is kept", async () => {
  const { file, rotation } = longFile(1, 5000);
  writeFileSync(file, "end", { flag: "a" });
  await rotateIfLong(file, rotation);
  assert.equal(readFileSync(file, "utf8"), "");
  assert.equal(readFileSync(`${file}.1`, "utf8"), `${"a".repeat(1021)}end`);
});

test("who writes faster than is copied is cut off all the same", async () => {
  const file = new TempFolder().resolve("out");
  const descriptor = openOutput(file);
  const writer = spawn("yes", { stdio: ["ignore", descriptor, "ignore"] });
  const rotation = { rotateBytes: 2 ** 20, rotateCount: 1, inode: inodeOf(descriptor) };
  closeSync(descriptor);
  for (let round = 0; round < 3; round += 1) {
    while (statSync(file).size < 3 * rotation.rotateBytes) await promisify(setImmediate)();
    await rotateIfLong(file, rotation);
    const { size } = statSync(`${file}.1`);
    assert.ok(size > 0 && size <= 17 * 2 ** 20, `${size}`);
  }
  const ended = once(writer, "exit");
  writer.kill("SIGKILL");
  await ended;
});

test("a pipe in the place of the draft is removed, and waited for by nobody", async () => {
  const { file, rotation } = longFile();
  execFileSync("sh", ["-c", 'mkfifo "$0"', `${file}.rotating`]);
  await rotateIfLong(file, rotation);
  assert.equal(readFileSync(`${file}.1`, "utf8").length, 2000);
  assert.equal(existsSync(`${file}.rotating`), false);
});

test("a link in the place of the draft is removed, and what it names is kept", async () => {
  const { file, rotation } = longFile();
  const other = new TempFolder().write("other", "mine");
  symlinkSync(other, `${file}.rotating`);
  await rotateIfLong(file, rotation);
  assert.equal(readFileSync(other, "utf8"), "mine");
  assert.ok(lstatSync(`${file}.1`).isFile());
});

test("what took the name of an output file is neither copied nor cut", async () => {
  const other = new TempFolder().write("other", "b".repeat(3000));
  const plant: ((file: string) => void)[] = [
    (file) => symlinkSync(other, file),
    (file) => writeFileSync(file, "c".repeat(3000)),
    (file) => void execFileSync("sh", ["-c", 'mkfifo "$0"', file]),
  ];
  for (const put of plant) {
    const { file, rotation } = longFile();
    renameSync(file, `${file}.away`);
    put(file);
    const { mode, size } = lstatSync(file);
    await assert.rejects(rotateIfLong(file, rotation));
    assert.deepEqual([lstatSync(file).mode, lstatSync(file).size], [mode, size]);
    assert.equal(existsSync(`${file}.1`), false);
  }
  assert.equal(readFileSync(other, "utf8").length, 3000);
  const link = new TempFolder().resolve("link");
  symlinkSync(other, link);
  assert.throws(() => openOutput(link), { code: "ELOOP" });
});
