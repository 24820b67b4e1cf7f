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
  assert.equal(digestOf(), "7347a9dbab3e7c0b");
  assert.equal(digestOf(0), "b1b29133eaf7d32a");
  assert.equal(digestOf("node-1", 96_000, -1, 2 ** 40), "7b7f9b9c2aa8dd65");
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
    ["ba"],
    ["abc"],
    ["ab\u0000"],
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

test("S5: a part stands for all that it has taken in", () => {
  const digestOfPart = (text: string) => {
    const [inner, outer] = [new Digest(), new Digest()];
    inner.text(text);
    outer.part(inner.asPart());
    return outer.hex();
  };
  assert.equal(digestOfPart("a"), digestOfPart("a"));
  assert.equal(new Set(["", "a", "b", "ab"].map(digestOfPart)).size, 4);
});
