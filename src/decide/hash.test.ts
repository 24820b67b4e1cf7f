import assert from "node:assert/strict";
import { test } from "node:test";
import { Digest } from "./hash.ts";

function digestOf(...parts: readonly (number | string)[]): string {
  const digest = new Digest();
  for (const part of parts) {
    if (typeof part === "number") digest.integer(part);
    else digest.text(part);
  }
  return digest.hex();
}

test("S5: a digest is the same for ever", () => {
  assert.equal(digestOf(), "cbf29ce4811c9dc5");
  assert.equal(digestOf(0), "84e2302c9be17165");
  assert.equal(digestOf("node-1", 96_000, -1, 2 ** 40), "e1f0aa937344e264");
});

test("S5: order, borders and every bit of an integer count", () => {
  const sequences = [
    [],
    [""],
    ["a"],
    ["b"],
    ["a", "b"],
    ["b", "a"],
    ["ab"],
    ["", "ab"],
    ["ab", ""],
    [0],
    [-1],
    [1],
    [2 ** 31],
    [-(2 ** 31)],
    [2 ** 32],
    [2 ** 32 + 1],
    [1, 2],
    [2, 1],
    ["\u0005"],
    ["\u0105"],
  ];
  const digests = sequences.map((parts) => digestOf(...parts));
  assert.equal(new Set(digests).size, sequences.length);
  for (const digest of digests) assert.match(digest, /^[0-9a-f]{16}$/);
});
