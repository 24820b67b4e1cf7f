import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { heldOutWindows, readTexts, splitText, trainingWindows } from "./corpus.ts";
import { UsageError } from "./usage-error.ts";

const folder = new TempFolder();
const alphabet = "abcdefghijklmnop";
/** Sixteen stretches of 100 characters, each of one letter. */
const text = Array.from(alphabet, (letter) => letter.repeat(100)).join("");
const alone = { context: 8, batch: 6, rank: 0, worldSize: 1 };

test("each sixteenth stretch is held out, and its characters are not trained on", () => {
  const { vocabulary, training, heldOut } = splitText(text, 8);
  assert.equal(vocabulary.decode(training), text.slice(0, 1500));
  assert.deepEqual(
    [...heldOut],
    Array.from({ length: 100 }, () => 0),
  );
});

test("the same text has the same digest, another text another", () => {
  assert.equal(splitText(text, 8).digest, splitText(text, 8).digest);
  assert.notEqual(splitText(text, 8).digest, splitText(`${text}!`, 8).digest);
});

test("a text too short for a window on either side is refused with what it takes", () => {
  assert.throws(
    () => splitText("x".repeat(143), 8),
    new UsageError("the text has 143 characters; a context of 8 needs 144"),
  );
  assert.equal(heldOutWindows(splitText("x".repeat(144), 8).heldOut, alone).length, 1);
});

test("the windows of a step are the same each time, and shared out without overlap", () => {
  const tokens = Uint8Array.from({ length: 250 }, (_, index) => index);
  const rows = (rank: number, worldSize: number, step: number) => {
    const windows = trainingWindows(tokens, { ...alone, rank, worldSize }, 7, step);
    assert.equal(windows.tokens.length, windows.count * 9);
    return Array.from({ length: windows.count }, (_, row) =>
      windows.tokens.slice(row * 9, row * 9 + 9),
    );
  };
  const whole = rows(0, 1, 3);
  assert.deepEqual(rows(0, 1, 3), whole);
  assert.notDeepEqual(rows(0, 1, 4), whole);
  const [even, odd] = [rows(0, 2, 3), rows(1, 2, 3)];
  assert.deepEqual([even[0], odd[0], even[1], odd[1], even[2], odd[2]], whole);
  for (const row of whole) {
    assert.deepEqual(
      row,
      row.map((_, index) => row[0] + index),
    );
  }
});

test("held-out windows reach from the first to the last character", () => {
  const tokens = Uint8Array.from({ length: 100 }, (_, index) => index);
  const parts = heldOutWindows(tokens, alone);
  assert.deepEqual(
    parts.map(({ count }) => count),
    [8, 4],
  );
  assert.equal(parts[0].tokens[0], 0);
  assert.equal(parts[1].tokens.at(-1), 99);
  assert.deepEqual(heldOutWindows(tokens, { ...alone, rank: 12, worldSize: 13 }), []);
});

test("a folder's texts are read in order, without hidden ones, packages and other kinds", () => {
  for (const name of ["b", "node_modules", ".git"]) mkdirSync(folder.resolve(name));
  folder.write("b/second.md", "two\r\n");
  folder.write("a.ts", "one");
  folder.write("c.txt", "three");
  for (const name of ["picture.png", "node_modules/x.ts", ".git/x.md"]) folder.write(name, "no");
  assert.equal(readTexts([folder.path]), "one\ntwo\n\nthree");
  assert.equal(readTexts([folder.resolve("c.txt"), folder.resolve("a.ts")]), "three\none");
  assert.throws(() => readTexts([folder.resolve("d.md")]), /d\.md does not exist: name a text/);
});
