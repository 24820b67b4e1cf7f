import assert from "node:assert/strict";
import test from "node:test";
import { milliseconds } from "../../model/units.ts";
import { Progress } from "./progress.ts";

const checkpoint = {
  everyMs: milliseconds(10),
  saveMs: milliseconds(2),
  restartMs: milliseconds(3),
  onRequest: true,
};

/** Takes turn after turn, at most `turns`, and tells each with the time that it took. */
function live(progress: Progress, turns: number): string[] {
  const told: string[] = [];
  for (let count = 0; count < turns; count += 1) {
    const { turn, inMs } = progress.nextTurn();
    progress.pass(inMs);
    progress.take(turn);
    told.push(`${turn} ${inMs}`);
    if (turn === "finished" || turn === "failed") break;
  }
  return told;
}

test("work of 25 with checkpoints every 10 takes 10 + 2 + 10 + 2 + 5", () => {
  const progress = new Progress(25, checkpoint);
  progress.start(Number.POSITIVE_INFINITY);
  assert.deepEqual(live(progress, 9), ["due 10", "saved 2", "due 10", "saved 2", "finished 5"]);
});

test("checkpoints count run time, not work: at rate 2 they come as often", () => {
  const progress = new Progress(50, checkpoint);
  progress.start(Number.POSITIVE_INFINITY);
  progress.rate = 2;
  assert.deepEqual(live(progress, 9), ["due 10", "saved 2", "due 10", "saved 2", "finished 5"]);
});

test("an end at the time of a checkpoint needs none", () => {
  const progress = new Progress(10, checkpoint);
  progress.start(10);
  assert.deepEqual(live(progress, 9), ["finished 10"]);
});

test("a failure loses what came after the last checkpoint, and the next attempt restarts there", () => {
  const progress = new Progress(25, checkpoint);
  progress.start(13);
  assert.deepEqual(live(progress, 9), ["due 10", "saved 2", "failed 3"]);
  assert.equal(progress.doneMs, 13);
  progress.start(Number.POSITIVE_INFINITY);
  assert.equal(progress.doneMs, 10);
  assert.deepEqual(live(progress, 9), ["restarted 3", "due 10", "saved 2", "finished 5"]);
});

test("without a checkpoint an attempt starts from nothing, and needs no restart", () => {
  const progress = new Progress(25, undefined);
  progress.start(7);
  assert.deepEqual(live(progress, 9), ["failed 7"]);
  progress.start(Number.POSITIVE_INFINITY);
  assert.deepEqual(live(progress, 9), ["finished 25"]);
});

test("time that passes counts against the turn that comes, in every phase", () => {
  const progress = new Progress(25, checkpoint);
  progress.start(Number.POSITIVE_INFINITY);
  progress.pass(4);
  assert.deepEqual(progress.nextTurn(), { turn: "due", inMs: 6 });
  assert.deepEqual(live(progress, 1), ["due 6"]);
  progress.pass(1);
  assert.deepEqual(progress.nextTurn(), { turn: "saved", inMs: 1 });
});

test("rates that do not divide evenly end exactly at the work", () => {
  const progress = new Progress(1, checkpoint);
  progress.start(Number.POSITIVE_INFINITY);
  progress.rate = 1 / 3;
  progress.pass(0.1);
  progress.rate = 0.7;
  live(progress, 1);
  assert.equal(progress.doneMs, 1);
});
