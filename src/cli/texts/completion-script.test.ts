import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import type { CompletedCommand, CompletedFlag } from "./completed-command.ts";
import { completionScript } from "./completion-script.ts";

const flag = (names: readonly string[], choices?: readonly string[]): CompletedFlag => ({
  names,
  takesValue: choices !== undefined,
  choices: choices ?? [],
});
const command = (name: string, flags: readonly CompletedFlag[] = []): CompletedCommand => ({
  name,
  summary: "Print what's there.",
  flags,
  children: [],
});
const commands = [
  command("get", [flag(["-w", "--watch"]), flag(["-o", "--output"], ["json", "name"])]),
  command("wait", [flag(["--for"], ["phase=Running", "phase=Ready", "condition=Ready"])]),
  command("run", [flag(["--queue"], []), flag(["--name"], [])]),
  command("logs"),
  { ...command("simulate"), children: [command("fill")] },
];

/** What bash offers for the words. */
function complete(...words: readonly string[]): string[] {
  const list = words.map((word) => `'${word}'`).join(" ");
  const script = [
    'neuraxis() { case "$2" in queues) echo queue/nlp ;; *) echo job/train ;; esac; }',
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

test("bash completes names after their kind, and alone", () => {
  assert.deepEqual(complete("neuraxis", "get", "jo"), ["job", "job/train"]);
  assert.deepEqual(complete("neuraxis", "get", "job", "t"), ["train"]);
  assert.deepEqual(complete("neuraxis", "get", "-o", "name", "job", "a", "t"), ["train"]);
  assert.deepEqual(complete("neuraxis", "logs", "tr"), ["train"]);
});

test("bash completes the values of flags, those with = in them too", () => {
  assert.deepEqual(complete("neuraxis", "get", "jobs", "-o", ""), ["json", "name"]);
  assert.deepEqual(complete("neuraxis", "get", "jobs", "--output", "=", "n"), ["name"]);
  assert.deepEqual(complete("neuraxis", "run", "--queue", ""), ["nlp"]);
  assert.deepEqual(complete("neuraxis", "run", "--name", ""), [""]);
  assert.deepEqual(complete("neuraxis", "wait", "job/a", "--for", "p"), [
    "phase=Running",
    "phase=Ready",
  ]);
  const after = ["neuraxis", "wait", "job/a", "--for", "phase", "="];
  assert.deepEqual(complete(...after), ["Running", "Ready"]);
  assert.deepEqual(complete(...after, "Ru"), ["Running"]);
});

test("the scripts of zsh and fish", () => {
  assert.match(completionScript("zsh", commands), /^autoload -U \+X bashcompinit/);
  const fish = completionScript("fish", commands);
  assert.match(fish, /^complete .* -a get -d 'Print what\\'s there\.'$/m);
  assert.match(fish, /^complete .* -n '__fish_seen_subcommand_from get' -s w -l watch$/m);
  assert.match(fish, /^complete .* -s o -l output -x -a 'json name'$/m);
  assert.match(fish, /^complete .* -l queue -x -a '\(__neuraxis_names queues\)'$/m);
});
