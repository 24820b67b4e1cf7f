import assert from "node:assert/strict";
import { test } from "node:test";
import { unreachable } from "./unreachable.ts";

test("a case that was thought impossible is a bug that names it", () => {
  const state = { kind: "unheard-of" } as unknown as never;
  assert.throws(() => unreachable(state), { message: 'unreachable case: {"kind":"unheard-of"}' });
});
