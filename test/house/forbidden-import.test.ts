import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { isTest, listCode, listFiles, root } from "./repository-files.ts";
import { leadingText, parseFile, parseText, placeOf, type ParsedFile } from "./syntax.ts";

/** What a layer may import. The tsconfigs' references say it to the compiler; this says it here. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  manifest: ["model"],
  decide: ["model"],
  engine: ["model"],
  api: ["model", "manifest"],
  client: ["model", "manifest", "api"],
  control: ["model", "manifest", "decide", "engine", "api"],
  trace: ["model"],
  simulate: ["model", "manifest", "decide", "engine", "trace"],
  cli: ["model", "manifest", "api", "client", "trace", "simulate"],
  main: [
    "model",
    "manifest",
    "decide",
    "engine",
    "api",
    "client",
    "control",
    "trace",
    "simulate",
    "cli",
  ],
};
const layers = Object.keys(mayImport);
/** Folders below a layer's with a tsconfig of their own. */
const nested = ["engine/local"];

/**
 * The layers that the compiler lets a layer import: references reach through references, so it
 * does not refuse cli an import of decide. Those few are refused by reading the sources.
 */
function reach(layer: string): Set<string> {
  const direct = mayImport[layer] ?? [];
  return new Set([...direct, ...direct.flatMap((other) => Array.from(reach(other)))]);
}

const pureLayers = ["model", "decide"];

/** The repository's own tsconfigs around one small source per layer. */
const folder = mkdtempSync(path.join(tmpdir(), "neuraxis-layers-"));
after(() => rmSync(folder, { recursive: true }));
for (const file of ["tsconfig.base.json", "package.json"]) {
  cpSync(path.join(root, file), path.join(folder, file));
}
symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
for (const layer of [...layers, ...nested]) {
  const config = `src/${layer}/tsconfig.json`;
  mkdirSync(path.join(folder, "src", layer), { recursive: true });
  cpSync(path.join(root, config), path.join(folder, config));
  write(`src/${layer}/exported.ts`, `export const word = "${layer}";\n`);
}

test("every folder of src is a layer with a tsconfig", () => {
  const configs = listFiles("src").filter((file) => /^src\/[^/]+\/tsconfig\.json$/.test(file));
  const folders = listFiles("src").map((file) => file.split("/")[1]);
  assert.deepEqual(configs.map((file) => file.split("/")[1]).sort(), layers.toSorted());
  assert.deepEqual([...new Set(folders)].sort(), layers.toSorted());
});

for (const layer of layers) {
  const allowed = mayImport[layer] ?? [];
  const forbidden = layers.filter((other) => other !== layer && !reach(layer).has(other));

  test(`${layer} compiles with imports of: ${allowed.join(", ") || "nothing"}`, () => {
    const imports = allowed.map((other) => importOf(other));
    const { code, output } = compileWith(layer, { "legal.ts": [...imports, ""].join("\n") });
    assert.equal(code, 0, output);
  });

  if (forbidden.length > 0) {
    test(`${layer} does not compile with an import of: ${forbidden.join(", ")}`, () => {
      const files = forbidden.map((other) => [`bad-${other}.ts`, importOf(other)] as const);
      const { output } = compileWith(layer, Object.fromEntries(files));
      for (const [name] of files) assert.match(output, refusal(layer, name, "TS6307"));
    });
  }
}

for (const layer of pureLayers) {
  test(`${layer} does not compile with console, timers, processes or files`, () => {
    const { output } = compileWith(layer, {
      "console.ts": 'console.log("word");\n',
      "timer.ts": "setTimeout(() => {}, 1);\n",
      "process.ts": "process.exit(1);\n",
      "file.ts": 'import { readFileSync } from "node:fs";\nreadFileSync("word");\n',
    });
    assert.match(output, refusal(layer, "console.ts", "TS2584"));
    assert.match(output, refusal(layer, "timer.ts", "TS2304"));
    assert.match(output, refusal(layer, "process.ts", "TS2591"));
    assert.match(output, refusal(layer, "file.ts", "TS2591"));
  });
}

test("no source imports from a layer that its own may not import", () => {
  const sources = listCode("src").filter((file) => !isTest(file));
  assert.deepEqual(
    sources.flatMap((file) => findForbiddenImports(parseFile(file))),
    [],
  );
});

test("an import that the compiler lets through is found in the source", () => {
  const text = 'import type { Plan } from "../decide/plan.ts";\nawait import("../main/main.ts");\n';
  assert.deepEqual(findForbiddenImports(parseText("src/cli/start.ts", text)), [
    "src/cli/start.ts:1: cli may not import decide",
    "src/cli/start.ts:2: cli may not import main",
  ]);
});

function findForbiddenImports(parsed: ParsedFile): string[] {
  const layer = parsed.file.split("/")[1] ?? "";
  const offences: string[] = [];
  for (const { node } of parsed.places) {
    const source = leadingText(node["source"]);
    if (!source?.startsWith(".")) continue;
    const [top, other] = path.posix.join(path.posix.dirname(parsed.file), source).split("/");
    if (top !== "src" || other === undefined || other === layer) continue;
    if ((mayImport[layer] ?? []).includes(other)) continue;
    offences.push(`${placeOf(parsed, node)}: ${layer} may not import ${other}`);
  }
  return offences;
}

function importOf(layer: string): string {
  return `export { word as ${layer} } from "../${layer}/exported.ts";\n`;
}

function refusal(layer: string, file: string, code: string): RegExp {
  return new RegExp(`src/${layer}/${file}\\(\\d+,\\d+\\): error ${code}`);
}

/** Compiles the layer with these files in it, and takes them out again. */
function compileWith(layer: string, files: Readonly<Record<string, string>>) {
  const names = Object.keys(files).map((name) => `src/${layer}/${name}`);
  for (const [name, text] of Object.entries(files)) write(`src/${layer}/${name}`, text);
  const tsc = path.join(root, "node_modules/typescript/bin/tsc");
  const result = spawnSync(process.execPath, [tsc, "-b", `src/${layer}`, "--pretty", "false"], {
    cwd: folder,
    encoding: "utf8",
  });
  for (const name of names) rmSync(path.join(folder, name));
  return { code: result.status, output: `${result.stdout}${result.stderr}` };
}

function write(file: string, text: string): void {
  writeFileSync(path.join(folder, file), text);
}
