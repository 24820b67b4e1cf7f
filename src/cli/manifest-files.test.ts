import assert from "node:assert/strict";
import { test } from "node:test";
import { parseManifests } from "../manifest/parse-manifests.ts";
import type { UserHost } from "./user-host.ts";
import { joinFiles, placeFault, readManifestFiles } from "./manifest-files.ts";

test("the lines of joined files are known", () => {
  const files = [
    { file: "a", text: "one\ntwo" },
    { file: "b", text: "\uFEFFthree\n" },
    { file: "c", text: "four\n" },
  ];
  const { text, places } = joinFiles(files);
  assert.equal(text, "one\ntwo\n---\nthree\n---\nfour\n");
  const lines = text.split("\n");
  assert.deepEqual(
    places.map(({ file, before }) => [file, lines[before]]),
    [
      ["a", "one"],
      ["b", "three"],
      ["c", "four"],
    ],
  );
});

test("faults of joined files name the file and its own lines, also of what stands there already", () => {
  const queue = (name: string) =>
    `apiVersion: neuraxis.dev/v1alpha1\nkind: Queue\nmetadata: {name: ${name}}\nspec: {}\n`;
  const { text, places } = joinFiles([
    { file: "d/a.yaml", text: `# Two.\n${queue("p")}---\n${queue("q")}` },
    { file: "d/z.yaml", text: `${queue("q")}---\n${queue("q")}` },
    { file: "d/zz.yaml", text: "a: 1\na: 2\n" },
  ]);
  const result = parseManifests(text, "");
  assert.ok(!result.ok);
  assert.deepEqual(
    result.reason.map((fault) => {
      const { file, line, problem } = placeFault(fault, places);
      return `${file}:${line} ${problem}`;
    }),
    [
      "d/z.yaml:3 Queue q stands twice; it stands in d/a.yaml, line 9 already",
      "d/z.yaml:8 Queue q stands twice; it stands in d/a.yaml, line 9 already",
      "d/zz.yaml:2 stands twice; it stands in line 1 already",
    ],
  );
});

test("a file that is named again is read once", async () => {
  const user = {
    folder: "/home",
    readInput: () => Promise.resolve("input"),
    listFolder: (name: string) => Promise.resolve(name === "/home/d" ? ["a.yaml"] : undefined),
    readText: (name: string) => Promise.resolve(`text of ${name}`),
  } as unknown as UserHost;
  assert.deepEqual(await readManifestFiles(user, ["d", "-", "./d/a.yaml", "b.json", "d"]), [
    { file: "d/a.yaml", text: "text of /home/d/a.yaml" },
    { file: "standard input", text: "input" },
    { file: "b.json", text: "text of /home/b.json" },
  ]);
});
