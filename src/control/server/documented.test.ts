import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { API_ERRORS } from "../../api/api-error.ts";
import { CLIENT_ERRORS } from "../../client/client-error.ts";
import { ROUTES } from "./routes.ts";
import { SERVER_LIMITS } from "./server-limits.ts";

const text = readFileSync(path.resolve(import.meta.dirname, "../../../docs/api.md"), "utf8");

/** Rows of the only table below a heading. */
function rowsBelow(heading: string): string[] {
  const start = text.indexOf(`\n## ${heading}\n`) + 1;
  const end = text.indexOf("\n## ", start);
  const lines = text.slice(start, end === -1 ? undefined : end).split("\n");
  return lines.filter((line) => line.startsWith("|")).slice(2);
}

function rowOf(...cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

test("docs/api.md has every path with what it does and takes", () => {
  const rows = ROUTES.map(({ method, path, summary, query }) => {
    const names = Object.keys(query).map((name) => `\`${name}\``);
    return rowOf(`\`${method} ${path}\``, summary, names.join(", "));
  });
  assert.deepEqual(rowsBelow("Paths"), rows, `the rows are:\n${rows.join("\n")}`);
});

test("docs/api.md has every error with its status, meaning and cure", () => {
  const rows = Object.entries(API_ERRORS).map(([code, { status, meaning, cure }]) =>
    rowOf(`\`${code}\``, status, meaning, cure),
  );
  assert.deepEqual(rowsBelow("Errors"), rows, `the rows are:\n${rows.join("\n")}`);
  const own = Object.entries(CLIENT_ERRORS).map(([code, { meaning, cure }]) =>
    rowOf(`\`${code}\``, meaning, cure),
  );
  assert.deepEqual(rowsBelow("From TypeScript"), own, `the rows are:\n${own.join("\n")}`);
});

test("docs/api.md has the limits of the server", () => {
  const { bodyBytes, headerBytes, headersMs, requestMs, connections, streams } = SERVER_LIMITS;
  const { heartbeatMs, stallMs } = SERVER_LIMITS;
  assert.deepEqual(rowsBelow("Limits").slice(0, 5), [
    rowOf("body", `${bodyBytes / 2 ** 20} MiB`),
    rowOf("request line and headers", `${headerBytes / 2 ** 10} KiB`),
    rowOf(
      "time for the headers, for the whole request",
      `${headersMs / 1000} s, ${requestMs / 1000} s`,
    ),
    rowOf("connections", connections),
    rowOf("watches and logs at once", streams),
  ]);
  assert.match(
    text,
    new RegExp(
      `comment every ${heartbeatMs / 1000} s .*takes nothing for ${stallMs / 1000} s `,
      "s",
    ),
  );
});
