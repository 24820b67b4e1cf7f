import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_FOLDER, parseTrainOptions, parseTrainPlace } from "./train-options.ts";

function refusal(message: RegExp) {
  return { name: "UsageError", message };
}

test("texts follow --data, and what is not named has a default", () => {
  const options = parseTrainOptions(["--data", "a.md", "b", "--steps", "7", "--seed=0"]);
  assert.deepEqual(options?.data, ["a.md", "b"]);
  assert.equal(options.steps, 7);
  assert.equal(options.seed, 0);
  assert.equal(options.width, 96);
  assert.equal(parseTrainOptions(["--help"]), undefined);
});

test("what is no such option or number is refused", () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [["--depth", "3"], /'--depth'/],
    [["--steps", "0"], /^--steps 0: give an integer from 1 to 2147483648$/],
    [["--steps", "1e3"], /^--steps 1e3: give an integer/],
    [["--width", "2000"], /from 1 to 1024/],
    [["--width", "10"], /^--width 10 is no multiple of --heads 4$/],
    [["--learning-rate", "1"], /between 0 and 1/],
  ];
  for (const [words, message] of cases) {
    assert.throws(() => parseTrainOptions(words), refusal(message), words.join(" "));
  }
});

test("torchrun's variables say where a process stands; without them it is alone", () => {
  assert.deepEqual(parseTrainPlace({}, 16), {
    rank: 0,
    worldSize: 1,
    address: "127.0.0.1",
    port: 29_500,
    folder: DEFAULT_FOLDER,
  });
  const variables = { RANK: "1", WORLD_SIZE: "2", MASTER_ADDR: "node-a", MASTER_PORT: "700" };
  assert.deepEqual(parseTrainPlace({ ...variables, NEURAXIS_CHECKPOINT_DIR: "/x" }, 16), {
    rank: 1,
    worldSize: 2,
    address: "node-a",
    port: 700,
    folder: "/x",
  });
});

test("a rank outside of the group, and more processes than windows, are refused", () => {
  assert.throws(() => parseTrainPlace({ RANK: "2", WORLD_SIZE: "2" }, 16), refusal(/RANK 2: .*1$/));
  assert.throws(() => parseTrainPlace({ WORLD_SIZE: "5" }, 4), refusal(/a batch of 4 has no part/));
});
