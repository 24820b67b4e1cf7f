import assert from "node:assert/strict";
import { test } from "node:test";
import { UNKNOWN, Vocabulary } from "./vocabulary.ts";

test("a text of known characters comes back as it was, beyond 16 bits too", () => {
  const text = "für 3 🦊 → ok\n";
  const vocabulary = Vocabulary.of(text);
  assert.equal(vocabulary.encode(text).length, Array.from(text).length);
  assert.equal(vocabulary.decode(vocabulary.encode(text)), text);
});

test("token 0 is what is not known, the others are by code point", () => {
  const vocabulary = Vocabulary.of("cabba");
  assert.deepEqual(vocabulary.characters, [UNKNOWN, "a", "b", "c"]);
  assert.deepEqual([...vocabulary.encode("abz")], [1, 2, 0]);
  assert.equal(vocabulary.decode([3, 0, 99]), `c${UNKNOWN}${UNKNOWN}`);
});

test("the 127 most frequent characters are known", () => {
  const many = Array.from({ length: 300 }, (_, index) => String.fromCodePoint(0x100 + index));
  const vocabulary = Vocabulary.of(many.join("") + many.slice(100).join(""));
  assert.deepEqual(vocabulary.characters.slice(1), many.slice(100, 227));
});
