import assert from "node:assert/strict";
import { test } from "node:test";
import { LinePrefix } from "./line-prefix.ts";

test("each line gets its prefix, wherever the bytes are cut", () => {
  const prefix = new LinePrefix("[0] ");
  const parts = ["on", "e\ntw", "o\n\nthr"].map((text) => prefix.push(Buffer.from(text)));
  const text = Buffer.concat([...parts, prefix.end(), prefix.end()]).toString();
  assert.equal(text, "[0] one\n[0] two\n[0] \n[0] thr\n");
});

test("a line without end is let through in parts", () => {
  const text = new LinePrefix("> ").push(Buffer.alloc(70_000, "x")).toString();
  assert.match(text, /^> x{70000}\n$/);
});
