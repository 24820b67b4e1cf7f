import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { EXIT } from "../src/cli/exit-codes.ts";
import type { Host } from "../src/cli/host.ts";
import { createProgram } from "../src/cli/program.ts";

const root = path.resolve(import.meta.dirname, "..");
const text = readFileSync(path.join(root, "docs/cli.md"), "utf8");

/** Flags of every command that asks the control plane, told once. */
const COMMON = new Set(["--home", "--server"]);

// Nothing of the world is asked while commands are only built.
const program = await createProgram({ version: "0.0.0" } as Host);

test("docs/cli.md has each command, and no other", () => {
  const told = Array.from(text.matchAll(/^### neuraxis (\S+)$/gm), ([, name]) => name);
  const known = program.commands.map((command) => command.name());
  assert.deepEqual(told.toSorted(), known.toSorted());
});

for (const command of program.commands) {
  const name = command.name();
  test(`docs/cli.md has an example of ${name}, its flags and its subcommands`, () => {
    const [, section = ""] =
      new RegExp(`^### neuraxis ${name}\n(.*?)(?=^##|(?![^]))`, "ms").exec(text) ?? [];
    assert.match(section, /^ {4}\S/m);
    for (const { long } of command.options) {
      if (long === undefined || long === null || COMMON.has(long)) continue;
      assert.ok(section.includes(`${long}\``), `${long} is missing`);
    }
    for (const child of command.commands) {
      assert.ok(section.includes(`\`${child.name()}\``), `${child.name()} is missing`);
    }
  });
}

test("docs/cli.md and the README tell each exit code", () => {
  const readme = readFileSync(path.join(root, "README.md"), "utf8");
  for (const code of Object.values(EXIT)) {
    for (const document of [text, readme])
      assert.match(document, new RegExp(`^\\| ${code} \\| `, "m"));
  }
});
