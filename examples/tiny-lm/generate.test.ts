import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, type TextModel, type TextRequest } from "./generate.ts";
import { firstWeights } from "./model.ts";
import { UNKNOWN, Vocabulary } from "./vocabulary.ts";

const vocabulary = Vocabulary.of("abcdefgh \n");
const shape = { vocabulary: 11, width: 16, heads: 2, layers: 1, context: 12 };
const weights = firstWeights(shape, 1).map((weight) => weight * 3);
const model: TextModel = { shape, weights, vocabulary };
const plain: TextRequest = { prompt: "abc", maxTokens: 40, temperature: 1, seed: 9, stop: [] };

function write(change: Partial<TextRequest>) {
  const pieces = [...generate(model, { ...plain, ...change })];
  return { text: pieces.map(({ text }) => text).join(""), last: pieces.at(-1) };
}

test("the same seed writes the same text, another seed another, far beyond the context", () => {
  const { text, last } = write({});
  assert.equal(Array.from(text).length, 40);
  assert.equal(last?.finishReason, "length");
  assert.equal(write({}).text, text);
  assert.notEqual(write({ seed: 10 }).text, text);
});

test("at temperature 0 the seed does not matter", () => {
  assert.equal(write({ temperature: 0 }).text, write({ temperature: 0, seed: 4 }).text);
});

test("the unknown character is never written", () => {
  assert.ok(!write({ maxTokens: 500, temperature: 2 }).text.includes(UNKNOWN));
});

test("only the end of a long prompt is seen, and an empty one is a new line", () => {
  const end = "abcdefghabcd";
  assert.equal(write({ prompt: `hhhhh${end}` }).text, write({ prompt: end }).text);
  assert.equal(write({ prompt: "" }).text, write({ prompt: "\n" }).text);
});

test("a stop word ends the text, and is no part of it", () => {
  const { text } = write({});
  const word = text.slice(10, 12);
  const { text: stopped, last } = write({ stop: [word] });
  assert.equal(stopped, text.slice(0, text.indexOf(word)));
  assert.equal(last?.finishReason, "stop");
});
