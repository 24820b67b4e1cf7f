import assert from "node:assert/strict";
import { test } from "node:test";
import { condition, writtenJob, writtenQueue } from "../../test/support/written-objects.ts";
import { isMet, parseGoal, sayGoal, whyNever } from "./wait-goal.ts";

test("goals are read as they are told", () => {
  for (const text of ["delete", "phase=Succeeded", "condition=Ready=False"]) {
    assert.equal(sayGoal(parseGoal(text)), text);
  }
  assert.equal(sayGoal(parseGoal("condition=Ready")), "condition=Ready=True");
  for (const text of ["", "phase", "phase=a=b", "ready"]) {
    assert.throws(() => parseGoal(text), /--for: /, text);
  }
});

test("a goal is met by the phase, by a condition, or when the object is gone", () => {
  const job = writtenJob("a", { conditions: [condition("Scheduled", "True", "placed")] });
  assert.equal(isMet(parseGoal("phase=running"), job), true);
  assert.equal(isMet(parseGoal("phase=Succeeded"), job), false);
  assert.equal(isMet(parseGoal("condition=scheduled"), job), true);
  assert.equal(isMet(parseGoal("condition=Scheduled=False"), job), false);
  assert.equal(isMet(parseGoal("delete"), job), false);
  assert.equal(isMet(parseGoal("delete"), undefined), true);
});

test("a wait that cannot end well is told at once", () => {
  const goal = parseGoal("phase=Succeeded");
  assert.equal(whyNever(goal, writtenJob("a")), undefined);
  assert.equal(whyNever(goal, writtenJob("a", { phase: "Failed" })), "has ended as Failed");
  assert.equal(whyNever(goal, writtenQueue("q")), "is of a kind without phases");
  assert.equal(whyNever(goal, undefined), "was deleted meanwhile");
  assert.equal(whyNever(parseGoal("delete"), writtenJob("a", { phase: "Failed" })), undefined);
});
