import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { UsageError } from "../cli/usage-error.ts";
import { setSecret } from "./secrets.ts";

const temp = new TempFolder();
/** As documented. */
const BYTES_MAX = 130_815;

function set(text: string): string {
  const home = temp.resolve("home");
  setSecret(home, { name: "hub", key: "token", value: Buffer.from(text) });
  return readFileSync(path.join(home, "secrets/hub/token"), "utf8");
}

test("a secret that is kept fits into a variable, however long its name", () => {
  const kept = set(`${"a".repeat(BYTES_MAX)}\n`);
  assert.equal(kept.length, BYTES_MAX);
  const env = { ["N".repeat(255)]: kept };
  const { error } = spawnSync(process.execPath, ["--version"], { env });
  assert.equal(error, undefined);
});

test("a longer one is refused, with how long it may be", () => {
  const isRefusal = (error: unknown) =>
    error instanceof UsageError && error.message.includes(`at most ${BYTES_MAX} bytes`);
  assert.throws(() => set("a".repeat(BYTES_MAX + 1)), isRefusal);
  assert.throws(() => set("é".repeat(BYTES_MAX / 2 + 1)), isRefusal);
});
