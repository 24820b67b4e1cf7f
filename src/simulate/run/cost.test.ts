import assert from "node:assert/strict";
import test from "node:test";
import { billOf, type Spending } from "./cost.ts";

const HOUR = 1000 * 3_600_000;

/** Ten device-hours of one kind: 6 offline (4 work, 1 lost), 1 busy, 0.5 idle, 0.5 moving, 2 free. */
const spending: Spending = {
  bought: new Map([["T4", 10 * HOUR]]),
  held: new Map([["T4", { offline: 6 * HOUR, busy: HOUR, idle: HOUR / 2, moving: HOUR / 2 }]]),
  productive: 4 * HOUR,
  lost: HOUR,
};

test("the classes add up to what was bought, at the price of the kind", () => {
  const { bought, lines, total } = billOf(spending, { kinds: { T4: 2 } });
  assert.deepEqual(bought, [{ kind: "T4", deviceHours: 10, cost: 20 }]);
  assert.equal(total, 20);
  assert.deepEqual(
    lines.map((line) => [line.class, line.deviceHours, line.cost]),
    [
      ["serving", 1, 2],
      ["awake idle", 0.5, 1],
      ["moving", 0.5, 1],
      ["offline work", 4, 8],
      ["lost work", 1, 2],
      ["checkpoints", 1, 2],
      ["free", 2, 4],
    ],
  );
});

test("without prices there are hours and no costs", () => {
  const bill = billOf(spending, undefined);
  assert.ok(!("total" in bill));
  for (const line of [...bill.lines, ...bill.bought]) assert.ok(!("cost" in line));
  assert.equal(bill.lines[0].deviceHours, 1);
});

test("each kind has its own price, or the default, and what nobody held is free on it", () => {
  const mixed: Spending = {
    bought: new Map([
      ["T4", 4 * HOUR],
      ["A100", 3 * HOUR],
      ["H100", HOUR],
    ]),
    held: new Map([
      ["T4", { offline: 3 * HOUR, busy: 0, idle: 0, moving: 0 }],
      ["A100", { offline: HOUR, busy: 2 * HOUR, idle: 0, moving: 0 }],
    ]),
    productive: 3 * HOUR,
    lost: HOUR,
  };
  const { lines, total } = billOf(mixed, { default: 1, kinds: { A100: 10, H100: 100 } });
  assert.equal(total, 4 + 30 + 100);
  const costs = new Map(lines.map((line) => [line.class, line.cost]));
  // A quarter of the offline time on each kind was lost.
  assert.equal(costs.get("lost work"), 0.75 * 1 + 0.25 * 10);
  assert.equal(costs.get("offline work"), 2.25 * 1 + 0.75 * 10);
  assert.equal(costs.get("serving"), 20);
  assert.equal(costs.get("free"), 1 + 100);
});

test("rounding leaves no rest", () => {
  const tight = { ...spending, productive: 5 * HOUR - 1e-3 };
  const { lines } = billOf(tight, undefined);
  assert.equal(lines.find((line) => line.class === "checkpoints")?.deviceHours, 0);
});
