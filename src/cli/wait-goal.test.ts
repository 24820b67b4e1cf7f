import assert from "node:assert/strict";
import { test } from "node:test";
import {
  condition,
  writtenJob,
  writtenQueue,
  writtenService,
} from "../../test/support/written-objects.ts";
import { checkGoal, isMet, parseGoal, sayGoal, whyNever } from "./wait-goal.ts";

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
  assert.equal(whyNever(goal, undefined), "was deleted meanwhile");
  assert.equal(whyNever(parseGoal("delete"), writtenJob("a", { phase: "Failed" })), undefined);
});

test("what an object of the kind never is, is refused with what it can be", () => {
  const check = (text: string, object: Parameters<typeof checkGoal>[1]) => () =>
    checkGoal(parseGoal(text), object);
  const job = writtenJob("a", { conditions: [condition("Special", "True", "told")] });
  check("phase=succeeded", job)();
  check("condition=scheduled=false", job)();
  check("condition=Special", job)();
  check("delete", writtenQueue("q"))();
  assert.throws(check("phase=Succeded", job), /no phase of a job\. Did you mean "Succeeded"\? /);
  assert.throws(check("phase=Running", writtenQueue("q")), /no phase of a queue\. It has none\./);
  assert.throws(check("condition=Redy", writtenService("s")), /Did you mean "Ready"\?/);
  assert.throws(check("condition=Ready=no", writtenService("s")), /There are: True, False/);
});
