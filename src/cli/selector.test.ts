import assert from "node:assert/strict";
import { test } from "node:test";
import { writtenJob, writtenNode } from "../../test/support/written-objects.ts";
import { parsePhases, parseSelector } from "./selector.ts";

test("labels select: equal, unequal, present, absent, all of them", () => {
  const job = writtenJob("a"); // team=nlp
  const cases: readonly [selector: string | undefined, isSelected: boolean][] = [
    [undefined, true],
    ["team=nlp", true],
    ["team==nlp", true],
    ["team=vision", false],
    ["team!=vision", true],
    ["team", true],
    ["!team", false],
    ["!tier, team=nlp", true],
    ["team=nlp,tier", false],
    ["team in (nlp, vision)", true],
    ["team in (vision),team", false],
    ["team notin (vision,speech),team", true],
    ["tier notin (low)", true],
    ["tier in (low)", false],
  ];
  for (const [selector, isSelected] of cases) {
    assert.equal(parseSelector(selector)(job), isSelected, selector);
  }
  assert.equal(parseSelector("team")(writtenNode("local")), false);
});

test("what is no selector is refused", () => {
  for (const text of [
    "",
    "=a",
    "!a=b",
    "a,,b",
    "team in nlp",
    "team in (a",
    "a b",
    "a=b=c",
    "a>1",
  ]) {
    assert.throws(() => parseSelector(text), /is not KEY=VALUE/, text);
  }
});

test("objects are selected by their phase, if their kind has it", () => {
  const isWanted = parsePhases("running, Failed", ["BatchJob"]);
  assert.equal(isWanted(writtenJob("a")), true);
  assert.equal(isWanted(writtenJob("a", { phase: "Pending" })), false);
  assert.equal(parsePhases(undefined, ["Node"])(writtenNode("local")), true);
  assert.equal(parsePhases("Ready", ["Node", "Replica"])(writtenNode("local")), false);
  assert.throws(
    () => parsePhases("Runing", ["BatchJob"]),
    /^UsageError: --phase: "Runing" is no phase of a job\. Did you mean "Running"\?/,
  );
});
