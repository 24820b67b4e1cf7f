import assert from "node:assert/strict";
import { test } from "node:test";
import { cutMiddle, formatColumns, PLAIN, type Screen, wrapWords } from "./columns.ts";

const terminal: Screen = { isTerminal: true, hasColours: false, columns: 30 };
const rows = [
  ["NAME", "PHASE", "REASON"],
  ["a-very-long-name-of-a-job-0017", "Running", "-"],
  ["b", "Pending", "no-room-now"],
];

test("columns are aligned, and nothing is cut in a pipe", () => {
  assert.equal(
    formatColumns(rows, PLAIN),
    "NAME                            PHASE    REASON\n" +
      "a-very-long-name-of-a-job-0017  Running  -\n" +
      "b                               Pending  no-room-now\n",
  );
});

test("on a terminal the widest columns lose their middle until the lines fit", () => {
  const text = formatColumns(rows, terminal);
  assert.equal(
    text,
    "NAME        PHASE    REASON\n" +
      "a-ver…0017  Running  -\n" +
      "b           Pending  no-r…-now\n",
  );
  for (const line of text.split("\n")) assert.ok(line.length <= 30);
});

test("a table that cannot fit is not cut beyond reading", () => {
  const text = formatColumns(rows, { ...terminal, columns: 10 });
  assert.match(text, /^a-ve…017 {2}Running {2}-$/m);
});

test("what is for copying is whole on a terminal, too", () => {
  const text = formatColumns(rows, terminal, new Set([0]));
  assert.match(text, /^a-very-long-name-of-a-job-0017 {2}Running {2}-$/m);
});

test("states have colours where the screen has", () => {
  const text = formatColumns([["a", "Running", "x"]], { ...terminal, hasColours: true });
  assert.equal(text, "a  \u001B[32mRunning\u001B[39m  x\n");
});

test("what comes from elsewhere cannot drive the terminal", () => {
  assert.equal(formatColumns([["\u001B[2J"]], PLAIN), "\\u{1b}[2J\n");
});

test("the middle of a name is cut, and words are wrapped", () => {
  assert.equal(cutMiddle("abcdefgh", 5), "ab…gh");
  assert.equal(cutMiddle("abcdefgh", 8), "abcdefgh");
  assert.equal(cutMiddle("abcdefgh", 0), "…");
  assert.equal(wrapWords("one two three four", 9, "  "), "  one two\n  three\n  four\n");
});
