import assert from "node:assert/strict";
import { test } from "node:test";
import { tokenCheck } from "./gate.ts";

test("a token lets in if it is this one, as a bearer", () => {
  const isToken = tokenCheck("abc.DEF");
  for (const good of ["Bearer abc.DEF", "bearer abc.DEF", "Bearer  abc.DEF "]) {
    assert.equal(isToken(good), true, good);
  }
  const bad = [
    "",
    "abc.DEF",
    "Basic abc.DEF",
    "Bearer",
    "Bearer ",
    "Bearer abc.DE",
    "Bearer abc.DEFG",
  ];
  for (const text of [undefined, ...bad, "Bearer abc.def", "Bearer abc.DEF x"]) {
    assert.equal(isToken(text), false, text);
  }
});

test("no token lets in where the token is empty", () => {
  assert.equal(tokenCheck("")(undefined), false);
  assert.equal(tokenCheck("")("Bearer "), false);
});
