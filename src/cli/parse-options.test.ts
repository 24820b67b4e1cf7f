import assert from "node:assert/strict";
import { test } from "node:test";
import { parseLoad, parsePolicies, parseSeeds } from "./parse-options.ts";

const KNOWN = ["random", "best-fit", "fgd"];

function refusal(message: RegExp) {
  return { name: "UsageError", message };
}

test("policies are taken in the order given, all of them by one word", () => {
  assert.deepEqual(parsePolicies("fgd", KNOWN), ["fgd"]);
  assert.deepEqual(parsePolicies("fgd,random", KNOWN), ["fgd", "random"]);
  assert.deepEqual(parsePolicies("all", KNOWN), KNOWN);
});

test("an unknown policy is answered with the nearest and with all", () => {
  const list = /Policies: random, best-fit, fgd, or all\./;
  assert.throws(
    () => parsePolicies("fdg", KNOWN),
    refusal(/^unknown policy "fdg"\. Did you mean "fgd"\?/),
  );
  assert.throws(() => parsePolicies("fgd,bestfit", KNOWN), refusal(/Did you mean "best-fit"\?/));
  for (const text of ["", "fgd,", "FGD", "all,fgd", "x"]) {
    assert.throws(() => parsePolicies(text, KNOWN), refusal(list), text);
  }
});

test("a policy is named once", () => {
  assert.throws(() => parsePolicies("fgd,random,fgd", KNOWN), refusal(/policy fgd is named twice/));
});

test("seeds are numbers and ranges, in the order given", () => {
  assert.deepEqual(parseSeeds("7"), [7]);
  assert.deepEqual(parseSeeds("42-45"), [42, 43, 44, 45]);
  assert.deepEqual(parseSeeds("9,1-2,5-5,0"), [9, 1, 2, 5, 0]);
  assert.equal(parseSeeds("1-10000").length, 10_000);
});

test("what is no seed, given twice, or too much is refused", () => {
  for (const text of ["", "x", "1,", "-1", "1.5", "3-1", "1-", "1-2-3", "1 - 2", "9999999999"]) {
    assert.throws(
      () => parseSeeds(text),
      refusal(/is neither a seed nor a range such as 42-51/),
      text,
    );
  }
  for (const text of ["1,1", "1-5,3", "3,1-5"]) {
    assert.throws(() => parseSeeds(text), refusal(/seed [13] is named twice/), text);
  }
  for (const text of ["0-10000", "0-999999999", "1-6000,7000-12000"]) {
    assert.throws(() => parseSeeds(text), refusal(/more than 10000 seeds/), text);
  }
});

test("a load is a ratio in hundredths", () => {
  const cases = [
    ["1.3", 1.3],
    ["1", 1],
    ["0.01", 0.01],
    ["0.29", 0.29],
    ["1.10", 1.1],
    ["10", 10],
  ] as const;
  for (const [text, load] of cases) assert.equal(parseLoad(text), load);
});

test("what is no load is refused", () => {
  const words = [
    "",
    "0",
    "0.001",
    "1.234",
    "10.01",
    "-1",
    "+1",
    "1e1",
    "130%",
    "Infinity",
    "NaN",
    "1,3",
    ".5",
    " 1",
  ];
  for (const word of words) {
    assert.throws(
      () => parseLoad(word),
      refusal(/^--load: ".*" is not 0\.01 to 10 in hundredths/),
      word,
    );
  }
});
