import assert from "node:assert/strict";
import { test } from "node:test";
import { fail, succeed } from "./result.ts";

test("a result is a value or the reason why there is none", () => {
  assert.deepEqual(succeed(3), { ok: true, value: 3 });
  assert.deepEqual(fail("none left"), { ok: false, reason: "none left" });
});
