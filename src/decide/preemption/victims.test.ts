import assert from "node:assert/strict";
import { test } from "node:test";
import { makesRoom } from "../../../test/support/victim-brute-force.ts";
import { vacateRow } from "./row-victims.ts";
import { chooseVictims, type DemandPiece, type Holding, type VictimUnit } from "./victims.ts";

/** A row without free devices, and with CPU and memory to spare. */
const BUSY = { cpu: 9, memory: 9, devices: [0, 0, 0, 0] };

function held(row: number, devices: readonly number[], milli = 1000): Holding {
  return { row, cpu: 0, memory: 0, milli, devices };
}

function gang(group: number, cost: number, ...holdings: Holding[]): VictimUnit {
  return { cost, holdings, group, isWhole: true };
}

function member(group: number, holding: Holding): VictimUnit {
  return { cost: 0, holdings: [holding], group, isWhole: false };
}

function need(count: number, rows: readonly number[], milli = 1000): DemandPiece {
  return { cpu: 0, memory: 0, count, milli, rows };
}

function choose(units: readonly VictimUnit[], demand: readonly DemandPiece[], spare = [9, 9, 9]) {
  const choice = chooseVictims({ rows: [BUSY, BUSY], units, spare: [...spare, 9, 9], demand });
  return choice && { units: choice.units, cost: choice.cost };
}

test("V1: nobody leaves where there is room, or where all that may leave make too little", () => {
  assert.deepEqual(choose([gang(0, 5, held(0, [0]))], []), { units: [], cost: 0 });
  assert.deepEqual(choose([gang(0, 5, held(0, [0]))], [need(0, [0])]), { units: [], cost: 0 });
  assert.equal(choose([gang(0, 5, held(0, [0]))], [need(2, [0])]), undefined);
  assert.equal(choose([gang(0, 5, held(0, [0]))], [need(1, [1])]), undefined);
  assert.equal(choose([gang(0, 5, held(0, [0]))], [need(1, [0]), need(1, [0])]), undefined);
});

test("V1: CPU and memory are made room for too", () => {
  const holding = { row: 0, cpu: 4, memory: 2, milli: 0, devices: [] };
  const problem = { rows: [BUSY], units: [gang(0, 7, holding)], spare: [0] };
  const piece = need(0, [0]);
  assert.deepEqual(chooseVictims({ ...problem, demand: [{ ...piece, cpu: 13 }] })?.units, [0]);
  assert.deepEqual(chooseVictims({ ...problem, demand: [{ ...piece, memory: 11 }] })?.units, [0]);
  assert.equal(chooseVictims({ ...problem, demand: [{ ...piece, cpu: 14 }] }), undefined);
});

test("V1: two shares fit on the devices that are named, and on no others", () => {
  const rows = [{ cpu: 9, memory: 9, devices: [1000, 400] }];
  const demand = [need(1, [0], 400), need(1, [0])];
  const choice = chooseVictims({ rows, units: [], spare: [], demand });
  assert.deepEqual(choice?.places, [
    { row: 0, devices: [1] },
    { row: 0, devices: [0] },
  ]);
});

test("V2: one large job goes before several small ones that lose more together", () => {
  const small = [0, 1, 2].map((device) => gang(device, 4, held(0, [device])));
  const large = gang(3, 11, held(1, [0, 1, 2, 3]));
  assert.deepEqual(choose([...small, large], [need(3, [0, 1])]), { units: [3], cost: 11 });
  assert.deepEqual(choose([...small, large], [need(2, [0, 1])]), { units: [0, 1], cost: 8 });
});

test("V2: a gang over two rows costs all of it, and makes room on both", () => {
  const units = [
    gang(0, 10, held(0, [0]), held(1, [0])),
    gang(1, 6, held(0, [1])),
    gang(2, 6, held(1, [1])),
  ];
  assert.deepEqual(choose(units, [need(1, [0, 1])]), { units: [1], cost: 6 });
  assert.deepEqual(choose(units, [need(1, [0]), need(1, [1])]), { units: [0], cost: 10 });
});

test("V2: members to spare leave before anybody is evicted, and never beside the whole", () => {
  const [left, right] = [held(0, [0]), held(0, [1])];
  const units = [
    gang(0, 3, left, right),
    member(0, left),
    member(0, right),
    gang(1, 1, held(1, [0])),
  ];
  assert.deepEqual(choose(units, [need(1, [0, 1])]), { units: [1], cost: 0 });
  assert.deepEqual(choose(units, [need(2, [0])]), { units: [1, 2], cost: 0 });
  assert.deepEqual(choose(units, [need(2, [0])], [1, 0, 0]), { units: [0], cost: 3 });
});

test("V3: a share that leaves makes no room by itself, so none leaves in vain", () => {
  const units = [
    gang(0, 0, held(0, [0], 500)),
    gang(1, 9, held(0, [0], 500)),
    gang(2, 5, held(0, [1], 1000)),
  ];
  assert.deepEqual(choose(units, [need(1, [0])]), { units: [2], cost: 5 });
});

test("V3: of more units than are searched through, still nobody is needless", () => {
  const units = Array.from({ length: 32 }, (_, unit) =>
    gang(unit, 40 - unit, held(unit % 2, [unit % 4], 125)),
  );
  const rows = [BUSY, BUSY];
  const demand = [need(1, [0, 1], 500), need(1, [0, 1], 500)];
  const choice = chooseVictims({ rows, units, spare: units.map(() => 0), demand });
  assert.equal(choice?.units.length, 8);
});

test("V3: on a row with more sets than are looked at, still nobody is needless", () => {
  const units = Array.from({ length: 40 }, (_, unit) =>
    gang(unit, unit % 3, held(0, [(unit * 7) % 8], 200)),
  );
  const rows = [{ cpu: 0, memory: 0, devices: Array.from({ length: 8 }, () => 0) }];
  const problem = { rows, units, spare: units.map(() => 0), demand: [need(4, [0])] };
  const leaving = chooseVictims(problem)!.units;
  assert.ok(makesRoom(problem, leaving));
  for (const unit of leaving) {
    const rest = leaving.filter((other) => other !== unit);
    assert.ok(!makesRoom(problem, rest), `unit ${unit} need not leave`);
  }
});

test("V4: among equals the fewest leave, then those with the lowest indices", () => {
  const halves = [gang(0, 1, held(0, [0], 500)), gang(1, 1, held(0, [0], 500))];
  const wholes = [gang(2, 2, held(1, [0])), gang(3, 2, held(0, [1]))];
  assert.deepEqual(choose([...halves, ...wholes], [need(1, [0, 1])]), { units: [2], cost: 2 });
  const pairs = [
    gang(0, 3, held(1, [0])),
    gang(1, 2, held(0, [0])),
    gang(2, 2, held(0, [1])),
    gang(3, 1, held(1, [1])),
  ];
  assert.deepEqual(choose(pairs, [need(2, [0, 1])]), { units: [0, 3], cost: 4 });
});

test("V4: a row is compared with the best so far", () => {
  const units = [3, 1, 2].map((cost, unit) => {
    return { unit, cost, group: unit, isWhole: true, holdings: [held(0, [unit])] };
  });
  const vacate = (best?: { cost: number; units: number[] }) =>
    vacateRow(BUSY, units, need(2, [0]), [0, 0, 0], best);
  assert.deepEqual(vacate(), { cost: 3, units: [1, 2] });
  assert.equal(vacate({ cost: 2, units: [7, 8, 9] }), undefined);
  assert.equal(vacate({ cost: 3, units: [7] }), undefined);
  assert.equal(vacate({ cost: 3, units: [0, 9] }), undefined);
  assert.equal(vacate({ cost: 3, units: [1, 2] }), undefined);
  assert.deepEqual(vacate({ cost: 3, units: [1, 3] }), { cost: 3, units: [1, 2] });
});
