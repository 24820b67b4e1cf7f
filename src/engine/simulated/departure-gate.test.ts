import assert from "node:assert/strict";
import test from "node:test";
import { departureId } from "../../model/ids.ts";
import { DepartureGate } from "./departure-gate.ts";

const [one, two, three] = [1, 2, 3].map((number) => departureId(number));

function watch() {
  const seen: string[] = [];
  const gate = new DepartureGate((departure) => seen.push(`departed ${departure}`));
  return { seen, gate, tell: (word: string) => () => seen.push(word) };
}

test("what waits begins when the last of its departures is over, in the order of waiting", () => {
  const { seen, gate, tell } = watch();
  gate.open(one, "j");
  gate.open(two, "j");
  gate.whenOver([one, two], "k", tell("first"));
  gate.whenOver([two], "k", tell("second"));
  gate.whenOver([], "k", tell("at once"));
  assert.deepEqual(seen, [], "nothing begins before all orders are known");
  assert.equal(gate.beginFree(), true);
  gate.close(two);
  gate.beginFree();
  gate.close(one);
  gate.whenOver([one, two], "k", tell("late"));
  gate.beginFree();
  assert.equal(gate.beginFree(), false);
  assert.deepEqual(seen, ["at once", "departed 2", "second", "departed 1", "first", "late"]);
});

test("what is cancelled does not begin", () => {
  const { seen, gate, tell } = watch();
  gate.open(one, "j");
  const waiting = gate.whenOver([one], "k", tell("never"));
  gate.close(one);
  waiting.isCancelled = true;
  gate.beginFree();
  assert.deepEqual(seen, ["departed 1"]);
});

test("a departure is ordered once, and before anybody waits for it", () => {
  const { gate } = watch();
  gate.open(one, "j");
  assert.throws(() => gate.open(one, "j"), /j: departure 1 was ordered twice/);
  gate.close(one);
  assert.throws(() => gate.open(one, "j"), /j: departure 1 was ordered twice/);
  assert.throws(() => gate.whenOver([three], "k", () => {}), /k: departure 3 was never ordered/);
});
