import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nodeId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { DEVICE_MILLI, gpuMilli, mib, milliCpu } from "../../model/units.ts";
import { type GangPart, isUnpackable } from "./pack-gang.ts";

function nodeOf(cores: number, devices: number, kind = "A10"): Node {
  const device = { kind, memory: mib(24_576), milliFree: gpuMilli(DEVICE_MILLI) };
  return {
    id: nodeId("n"),
    cpu: milliCpu(cores * 1000),
    memory: mib(64),
    devices: Array.from({ length: devices }, () => device),
  };
}

/** `devices` is a number of whole devices, or a share of one. */
function partOf(count: number, cores: number, devices = 0, kinds: string[] = []): GangPart {
  const request: ResourceRequest = { cpu: milliCpu(cores * 1000), memory: mib(1) };
  if (devices === 0) return { count, request };
  const milli = gpuMilli(Math.min(devices, 1) * DEVICE_MILLI);
  return {
    count,
    request: { ...request, accelerators: { count: Math.ceil(devices), milli, kinds } },
  };
}

test("roles that shut each other out cannot be packed", () => {
  const nodes = [{ node: nodeOf(8, 2), count: 2 }];
  assert.equal(isUnpackable(nodes, [partOf(2, 5), partOf(1, 4, 1)]), true);
  assert.equal(isUnpackable(nodes, [partOf(2, 5), partOf(1, 3, 1)]), false);
  const mixed = [...nodes, { node: nodeOf(8, 2, "T4"), count: 1 }];
  assert.equal(isUnpackable(mixed, [partOf(2, 5), partOf(1, 4, 1)]), false);
  assert.equal(isUnpackable(mixed, [partOf(2, 5, 1, ["A10"]), partOf(2, 4, 1, ["A10"])]), true);
});

test("shares of devices are packed device by device", () => {
  const nodes = [{ node: nodeOf(64, 2), count: 1 }];
  assert.equal(isUnpackable(nodes, [partOf(2, 1, 0.6), partOf(2, 1, 0.4)]), false);
  assert.equal(isUnpackable(nodes, [partOf(1, 1, 0.6), partOf(2, 1, 0.5)]), false);
  assert.equal(isUnpackable(nodes, [partOf(2, 1, 0.6), partOf(1, 1, 0.5)]), true);
  assert.equal(isUnpackable(nodes, [partOf(1, 1, 0.1), partOf(1, 1, 2)]), true);
});

test("what the first choice shuts out is found by another", () => {
  // The small first member has to leave the node with more cores to the other one.
  const nodes = [
    { node: nodeOf(6, 0), count: 1 },
    { node: nodeOf(10, 0), count: 1 },
  ];
  assert.equal(isUnpackable(nodes, [partOf(1, 6), partOf(2, 5)]), false);
  assert.equal(isUnpackable(nodes, [partOf(2, 4), partOf(2, 3), partOf(1, 2)]), false);
});

test("a gang too large to be searched is no refusal", () => {
  const nodes = [{ node: nodeOf(64, 8), count: 10_000 }];
  assert.equal(isUnpackable(nodes, [partOf(50_000, 1, 1), partOf(50_000, 1)]), false);
});

test("whoever was put on nodes one by one can be packed", () => {
  const size = fc.record({
    cores: fc.integer({ min: 0, max: 4 }),
    devices: fc.constantFrom(0, 0.2, 0.5, 1, 2),
  });
  const member = fc.record({ role: fc.nat(2), node: fc.nat(2) });
  const plan = fc.record({
    sizes: fc.tuple(size, size, size),
    members: fc.array(member, { minLength: 1, maxLength: 9 }),
  });
  const property = fc.property(plan, ({ sizes, members }) => {
    // Each node is given what its members take, shares of devices side by side as they come.
    const nodes = [0, 1, 2].map((node) => {
      const held = members.filter((at) => at.node === node).map(({ role }) => sizes[role]);
      const cores = held.reduce((sum, { cores: own }) => sum + own, 0);
      return { node: nodeOf(cores, firstFit(held.map(({ devices }) => devices))), count: 1 };
    });
    const parts = sizes.flatMap(({ cores, devices }, role) => {
      const count = members.filter((at) => at.role === role).length;
      return count === 0 ? [] : [partOf(count, cores, devices)];
    });
    assert.equal(isUnpackable(nodes, parts), false);
  });
  fc.assert(property, { seed: 1, numRuns: 300 });
});

/** Devices that the shares and the whole ones take. */
function firstFit(needs: readonly number[]): number {
  const shared: number[] = [];
  let whole = 0;
  for (const need of needs) {
    if (need >= 1) {
      whole += need;
      continue;
    }
    const device = shared.findIndex((used) => used + need <= 1 + 1e-9);
    if (need > 0 && device === -1) shared.push(need);
    else if (need > 0) shared[device] += need;
  }
  return whole + shared.length;
}
