import assert from "node:assert/strict";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { lastWords } from "./start-apart.ts";

test("of what this start has written, the last error is told, or else the last line", () => {
  const folder = new TempFolder();
  const old = "Error: of the start before\n";
  folder.write("up.log", `${old}SyntaxError: no such export\n    at main.ts:1\n\nNode.js v24\n`);
  const log = folder.resolve("up.log");
  assert.equal(lastWords(log, old.length), `SyntaxError: no such export (${log})`);
  folder.write("up.log", `${old}going on\n`);
  assert.equal(lastWords(log, old.length), `going on (${log})`);
  folder.write("up.log", old);
  assert.equal(lastWords(log, old.length), `read ${log}`);
});
