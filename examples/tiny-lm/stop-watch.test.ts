import assert from "node:assert/strict";
import { test } from "node:test";
import { StopWatch } from "./stop-watch.ts";

function feed(text: string, words: readonly string[]) {
  const watch = new StopWatch(words);
  const pieces: string[] = [];
  for (const piece of text) {
    if (!watch.isOver) pieces.push(watch.take(piece));
  }
  return { pieces, isOver: watch.isOver, whole: pieces.join("") + watch.rest() };
}

test("text ends before the first word that comes", () => {
  assert.equal(feed("one two three", ["three", "two"]).whole, "one ");
  assert.equal(feed("abc", ["a"]).whole, "");
  assert.ok(feed("abc", ["c"]).isOver);
});

test("what may become a word is withheld until it cannot", () => {
  assert.deepEqual(feed("ENEMY", ["END"]).pieces, ["", "", "EN", "EM", "Y"]);
});

test("what was withheld at the end is not lost", () => {
  const { pieces, isOver, whole } = feed("the EN", ["END"]);
  assert.equal(pieces.join(""), "the ");
  assert.equal(isOver, false);
  assert.equal(whole, "the EN");
});

test("a word that begins within a false start is found", () => {
  assert.equal(feed("xaaab", ["aab"]).whole, "xa");
  assert.equal(feed("ababac", ["abac"]).whole, "ab");
});

test("without words nothing is withheld", () => {
  assert.deepEqual(feed("abc", []).pieces, ["a", "b", "c"]);
});
