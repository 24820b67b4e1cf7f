import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { POLICY_NAMES } from "../src/simulate/campaign.ts";

const root = path.resolve(import.meta.dirname, "..");
const script = path.join(root, "test/support/print-fills.ts");
/** Where `.ci/run` installs the next major version of Node. */
const packages = path.join(root, ".cache/node26/node_modules");
const nextNode = path.join(packages, `node-${process.platform}-${process.arch}/bin/node`);

/** Every result on the generated cluster but its speed, as text, from a process of its own. */
function printFills(node: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [script], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`${node} ended with ${code}`));
    });
  });
}

const expected = printFills(process.execPath);

test("two processes decide the same, byte for byte, under every policy", async () => {
  const [first, second] = await Promise.all([expected, printFills(process.execPath)]);
  assert.equal(second, first);
  const lines = first.trimEnd().split("\n");
  for (const name of POLICY_NAMES) {
    const own = lines.filter((line) => line.includes(`"policy":"${name}"`));
    assert.ok(own.length >= 2 && new Set(own).size === own.length, `${name}: seeds differ`);
  }
});

/** Without the other Node there is nothing to compare with; continuous integration installs it. */
const skip =
  existsSync(nextNode) || process.env["CI"] === "true"
    ? false
    : "Node 26 is not in .cache/node26; .ci/run installs it";

test("the next major version of Node decides the same, byte for byte", { skip }, async () => {
  const version = execFileSync(nextNode, ["--version"], { encoding: "utf8" });
  assert.match(version, /^v26\./);
  assert.notEqual(version.trim(), process.version);
  assert.equal(await printFills(nextNode), await expected);
});
