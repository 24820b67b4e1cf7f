import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { checkFolder, writeFiles } from "./report-folder.ts";

const folder = new TempFolder();
const NAMES = ["index.html"];

test("a check leaves nothing behind: no folder, no file, no change to one", async () => {
  await checkFolder(folder.resolve("a/b/c"), NAMES);
  assert.ok(!existsSync(folder.resolve("a")));
  mkdirSync(folder.resolve("there"));
  await checkFolder(folder.resolve("there"), NAMES);
  assert.deepEqual(readdirSync(folder.resolve("there")), []);
  const page = folder.write("there/index.html", "old");
  await checkFolder(folder.resolve("there"), NAMES);
  assert.equal(readFileSync(page, "utf8"), "old");
  assert.deepEqual(readdirSync(folder.resolve("there")), NAMES);
});

test("files are written into a folder that is made for them, over older ones", async () => {
  for (const content of ["first", "second"]) {
    await writeFiles(folder.resolve("made/for/it"), new Map([["index.html", content]]));
    assert.deepEqual(readdirSync(folder.resolve("made/for/it")), NAMES);
    assert.equal(readFileSync(folder.resolve("made/for/it/index.html"), "utf8"), content);
  }
});

test("a folder that cannot take the files is refused, before and while writing", async () => {
  folder.write("file", "mine");
  mkdirSync(folder.resolve("taken/index.html"), { recursive: true });
  mkdirSync(folder.resolve("half/index.html.partial"), { recursive: true });
  const names = ["file", "file/below", "taken", "half", "n".repeat(300), `deep/${"n".repeat(300)}`];
  for (const name of names) {
    const refusal = {
      name: "UsageError",
      message: /^--report: cannot write to .*\. Name a folder/,
    };
    await assert.rejects(checkFolder(folder.resolve(name), NAMES), refusal, name);
    assert.ok(!existsSync(folder.resolve("deep")), "a level that was made is taken away");
    await assert.rejects(
      writeFiles(folder.resolve(name), new Map([["index.html", "page"]])),
      refusal,
      name,
    );
  }
  assert.equal(readFileSync(folder.resolve("file"), "utf8"), "mine");
  assert.deepEqual(readdirSync(folder.resolve("taken")), NAMES);
});

test("a file system that makes no folders is refused at once", { timeout: 20_000 }, async () => {
  if (!existsSync("/proc/self")) return;
  await assert.rejects(checkFolder("/proc/neuraxis-report", NAMES), { name: "UsageError" });
});
