import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { completionScript } from "./completion-script.ts";

const commands = [
  { name: "get", summary: "Print what's there.", flags: ["-w", "--watch"], children: [] },
  {
    name: "simulate",
    summary: "Judge.",
    flags: [],
    children: [{ name: "fill", summary: "", flags: [], children: [] }],
  },
];

/** What bash offers for the words. */
function complete(...words: readonly string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(" ");
  const script = [
    "neuraxis() { echo job/train; }",
    completionScript("bash", commands),
    `COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _neuraxis`,
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join("\n");
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout.trim().split("\n");
}

test("bash completes commands, flags, subcommands and names of objects", () => {
  assert.deepEqual(complete("neuraxis", "g"), ["get"]);
  assert.deepEqual(complete("neuraxis", "get", "--w"), ["--watch"]);
  assert.deepEqual(complete("neuraxis", "get", "job/"), ["job/train"]);
  assert.deepEqual(complete("neuraxis", "simulate", "f"), ["fill"]);
});

test("the scripts of zsh and fish", () => {
  assert.match(completionScript("zsh", commands), /^autoload -U \+X bashcompinit/);
  const fish = completionScript("fish", commands);
  assert.match(fish, /^complete .* -a get -d 'Print what\\'s there\.'$/m);
  assert.match(fish, /^complete .* -n '__fish_seen_subcommand_from get' -l watch$/m);
});
