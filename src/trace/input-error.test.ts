import assert from "node:assert/strict";
import { test } from "node:test";
import { INPUT_ERRORS, InputError } from "./input-error.ts";

test("a message says where, what, and the cure of its code", () => {
  const { cure } = INPUT_ERRORS["invalid-value"];
  const places = [
    [{ file: "a.csv" }, "a.csv"],
    [{ file: "a.csv", line: 7 }, "a.csv, line 7"],
    [{ file: "a.csv", line: 7, column: "gpu" }, "a.csv, line 7, column gpu"],
    [{ file: "a.yaml", line: 7, key: "jobs[0].queue" }, "a.yaml, line 7, jobs[0].queue"],
  ] as const;
  for (const [place, text] of places) {
    const { message } = new InputError("invalid-value", place, "is wrong");
    assert.equal(message, `${text}: is wrong. ${cure}`);
  }
});

test("a message is one line that no terminal takes for a command", () => {
  const { message } = new InputError(
    "invalid-value",
    { file: "a\nb" },
    "\u001B[31m\u202E \uFFFD é",
  );
  assert.match(message, /^a\\u\{a\}b: \\u\{1b\}\[31m\\u\{202e\} \uFFFD é\. /);
});

test("every code says its meaning and cure in sentences", () => {
  for (const { meaning, cure } of Object.values(INPUT_ERRORS)) {
    assert.match(meaning, /^[A-Z].*\.$/);
    assert.match(cure, /^[A-Z].*\.$/);
  }
});
