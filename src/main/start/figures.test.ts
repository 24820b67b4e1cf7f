import assert from "node:assert/strict";
import { test } from "node:test";
import { type Outcome, promisesOf, quantile } from "./figures.ts";
import { newState, type RunState } from "./run-state.ts";

const GOOD: Outcome = { hasSucceeded: true, trainingRestarts: 0, replicaFailures: 0 };

function stateWith(besideMs: number): RunState {
  const state = newState(60);
  state.steps = 200;
  Object.assign(state.curve, { 0: 7, 40: 5, 200: 3 });
  state.alone.latenciesMs.push(...Array.from({ length: 100 }, () => 100));
  state.beside.latenciesMs.push(...Array.from({ length: 100 }, () => besideMs));
  return state;
}

function kept(state: RunState, outcome: Outcome = GOOD): boolean[] {
  return promisesOf(state, 40, outcome).map(({ isKept }) => isKept);
}

test("a quantile is the least value that so many do not exceed", () => {
  const values = [30, 10, 20, 40];
  assert.deepEqual(
    [0.25, 0.5, 0.51, 1].map((part) => quantile(values, part)),
    [10, 20, 30, 40],
  );
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test("each promise is broken by itself", () => {
  assert.deepEqual(kept(stateWith(110)), [true, true, true, true]);
  const failed = stateWith(110);
  failed.moving.failed = 1;
  assert.deepEqual(kept(failed), [false, true, true, true]);
  assert.deepEqual(kept(stateWith(110), { ...GOOD, hasSucceeded: false }), [
    true,
    false,
    true,
    true,
  ]);
  const flat = stateWith(110);
  flat.curve[200] = 4.9;
  assert.deepEqual(kept(flat), [true, true, false, true]);
  assert.deepEqual(kept(stateWith(351)), [true, true, true, false]);
  const few = stateWith(110);
  few.beside.latenciesMs.length = 9;
  assert.deepEqual(kept(few), [true, true, true, false]);
});
