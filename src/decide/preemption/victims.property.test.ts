import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { leastCost, makesRoom, mayLeave } from "../../../test/support/victim-brute-force.ts";
import { chooseVictims, type VictimProblem, type VictimUnit } from "./victims.ts";

interface Sizes {
  readonly rows: number;
  readonly jobs: number;
  readonly pieces: number;
}

/** Clusters whose nodes are full of jobs: whole gangs over several nodes, shares, elastic members. */
function arbitraryProblem({ rows, jobs, pieces }: Sizes): fc.Arbitrary<VictimProblem> {
  const holding = fc.record({
    row: fc.nat(rows - 1),
    device: fc.nat(2),
    milli: fc.constantFrom(300, 500, 1000),
    cpu: fc.nat(3),
  });
  const job = fc.record({
    cost: fc.nat(6),
    members: fc.array(holding, { minLength: 1, maxLength: 3 }),
    spare: fc.nat(2),
  });
  const piece = fc.record({
    cpu: fc.nat(3),
    memory: fc.nat(2),
    count: fc.integer({ min: 0, max: 2 }),
    milli: fc.constantFrom(300, 500, 1000),
    rows: fc.subarray(
      Array.from({ length: rows }, (_, row) => row),
      { minLength: 1 },
    ),
  });
  const free = fc.record({
    cpu: fc.nat(2),
    memory: fc.nat(2),
    devices: fc.array(fc.constantFrom(0, 0, 200, 500, 1000), { minLength: 3, maxLength: 3 }),
  });
  return fc
    .record({
      rows: fc.array(free, { minLength: rows, maxLength: rows }),
      jobs: fc.array(job, { maxLength: jobs }),
      demand: fc.array(piece, { minLength: 1, maxLength: pieces }),
    })
    .map(({ jobs: list, demand, rows: nodes }) => {
      const units: VictimUnit[] = [];
      const spares: number[] = [];
      const held = nodes.map(({ devices }) => [...devices]);
      for (const { cost, members, spare } of list) {
        // No device ever has more than 1000 milli, whoever leaves it.
        const there = members.filter(({ row, device, milli }) => {
          if (held[row][device] + milli > 1000) return false;
          held[row][device] += milli;
          return true;
        });
        if (there.length === 0) continue;
        const group = spares.length;
        spares.push(Math.min(spare, there.length - 1));
        const holdings = there.map(({ row, cpu, milli, device }) => {
          return { row, cpu, milli, memory: 1, devices: [device] };
        });
        units.push({ cost, holdings, group, isWhole: true });
        if (spare === 0) continue;
        for (const one of holdings) units.push({ cost: 0, holdings: [one], group, isWhole: false });
      }
      // A piece of several devices takes whole ones, as a request does.
      const whole = demand.map((one) => (one.count > 1 ? { ...one, milli: 1000 } : one));
      return { rows: nodes, units, spare: spares, demand: whole };
    });
}

test("V1, V2: the victims make the room at the least cost that any set has", () => {
  const small = arbitraryProblem({ rows: 3, jobs: 3, pieces: 3 });
  fc.assert(
    fc.property(small, (problem) => {
      const choice = chooseVictims(problem);
      assert.equal(choice?.cost, leastCost(problem));
      if (choice === undefined) return;
      assert.ok(makesRoom(problem, choice.units));
      assert.ok(mayLeave(problem, choice.units));
    }),
    { numRuns: 1000 },
  );
});

test("V1, V3: the victims of a large problem make the room, and each of them is needed", () => {
  const large = arbitraryProblem({ rows: 4, jobs: 20, pieces: 3 });
  fc.assert(
    fc.property(large, (problem) => {
      const choice = chooseVictims(problem);
      if (choice === undefined) return;
      assert.ok(makesRoom(problem, choice.units));
      assert.ok(mayLeave(problem, choice.units));
      for (const unit of choice.units) {
        const fewer = choice.units.filter((other) => other !== unit);
        assert.ok(!makesRoom(problem, fewer), `unit ${unit} need not leave`);
      }
    }),
    { numRuns: 300 },
  );
});

test("V4: among equals the fewest units leave, then the first in order", () => {
  const devices = [0, 0];
  const held = (device: number) => ({ row: 0, cpu: 0, memory: 0, milli: 500, devices: [device] });
  const unit = (group: number, cost: number, on: readonly number[]) => {
    return { cost, holdings: on.map((device) => held(device)), group, isWhole: true };
  };
  const units = [unit(0, 1, [0]), unit(1, 1, [0]), unit(2, 2, [1, 1]), unit(3, 2, [1, 1])];
  const demand = [{ cpu: 0, memory: 0, count: 1, milli: 1000, rows: [0] }];
  const rows = [{ cpu: 0, memory: 0, devices }];
  const choice = chooseVictims({ rows, units, spare: [0, 0, 0, 0], demand });
  assert.deepEqual(choice?.units, [2]);
});
