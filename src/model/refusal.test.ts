import assert from "node:assert/strict";
import { test } from "node:test";
import { REFUSAL_CODES } from "./refusal.ts";

test("every code of a refusal says in sentences what it means and what to do", () => {
  for (const [code, { meaning, cure }] of Object.entries(REFUSAL_CODES)) {
    assert.match(code, /^[a-z]+(-[a-z]+)+$/);
    assert.match(meaning, /^[A-Z].*\.$/);
    assert.match(cure, /^[A-Z].*\.$/);
  }
});
