import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { zeroMoments } from "./adam.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  newestCheckpoint,
  openCheckpoint,
  saveCheckpoint,
  type Checkpoint,
} from "./checkpoint.ts";
import { firstWeights } from "./model.ts";

const temporary = new TempFolder();
const shape = { vocabulary: 3, width: 4, heads: 2, layers: 1, context: 5 };

function checkpointAt(step: number): Checkpoint {
  const weights = firstWeights(shape, step);
  const moments = zeroMoments(weights.length);
  moments.first.fill(step);
  moments.second.fill(0.1);
  const head = {
    shape,
    characters: ["\uFFFD", "a", "ö"],
    step,
    seed: 1,
    batch: 2,
    learningRate: 0.1,
    textDigest: "d",
    trainBits: 1 / 3,
  };
  return { head, weights, moments };
}

test("a checkpoint comes back bit by bit", () => {
  const checkpoint = checkpointAt(7);
  assert.deepEqual(decodeCheckpoint(encodeCheckpoint(checkpoint)), checkpoint);
});

test("a damaged, cut or foreign file is refused", () => {
  const bytes = encodeCheckpoint(checkpointAt(7));
  const damaged = Buffer.from(bytes);
  damaged[200] ^= 1;
  assert.throws(() => decodeCheckpoint(damaged), { name: "CheckpointError", message: /damaged/ });
  assert.throws(() => decodeCheckpoint(bytes.subarray(0, -9)), /damaged/);
  assert.throws(() => decodeCheckpoint(Buffer.from("# Title\n")), /no checkpoint/);
  assert.throws(() => decodeCheckpoint(Buffer.alloc(0)), /no checkpoint/);
});

test("the newest whole checkpoint is taken; newer ones that are not are told", () => {
  const folder = temporary.resolve("skips");
  assert.equal(newestCheckpoint(folder, assert.fail), undefined);
  for (const step of [1, 2]) saveCheckpoint(folder, checkpointAt(step));
  const whole = readFileSync(temporary.resolve("skips/step-00000002.ckpt"));
  temporary.write("skips/step-00000003.ckpt", whole.subarray(0, 500));
  temporary.write("skips/step-00000004.ckpt.tmp", whole);
  temporary.write("skips/notes.txt", "");
  const warnings: string[] = [];
  const found = newestCheckpoint(folder, (message) => warnings.push(message));
  assert.equal(found?.head.step, 2);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /^skipped .*step-00000003\.ckpt: it is damaged/);
});

test("three are kept; damaged newer ones cost no whole one its place", () => {
  const folder = temporary.resolve("kept");
  for (const step of [1, 2, 3, 4]) saveCheckpoint(folder, checkpointAt(step));
  for (const step of [7, 8, 9]) temporary.write(`kept/step-0000000${step}.ckpt`, "half");
  temporary.write("kept/step-00000006.ckpt.tmp", "half");
  saveCheckpoint(folder, checkpointAt(5));
  assert.deepEqual(
    readdirSync(folder).toSorted(),
    [3, 4, 5, 7, 8, 9].map((step) => `step-0000000${step}.ckpt`),
  );
});

test("a server opens a file or a folder, and says what has none", () => {
  const folder = temporary.resolve("opened");
  const file = saveCheckpoint(folder, checkpointAt(1));
  saveCheckpoint(folder, checkpointAt(2));
  assert.equal(openCheckpoint(file, assert.fail).head.step, 1);
  assert.equal(openCheckpoint(folder, assert.fail).head.step, 2);
  assert.throws(() => openCheckpoint(temporary.path, assert.fail), /has no checkpoint/);
});
