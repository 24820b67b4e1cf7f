import assert from "node:assert/strict";
import test from "node:test";
import { nodeId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { gpuMilli, mib, milliCpu } from "../../model/units.ts";
import { leastNodes } from "./least-nodes.ts";

function node(devices: number, cpu: number, kind = "T4"): Node {
  const device = { kind, memory: mib(16_000), milliFree: gpuMilli(1000) };
  return {
    id: nodeId(`${kind}-${devices}-${cpu}`),
    cpu: milliCpu(cpu),
    memory: mib(1000),
    devices: Array.from({ length: devices }, () => device),
  };
}

function request(count: number, milli: number, cpu = 0, kinds: string[] = []): ResourceRequest {
  const accelerators = { count, milli: gpuMilli(milli), kinds };
  return { cpu: milliCpu(cpu), memory: mib(0), ...(count > 0 && { accelerators }) };
}

test("equal members: devices, shares of them, CPU and kinds say how many a node holds", () => {
  const eights = [node(8, 8000), node(8, 8000), node(8, 8000)];
  const cases: readonly (readonly [
    ResourceRequest,
    number,
    readonly Node[],
    number | undefined,
  ])[] = [
    [request(1, 1000), 16, eights, 2],
    [request(1, 1000), 17, eights, 3],
    [request(1, 1000), 25, eights, undefined],
    [request(3, 1000), 4, eights, 2],
    [request(1, 500), 16, eights, 1],
    [request(1, 600), 9, eights, 2],
    // Two devices each, half of each: eight members on eight devices.
    [request(2, 500), 8, eights, 1],
    [request(1, 1000, 4000), 4, eights, 2],
    [request(0, 0, 1000), 9, eights, 2],
    [request(1, 1000, 0, ["A100"]), 2, [...eights, node(2, 100, "A100")], 1],
    [request(1, 1000, 0, ["V100"]), 1, eights, undefined],
    // The largest nodes first: 8 + 2 of 10.
    [request(1, 1000), 10, [node(2, 1), node(8, 1), node(4, 1)], 2],
  ];
  for (const [of, count, nodes, expected] of cases) {
    assert.equal(leastNodes([{ request: of, count }], nodes), expected);
  }
});

test("different members: no fewer nodes than each part takes, nor than they take together", () => {
  const fours = [node(4, 4000), node(4, 4000), node(4, 4000)];
  const parts = [
    { request: request(1, 1000), count: 4 },
    { request: request(2, 1000), count: 1 },
  ];
  assert.equal(leastNodes(parts, fours), 2);
  const cpus = [
    { request: request(1, 1000, 1000), count: 2 },
    { request: request(0, 0, 3000), count: 3 },
  ];
  assert.equal(leastNodes(cpus, fours), 3);
});
