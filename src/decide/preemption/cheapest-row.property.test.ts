import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { type Candidate, unitsByRow } from "./candidates.ts";
import { CheapestRow } from "./cheapest-row.ts";
import { OpenUnits } from "./open-units.ts";
import { holdingOf, pickDevices } from "./packing.ts";
import { giveBack, roomOf, take } from "./room.ts";
import { vacateCheapest } from "./row-victims.ts";
import { mayJoin } from "./unit-sets.ts";

const ROWS = [0, 1, 2, 3];
const holding = fc.record({
  row: fc.constantFrom(...ROWS),
  device: fc.nat(2),
  milli: fc.constantFrom(200, 300, 500),
});
const drafts = fc.array(
  fc.record({
    /** Few distinct costs, so that ties are common. */
    cost: fc.constantFrom(0, 0, 1, 2, 2, 5),
    group: fc.nat(5),
    isWhole: fc.boolean(),
    holdings: fc.array(holding, { minLength: 1, maxLength: 2 }),
  }),
  { maxLength: 14, size: "max" },
);

/** Each device is full but for what is free; who is on it holds as much as it says. */
function unitsOf(
  from: typeof drafts extends fc.Arbitrary<infer Value> ? Value : never,
): Candidate[] {
  const wholes = new Set<number>();
  const units: Candidate[] = [];
  for (const { cost, group, isWhole, holdings } of from) {
    if (isWhole && wholes.has(group)) continue;
    if (isWhole) wholes.add(group);
    const held = holdings.map(({ row, device, milli }) => {
      return { row, milli, devices: [device], cpu: 1, memory: 0 };
    });
    units.push({ unit: units.length, cost, group, isWhole, holdings: held });
  }
  return units;
}

test("V2, V4: one piece after the other takes the row that a look at all rows would find", () => {
  fc.assert(
    fc.property(
      drafts,
      fc.array(fc.nat(400), { minLength: 12, maxLength: 12 }),
      fc.constantFrom(300, 500, 700),
      (from, free, milli) => {
        const units = unitsOf(from);
        const spare = [0, 1, 2, 0, 1, 2];
        const rows = ROWS.map((row) => {
          return { cpu: 2, memory: 9, devices: free.slice(row * 3, row * 3 + 3) };
        });
        const piece = { cpu: 1, memory: 1, count: 1, milli, rows: ROWS };
        const rooms = rows.map(roomOf);
        const open = new OpenUnits(rows.length, units, spare);
        const cheapest = new CheapestRow(rooms, open.byRow, piece);
        const gone: Candidate[] = [];
        for (let nth = 0; nth < 5; nth += 1) {
          const able = units.filter((unit) => !gone.includes(unit) && mayJoin(unit, gone, spare));
          const expected = vacateCheapest(rooms, unitsByRow(4, able), piece, open.spareLeft);
          const found = cheapest.find(open.spareLeft);
          assert.deepEqual(found, expected);
          if (found === undefined) return;
          for (const unit of open.take(found.set.units)) {
            gone.push(unit);
            for (const held of unit.holdings) giveBack(rooms[held.row], held);
          }
          for (const row of open.takeChanged()) cheapest.changed(row);
          const devices = pickDevices(rooms[found.row], piece, "least left");
          take(rooms[found.row], holdingOf(piece, devices));
          cheapest.changed(found.row);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
