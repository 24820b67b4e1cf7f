import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { readImageRequests } from "./image-requests.ts";
import type { InputErrorCode } from "./input-error.ts";

const folder = new TempFolder();
const FIXTURE = fileURLToPath(new URL("fixtures/image-requests.csv", import.meta.url));

function requestsOf(...rows: readonly string[]) {
  const text = ["gmt_create,exec_time_seconds", ...rows, ""].join("\n");
  return readImageRequests(folder.write("requests.csv", text), () => {});
}

test("requests that were executed count, from the first of them on", async () => {
  const ignored: string[] = [];
  const read = await readImageRequests(FIXTURE, (_, columns) => ignored.push(...columns));
  assert.deepEqual(read, {
    arrivalMs: Float64Array.of(0, 3000, 3000),
    serveMs: Float64Array.of(20_500, 4000, 7000),
    unserved: 2,
  });
  assert.deepEqual(ignored, []);
});

const NOON = "2024-11-15 12:00:00";
const broken: readonly [row: string, column: string, code?: InputErrorCode][] = [
  ["2024-11-15 11:59:59,1", "gmt_create", "unsorted-trace"],
  [",1", "gmt_create"],
  ["2024-13-15 12:00:00,1", "gmt_create"],
  ["2024-02-30 12:00:00,1", "gmt_create"],
  ["2024-11-15T12:00:00,1", "gmt_create"],
  ["2024-11-15 24:00:00,1", "gmt_create"],
  ["1731672000,1", "gmt_create"],
  [`${NOON},-1`, "exec_time_seconds"],
  [`${NOON},1e3`, "exec_time_seconds"],
  [`${NOON},soon`, "exec_time_seconds"],
  [`${NOON},99999999999`, "exec_time_seconds"],
];
for (const [row, column, code = "invalid-value"] of broken) {
  test(`request ${row} is refused with its line and column`, async () => {
    const place = { file: folder.resolve("requests.csv"), line: 3, column };
    await assert.rejects(requestsOf(`${NOON},1`, row), { name: "InputError", code, place });
  });
}

test("a trace in which nothing was executed is refused", async () => {
  await assert.rejects(requestsOf(`${NOON},0`), { code: "empty-file" });
});
