import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../../test/support/temp-folder.ts";
import type { InputErrorCode } from "./input-error.ts";
import { readLlmRequests } from "./llm-requests.ts";

const folder = new TempFolder();
const FIXTURE = fileURLToPath(new URL("fixtures/llm-requests.csv", import.meta.url));

test("requests have their tokens, and fractions of a second count", async () => {
  assert.deepEqual(await readLlmRequests(FIXTURE, () => {}), {
    arrivalMs: Float64Array.of(0, 250, 1500),
    contextTokens: Int32Array.of(1000, 20, 0),
    generatedTokens: Int32Array.of(10, 300, 1),
  });
});

const broken: readonly [row: string, column: string, code?: InputErrorCode][] = [
  ["2023-11-16 18:00:00.4,1,1", "TIMESTAMP", "unsorted-trace"],
  ["2023-11-16 18:00,1,1", "TIMESTAMP"],
  ["2023-11-16 18:00:00.5,1.5,1", "ContextTokens"],
  ["2023-11-16 18:00:00.5,1,", "GeneratedTokens"],
];
for (const [row, column, code = "invalid-value"] of broken) {
  test(`request ${row} is refused with its line and column`, async () => {
    const header = "TIMESTAMP,ContextTokens,GeneratedTokens";
    const text = `${header}\n2023-11-16 18:00:00.5,1,1\n${row}\n`;
    const file = folder.write("requests.csv", text);
    const place = { file, line: 3, column };
    await assert.rejects(
      readLlmRequests(file, () => {}),
      { name: "InputError", code, place },
    );
  });
}
