import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { LogReader } from "./log-reader.ts";

const folder = new TempFolder();
let files = 0;

function newFile(text: string): string {
  files += 1;
  return folder.write(`log-${files}`, text);
}

/** As the keeper does: shift, copy, cut; `beforeCut` happens between the last two. */
function rotate(file: string, count: number, beforeCut = () => {}): void {
  copyFileSync(file, `${file}.rotating`);
  for (let number = count; number > 1; number -= 1) {
    if (existsSync(`${file}.${number - 1}`)) {
      renameSync(`${file}.${number - 1}`, `${file}.${number}`);
    }
  }
  renameSync(`${file}.rotating`, `${file}.1`);
  beforeCut();
  truncateSync(file);
}

async function readAll(reader: LogReader): Promise<string> {
  let text = "";
  for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read()) {
    text += chunk.toString();
  }
  return text;
}

test("a log is told once, whatever is rotated between and within reads", async () => {
  const file = newFile("1\n2\n");
  const reader = await LogReader.open(file);
  assert.equal(await readAll(reader), "1\n2\n");
  appendFileSync(file, "3\n");
  rotate(file, 3);
  assert.equal(await readAll(reader), "3\n");
  appendFileSync(file, "4\n");
  rotate(file, 3);
  appendFileSync(file, "55\n");
  rotate(file, 3);
  appendFileSync(file, "6\n");
  assert.equal(await readAll(reader), "4\n55\n6\n");
});

test("a rotation that is under way is followed: the copy grows, then the file is cut", async () => {
  const file = newFile("1\n");
  const reader = await LogReader.open(file);
  assert.equal(await readAll(reader), "1\n");
  appendFileSync(file, "2\n");
  copyFileSync(file, `${file}.1`);
  assert.equal(await readAll(reader), "2\n");
  appendFileSync(file, "3\n");
  appendFileSync(`${file}.1`, "3\n");
  assert.equal(await readAll(reader), "3\n");
  truncateSync(file);
  appendFileSync(file, "4\n");
  assert.equal(await readAll(reader), "4\n");
});

test("a rotation that was given up changes nothing", async () => {
  const file = newFile("1\n");
  const reader = await LogReader.open(file);
  copyFileSync(file, `${file}.1`);
  assert.equal(await readAll(reader), "1\n");
  appendFileSync(file, "2\n");
  rmSync(`${file}.1`);
  assert.equal(await readAll(reader), "2\n");
});

test("a file that grew as long again since its rotation is told from its start", async () => {
  const file = newFile("1\n");
  const reader = await LogReader.open(file);
  assert.equal(await readAll(reader), "1\n");
  rotate(file, 3);
  appendFileSync(file, "2\n3\n");
  assert.equal(await readAll(reader), ""); // Whether it was cut cannot be told yet.
  assert.equal(await readAll(reader), "2\n3\n");
});

test("a file that is cut without a copy, or made anew, begins anew", async () => {
  const file = newFile("12345\n");
  const reader = await LogReader.open(file);
  assert.equal(await readAll(reader), "12345\n");
  truncateSync(file);
  assert.equal(await readAll(reader), "");
  writeFileSync(file, "6\n");
  assert.equal(await readAll(reader), "6\n");
});

test("reading begins with the oldest text that is kept, or some lines before the end", async () => {
  const file = newFile("1\n2\n");
  rotate(file, 3);
  appendFileSync(file, "3\n4");
  rotate(file, 3);
  appendFileSync(file, "4\n5\n6\n7\n8\n9");
  const tail = async (lines?: number) => readAll(await LogReader.open(file, lines));
  assert.equal(await tail(), "1\n2\n3\n44\n5\n6\n7\n8\n9");
  assert.equal(await tail(0), "");
  assert.equal(await tail(1), "9");
  assert.equal(await tail(6), "44\n5\n6\n7\n8\n9");
  assert.equal(await tail(7), "3\n44\n5\n6\n7\n8\n9");
  assert.equal(await tail(9), "1\n2\n3\n44\n5\n6\n7\n8\n9");
  assert.equal(await tail(1000), "1\n2\n3\n44\n5\n6\n7\n8\n9");
  appendFileSync(file, "\n");
  assert.equal(await tail(1), "9\n");
});

test("a file that is not there yet is waited for, and lines may be longer than a block", async () => {
  const file = folder.resolve("later");
  const reader = await LogReader.open(file, 10);
  assert.equal(await readAll(reader), "");
  const long = `${"x".repeat(200_000)}\n`;
  writeFileSync(file, `0\n${long}${long}`);
  assert.equal(await readAll(reader), `0\n${long}${long}`);
  assert.equal(await readAll(await LogReader.open(file, 1)), long);
});
