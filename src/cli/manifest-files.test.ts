import assert from "node:assert/strict";
import { test } from "node:test";
import { joinFiles } from "./manifest-files.ts";

test("the lines of joined files are known", () => {
  const files = [
    { file: "a", text: "one\ntwo" },
    { file: "b", text: "\uFEFFthree\n" },
    { file: "c", text: "four\n" },
  ];
  const { text, places } = joinFiles(files);
  assert.equal(text, "one\ntwo\n---\nthree\n---\nfour\n");
  const lines = text.split("\n");
  assert.deepEqual(
    places.map(({ file, before }) => [file, lines[before]]),
    [
      ["a", "one"],
      ["b", "three"],
      ["c", "four"],
    ],
  );
});
