import assert from "node:assert/strict";
import test from "node:test";
import { isTest, listCode, readText } from "./repository-files.ts";
import { isNode, nameOf, parseFile, placeOf, type Place } from "./syntax.ts";

const code = listCode("bin", "scripts", "src", "test", "bench", "examples");
const sources = listCode("src").filter((file) => !isTest(file));
const pureSources = sources.filter((file) => /^src\/(model|decide)\//.test(file));

const wordsThatSayNothing = /^(utils?|helpers?|common|misc|managers?)$/;

test("file and folder names are kebab-case and say what is in them", () => {
  const offences = code.filter((file) =>
    file.split("/").some((part) => {
      const isKebab = /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(part);
      return !isKebab || part.split(/[-.]/).some((word) => wordsThatSayNothing.test(word));
    }),
  );
  assert.deepEqual(offences, []);
});

test("model and decide know no clock, chance, locale or waiting", () => {
  assert.deepEqual(findOffences(pureSources, impurity), []);
});

test("model and decide import nothing but files beside them", () => {
  assert.deepEqual(findOffences(pureSources, foreignImport), []);
  const pragma = /^\s*\/\/\/\s*<reference/m;
  assert.deepEqual(
    pureSources.filter((file) => pragma.test(readText(file))),
    [],
  );
});

test("src has no enum, namespace, decorator, parameter property, barrel or inheritance", () => {
  assert.deepEqual(findOffences(sources, bannedSyntax), []);
});

test("tests assert no times and sleep on none", () => {
  assert.deepEqual(findOffences(code.filter(isTest), clockInTest), []);
});

test("the lockfile names hashes and no addresses", () => {
  assert.doesNotMatch(readText("package-lock.json"), /"resolved"|https?:\/\/[^"]*\.tgz/);
});

test("every dependency has its reason in CONTRIBUTING.md", () => {
  const manifest = JSON.parse(readText("package.json")) as Record<string, object | undefined>;
  const names = [manifest["dependencies"], manifest["devDependencies"]].flatMap((list) =>
    Object.keys(list ?? {}),
  );
  const rows = readText("CONTRIBUTING.md").split("\n");
  const isGiven = (name: string) =>
    rows.some((row) => row.startsWith("| `") && row.includes(`\`${name}\``));
  assert.deepEqual(
    names.filter((name) => !isGiven(name)),
    [],
  );
});

/** The rule names what is wrong with a place, or returns undefined. */
function findOffences(
  files: readonly string[],
  rule: (place: Place) => string | undefined,
): string[] {
  const offences: string[] = [];
  for (const file of files) {
    const parsed = parseFile(file);
    for (const place of parsed.places) {
      const offence = rule(place);
      if (offence !== undefined) offences.push(`${placeOf(parsed, place.node)}: ${offence}`);
    }
  }
  return offences;
}

const impureNames = /^(Date|performance|crypto|globalThis|Intl)$/;
const localeDependent = /^(localeCompare|toLocale[A-Za-z]*)$/;

function impurity({ node, parent }: Place): string | undefined {
  if (node.type === "AwaitExpression") return "await";
  if (node["async"] === true) return "an async function";
  if (node.type === "ForOfStatement" && node["await"] === true) return "for await";
  const property = node.type === "MemberExpression" ? nameOf(node["property"]) : undefined;
  if (property !== undefined && localeDependent.test(property)) return property;
  const name = nameOf(node);
  if (name === undefined) return undefined;
  if (name === "Math.random") return name;
  if (node.type !== "Identifier" || !impureNames.test(name)) return undefined;
  const isPropertyName =
    (parent?.type === "MemberExpression" && parent["property"] === node) ||
    (parent?.type === "Property" && parent["key"] === node && parent["shorthand"] !== true);
  return isPropertyName ? undefined : name;
}

function foreignImport({ node }: Place): string | undefined {
  if (node.type === "ImportExpression") return "a dynamic import";
  const source = node["source"];
  if (!isNode(source) || typeof source["value"] !== "string") return undefined;
  return source["value"].startsWith(".") ? undefined : source["value"];
}

function bannedSyntax({ node }: Place): string | undefined {
  if (node.type === "TSEnumDeclaration") return "an enum";
  if (node.type === "TSModuleDeclaration") return "a namespace";
  if (node.type === "Decorator") return "a decorator";
  if (node.type === "TSParameterProperty") return "a parameter property";
  if (node.type === "ExportAllDeclaration") return "a barrel (export * from)";
  if (node.type === "ExportNamedDeclaration" && isNode(node["source"])) {
    return "a barrel (export { } from)";
  }
  if (typeof node["accessibility"] === "string") return `${node["accessibility"]} (use #name)`;
  const parentClass = isNode(node["superClass"]) ? nameOf(node["superClass"]) : undefined;
  const inherits = isNode(node["superClass"]) && parentClass?.endsWith("Error") !== true;
  return inherits ? "inheritance from something else than an error" : undefined;
}

const clockNames =
  /^(Date\.now|performance(\.\w+)?|process\.hrtime(\.bigint)?|set(Timeout|Interval))$/;

function clockInTest({ node }: Place): string | undefined {
  if (node.type === "ImportDeclaration" && isNode(node["source"])) {
    const source = node["source"]["value"];
    return source === "node:timers/promises" || source === "node:perf_hooks" ? source : undefined;
  }
  if (node.type !== "CallExpression" && node.type !== "NewExpression") return undefined;
  const name = nameOf(node["callee"]);
  return name !== undefined && clockNames.test(name) ? name : undefined;
}
