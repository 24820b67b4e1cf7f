import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  bruteForceVictims,
  makesRoom,
  mayLeaveTogether,
} from "../../../test/support/victim-brute-force.ts";
import { chooseVictims, type VictimChoice, type VictimProblem } from "./victims.ts";

interface Limits {
  readonly rows: number;
  readonly devices: number;
  readonly jobs: number;
  readonly units: number;
  readonly pieces: number;
}

const SMALL: Limits = { rows: 4, devices: 4, jobs: 6, units: 9, pieces: 3 };
const LARGE: Limits = { rows: 6, devices: 6, jobs: 24, units: 60, pieces: 4 };

const shape = fc.oneof(
  fc.record({ count: fc.integer({ min: 1, max: 2 }), milli: fc.constant(1000) }),
  fc.record({ count: fc.constant(1), milli: fc.constantFrom(250, 300, 500, 700) }),
  fc.record({ count: fc.constant(2), milli: fc.constantFrom(400, 500) }),
  fc.constant({ count: 0, milli: 1 }),
);
const cpu = fc.constantFrom(0, 1, 1, 2, 3);
const cost = fc.oneof(fc.nat(4), fc.constantFrom(0, 1_000_003, 0.1, 0.2, 0.3));
const job = fc.record({
  cost,
  /** Each member goes to the first row from `row` on that holds it. */
  members: fc.array(fc.record({ row: fc.nat(), shape, cpu, memory: cpu }), {
    minLength: 1,
    maxLength: 3,
  }),
  spare: fc.option(fc.nat(2)),
  mayLeave: fc.boolean(),
});
const need = fc.record({ shape, cpu, memory: cpu, closed: fc.nat(), copies: fc.nat(1) });

/** A cluster with jobs that really hold what they are said to, and a demand. */
function problems(limits: Limits): fc.Arbitrary<VictimProblem> {
  return fc
    .record({
      rows: fc.array(
        fc.record({
          cpu: fc.nat(8),
          memory: fc.nat(8),
          devices: fc.integer({ min: 1, max: limits.devices }),
        }),
        { minLength: 1, maxLength: limits.rows },
      ),
      jobs: fc.array(job, { maxLength: limits.jobs, size: "max" }),
      needs: fc.array(need, { minLength: 1, maxLength: limits.pieces }),
    })
    .map((drafts) => build(drafts, limits));
}

interface Drafts {
  readonly rows: readonly { cpu: number; memory: number; devices: number }[];
  readonly jobs: readonly (typeof job extends fc.Arbitrary<infer Value> ? Value : never)[];
  readonly needs: readonly (typeof need extends fc.Arbitrary<infer Value> ? Value : never)[];
}

function build(drafts: Drafts, limits: Limits): VictimProblem {
  const rows = drafts.rows.map(({ cpu, memory, devices }) => ({
    cpu,
    memory,
    devices: Array.from({ length: devices }, () => 1000),
  }));
  const units: VictimProblem["units"][number][] = [];
  const spare: number[] = [];
  for (const { cost, members, spare: spareOrNone, mayLeave } of drafts.jobs) {
    const holdings = members.flatMap(({ row: wanted, shape, cpu, memory }) => {
      const row = wanted % rows.length;
      const room = rows[row];
      const fitting = [...room.devices.keys()].filter((d) => room.devices[d] >= shape.milli);
      if (room.cpu < cpu || room.memory < memory || fitting.length < shape.count) return [];
      const devices = fitting.slice(0, shape.count);
      room.cpu -= cpu;
      room.memory -= memory;
      for (const device of devices) room.devices[device] -= shape.milli;
      return [{ row, cpu, memory, milli: shape.milli, devices }];
    });
    const group = spare.length;
    if (holdings.length === 0) continue;
    const isElastic = spareOrNone !== null && spareOrNone > 0;
    if (units.length + 1 + (isElastic ? holdings.length : 0) > limits.units) continue;
    spare.push(spareOrNone ?? 0);
    if (mayLeave || !isElastic) units.push({ cost, holdings, group, isWhole: true });
    if (!isElastic) continue;
    for (const holding of holdings) {
      units.push({ cost: 0, holdings: [holding], group, isWhole: false });
    }
  }
  const demand = drafts.needs.flatMap(({ shape, cpu, memory, closed, copies }) => {
    const allowed = [...rows.keys()].filter((row) => row !== closed % (rows.length + 1));
    const piece = { cpu, memory, count: shape.count, milli: shape.milli, rows: allowed };
    return copies === 0 ? [piece] : [piece, piece];
  });
  return { rows, units, spare, demand: demand.slice(0, limits.pieces) };
}

/** The pieces hold what they are given, and nothing is over capacity. */
function checkPlaces({ rows, units, demand }: VictimProblem, choice: VictimChoice): void {
  const free = rows.map(({ cpu, memory, devices }) => ({ cpu, memory, devices: [...devices] }));
  for (const unit of choice.units) {
    for (const { row, cpu, memory, milli, devices } of units[unit].holdings) {
      free[row].cpu += cpu;
      free[row].memory += memory;
      for (const device of devices) free[row].devices[device] += milli;
    }
  }
  assert.equal(choice.places.length, demand.length);
  for (const [position, { cpu, memory, count, milli, rows: allowed }] of demand.entries()) {
    const { row, devices } = choice.places[position];
    assert.ok(allowed.includes(row));
    assert.equal(new Set(devices).size, count);
    free[row].cpu -= cpu;
    free[row].memory -= memory;
    for (const device of devices) free[row].devices[device] -= milli;
  }
  for (const { cpu, memory, devices } of free) assert.ok(Math.min(cpu, memory, ...devices) >= 0);
}

test("V2: those who leave are those of a search through all sets and all packings", () => {
  fc.assert(
    fc.property(problems(SMALL), (problem) => {
      const choice = chooseVictims(problem);
      const expected = bruteForceVictims(problem);
      assert.deepEqual(choice?.units, expected?.units);
      assert.equal(choice?.cost, expected?.cost);
    }),
    { numRuns: 1000 },
  );
});

test("V1: with those gone who leave, everything has its place and its devices", () => {
  fc.assert(
    fc.property(fc.oneof(problems(SMALL), problems(LARGE)), (problem) => {
      const choice = chooseVictims(problem);
      if (choice === undefined) return;
      assert.ok(mayLeaveTogether(problem, choice.units));
      checkPlaces(problem, choice);
    }),
    { numRuns: 1000 },
  );
});

test("V3: without any one of those who leave, the room is not there", () => {
  fc.assert(
    fc.property(problems(LARGE), (problem) => {
      const units = chooseVictims(problem)?.units ?? [];
      for (const unit of units) {
        const rest = units.filter((other) => other !== unit);
        assert.ok(!makesRoom(problem, rest), `${unit} of ${units.join()} need not leave`);
      }
    }),
    { numRuns: 300 },
  );
});

test("V4: the order in which rows may hold a piece does not change who leaves", () => {
  fc.assert(
    fc.property(problems(SMALL), (problem) => {
      const demand = problem.demand.map(({ cpu, memory, count, milli, rows }) => {
        return { cpu, memory, count, milli, rows: rows.toReversed() };
      });
      const other = chooseVictims({ ...problem, demand });
      assert.deepEqual(other?.units, chooseVictims(problem)?.units);
    }),
    { numRuns: 300 },
  );
});
