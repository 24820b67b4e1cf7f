import assert from "node:assert/strict";
import { test } from "node:test";
import { meetPlane, newState } from "./run-state.ts";

test("another control plane than the last is a restart, unless the last was ended in good order", () => {
  const state = newState(60);
  for (const pid of [7, 7, 8]) meetPlane(state, pid);
  assert.equal(state.planeRestarts, 1);
  delete state.planePid;
  meetPlane(state, 9);
  assert.equal(state.planeRestarts, 1);
});
