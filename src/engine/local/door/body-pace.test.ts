import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { BodyPace } from "./body-pace.ts";
import { DOOR_LIMITS } from "./limits.ts";

test("a body is too slow if too little of it comes within a time in which it is waited for", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  let slow = 0;
  const pace = new BodyPace({ ...DOOR_LIMITS, bodyIdleMs: 10, bodyBytesMin: 5 }, () => (slow += 1));
  const pass = (ms: number, bytes: number) => {
    pace.count(bytes);
    mock.timers.tick(ms);
    return slow;
  };
  pace.start();
  assert.equal(pass(10, 5), 0);
  assert.equal(pass(10, 6), 0);
  pace.stop();
  assert.equal(pass(100, 0), 0);
  pace.start();
  assert.equal(pass(9, 0), 0);
  pace.start();
  assert.equal(pass(9, 4), 0);
  assert.equal(pass(1, 0), 1);
  assert.equal(pass(100, 0), 1);
  mock.timers.reset();
});
