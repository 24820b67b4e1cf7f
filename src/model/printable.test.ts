import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "./printable.ts";

test("what a terminal would obey is shown by its number", () => {
  assert.equal(printable("a\u001b[31m\r\n\u202eb"), "a\\u{1b}[31m\\u{d}\\u{a}\\u{202e}b");
  assert.equal(printable("Größe 😀"), "Größe 😀");
});
