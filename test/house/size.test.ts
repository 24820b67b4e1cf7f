import assert from "node:assert/strict";
import test from "node:test";
import { listCode, readText } from "./repository-files.ts";
import { linesOf, nameOf, parseFile, type ParsedFile, type Place } from "./syntax.ts";

const functionLinesMax = 70;
const fileLinesMax = 400;

/** Known exceptions and their size. An entry holds the exact size: it follows its code down. */
interface Ratchet {
  readonly functionLines: Readonly<Record<string, number>>;
  readonly fileLines: Readonly<Record<string, number>>;
}

const ratchet = JSON.parse(readText("test/house/ratchet.json")) as Ratchet;
const files = listCode("bin", "scripts", "src", "test", "bench", "examples");

test(`a function has at most ${functionLinesMax} lines`, () => {
  const sizes = new Map<string, number>();
  for (const file of files) collectFunctions(parseFile(file), sizes);
  assert.deepEqual(offences(sizes, functionLinesMax, ratchet.functionLines), []);
});

test(`a file has at most ${fileLinesMax} lines`, () => {
  const sizes = new Map(files.map((file) => [file, readText(file).split("\n").length - 1]));
  assert.deepEqual(offences(sizes, fileLinesMax, ratchet.fileLines), []);
});

function offences(
  sizes: ReadonlyMap<string, number>,
  max: number,
  exceptions: Readonly<Record<string, number>>,
): string[] {
  const found: string[] = [];
  for (const [name, size] of sizes) {
    const allowed = exceptions[name] ?? max;
    if (size > allowed) found.push(`${name} has ${size} lines; ${allowed} are allowed`);
  }
  for (const [name, allowed] of Object.entries(exceptions)) {
    const size = sizes.get(name) ?? 0;
    if (size <= max) found.push(`ratchet.json: remove ${name}; it is within the limit now`);
    else if (size < allowed) found.push(`ratchet.json: lower ${name} to ${size}`);
  }
  return found;
}

/** Adds `file#name` and lines of each function; a name used twice keeps the longer one. */
function collectFunctions(parsed: ParsedFile, sizes: Map<string, number>): void {
  for (const place of parsed.places) {
    if (!/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(place.node.type))
      continue;
    if (isSuiteBody(place)) continue;
    const name = `${parsed.file}#${functionName(place)}`;
    const lines = linesOf(parsed.text, place.node);
    sizes.set(name, Math.max(lines, sizes.get(name) ?? 0));
  }
}

function functionName({ node, parent }: Place): string {
  const owner = parent === undefined ? undefined : (parent["id"] ?? parent["key"]);
  return nameOf(node["id"]) ?? nameOf(owner) ?? "(anonymous)";
}

/** A suite only holds tests: each of them is measured by itself. */
function isSuiteBody({ parent }: Place): boolean {
  if (parent?.type !== "CallExpression") return false;
  return /^(describe|suite)(\.|$)/.test(nameOf(parent["callee"]) ?? "");
}
