import assert from "node:assert/strict";
import { symlinkSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { Folders } from "./folders.ts";
import { lastWords } from "./last-words.ts";

const folders = new Folders(new TempFolder().resolve("engine"));
const launch = { command: ["work"], args: [], environment: [] };
let processes = 0;

/** Of a process that wrote this. */
function wordsOf(stderr: string, stdout = "", launches = [launch]): string | undefined {
  processes += 1;
  const id = `p${processes}`;
  writeFileSync(folders.outputOf(id).stderr, stderr);
  writeFileSync(folders.outputOf(id).stdout, stdout);
  return lastWords(id, launches, folders);
}

test("the last lines of the errors are told, of the output if there are none", () => {
  assert.equal(wordsOf("boom\n", "fine\n"), "boom");
  assert.equal(wordsOf("\n \n", "fine\n\n"), "fine");
  assert.equal(wordsOf("one\ntwo\r\n\nthree\nfour\n"), "two | three | four");
  assert.equal(wordsOf(""), undefined);
  assert.equal(lastWords("never-began", [launch], folders), undefined);
});

test("what is told is short and drives no terminal, and little is read for it", () => {
  assert.equal(wordsOf("\u001B[31mred\u001B[0m\tend"), "\\u{1b}[31mred\\u{1b}[0m end");
  assert.equal(wordsOf(`${"x".repeat(300)}\nlast`), "last");
  assert.equal(wordsOf("é".repeat(300)), `${"é".repeat(200)}…`);
  assert.ok((wordsOf("é".repeat(1_000_000)) ?? "").length <= 201);
});

test("of whoever was given a secret nothing is told, and links are not followed", () => {
  const secret = { name: "TOKEN", secret: { name: "s", key: "k" } };
  const trusted = { ...launch, environment: [secret] } as unknown as typeof launch;
  assert.equal(wordsOf("boom", "", [launch, trusted]), undefined);
  writeFileSync(folders.outputOf("other").stderr, "not yours");
  symlinkSync(folders.outputOf("other").stderr, folders.outputOf("linked").stderr);
  assert.equal(lastWords("linked", [launch], folders), undefined);
});
