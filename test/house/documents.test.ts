import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { isTest, listCode, listFiles, readText, root } from "./repository-files.ts";
import { leadingText, nameOf, parseFile } from "./syntax.ts";

const documents = listFiles(".").filter((file) => file.endsWith(".md"));
const specifications = documents.filter((file) => /^src\/.*SPEC\.md$/.test(file));

/** A rule starts `**P3.** …`; the test of a rule is named `P3: …`, or `P3, P4: …` for several. */
const ruleHeading = /\*\*([A-Z]+\d+)\./g;
const rulesOfTest = /^([A-Z]+\d+(?:\s*,\s*[A-Z]+\d+)*)\s*:/;

test("every rule of a SPEC.md is named by a test, and every rule that a test names exists", () => {
  const rules = new Set(specifications.flatMap(findRules));
  const tested = new Map<string, string>();
  for (const file of listCode("src", "test").filter(isTest)) {
    for (const rule of findTestedRules(file)) tested.set(rule, file);
  }
  const untested = [...rules].filter((rule) => !tested.has(rule));
  const unknown = [...tested].filter(([rule]) => !rules.has(rule));
  assert.deepEqual(untested, [], "rules that no test names");
  assert.deepEqual(unknown, [], "rules that stand in no SPEC.md");
});

test("no rule is numbered twice", () => {
  const rules = specifications.flatMap(findRules);
  assert.deepEqual(
    rules.filter((rule, index) => rules.indexOf(rule) !== index),
    [],
  );
});

test("no document has a dead relative link", () => {
  const dead = documents.flatMap((document) =>
    findRelativeLinks(readText(document))
      .filter((link) => !existsSync(path.join(root, path.dirname(document), link)))
      .map((link) => `${document}: ${link}`),
  );
  assert.deepEqual(dead, []);
});

function findRules(document: string): string[] {
  return [...readText(document).matchAll(ruleHeading)].map((match) => match[1] ?? "");
}

function findTestedRules(file: string): string[] {
  const rules: string[] = [];
  for (const { node } of parseFile(file).places) {
    if (node.type !== "CallExpression" || !Array.isArray(node["arguments"])) continue;
    if (!/^(test|it|describe|suite)(\.|$)/.test(nameOf(node["callee"]) ?? "")) continue;
    const named = rulesOfTest.exec(leadingText(node["arguments"][0]) ?? "")?.[1];
    if (named !== undefined) rules.push(...named.split(/\s*,\s*/));
  }
  return rules;
}

/** Without code, addresses with a scheme, and links within the page. */
function findRelativeLinks(markdown: string): string[] {
  const prose = markdown.replaceAll(/```[\s\S]*?```/g, "").replaceAll(/`[^`\n]*`/g, "");
  const inline = prose.matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g);
  const defined = prose.matchAll(/^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$/gm);
  return [...inline, ...defined]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^([a-z][a-z0-9+.-]*:|#|\/\/)/i.test(target))
    .map((target) => decodeURIComponent(target.split("#")[0] ?? ""));
}
