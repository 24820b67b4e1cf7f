import assert from "node:assert/strict";
import { test } from "node:test";
import { formatTable } from "./format-table.ts";

test("the first column stands to the left, the others to the right, without blanks at the end", () => {
  const table = formatTable([
    ["policy", "at 100 %", ""],
    ["gpu-clustering", "9.1", "x"],
    ["fgd", "94.25", ""],
  ]);
  assert.equal(
    table,
    [
      "policy          at 100 %",
      "gpu-clustering       9.1  x",
      "fgd                94.25",
      "",
    ].join("\n"),
  );
});
