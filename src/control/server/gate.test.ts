import assert from "node:assert/strict";
import { test } from "node:test";
import { hostCheck, LOOPBACK_HOSTS, tokenCheck } from "./gate.ts";

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

test("a host is known by its name, with any port", () => {
  const isOwn = hostCheck([...LOOPBACK_HOSTS, "Gpu-1.example"]);
  const own = [
    "localhost",
    "LOCALHOST:80",
    "127.0.0.1:7600",
    "[::1]",
    "[::1]:7600",
    "gpu-1.example",
  ];
  for (const host of own) assert.equal(isOwn(host), true, host);
  const others = ["", "evil.example", "localhost.evil.example:7600", "127.0.0.1.evil.example"];
  const malformed = [
    "localhost:x",
    "localhost:7600:1",
    "[::1",
    "::1",
    "localhost@evil",
    "127.0.0.2",
  ];
  for (const host of [undefined, ...others, ...malformed]) assert.equal(isOwn(host), false, host);
});
