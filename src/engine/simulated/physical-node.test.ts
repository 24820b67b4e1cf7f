import assert from "node:assert/strict";
import test from "node:test";
import { nodeId } from "../../model/ids.ts";
import { gpuMilli, mib, milliCpu } from "../../model/units.ts";
import { holdOf, memoryHold, milliOf, PhysicalNode } from "./physical-node.ts";

const device = { kind: "T4", memory: mib(16_000), milliFree: gpuMilli(1000) };
const accelerators = { count: 2, milli: gpuMilli(600), kinds: [] };
const request = { cpu: milliCpu(300), memory: mib(40), accelerators };

function makeNode(): PhysicalNode {
  const devices = [device, device, device];
  return new PhysicalNode({ id: nodeId("n"), cpu: milliCpu(1000), memory: mib(100), devices });
}

test("nothing is held twice: a device, CPU and memory refuse what is not free", () => {
  const node = makeNode();
  node.take(holdOf(request, node, [0, 1]), "a");
  assert.throws(
    () => node.take(holdOf(request, node, [1, 2]), "start-job b"),
    /^Error: start-job b needs 600 milli of device 1 on node n, where 400 are free$/,
  );
  assert.throws(() => node.take(memoryHold(node, 61), "b"), /b needs 61 MiB on node n, where 60/);
  const cpu = { ...memoryHold(node, 0), cpu: 701 };
  assert.throws(() => node.take(cpu, "b"), /b needs 701 milli-CPU on node n, where 700 are free/);
  node.take(memoryHold(node, 60), "b");
});

test("what is released can be held again, but not on a failed device", () => {
  const node = makeNode();
  const hold = holdOf(request, node, [0, 1]);
  assert.equal(milliOf(hold), 1200);
  node.take(hold, "a");
  node.release(hold);
  node.take(hold, "b");
  node.release(hold);
  node.fail(1);
  assert.throws(() => node.take(hold, "c"), /c needs 600 milli of device 1 on node n, where 0/);
});

test("a node's working devices are held not at all, in part or wholly", () => {
  const node = makeNode();
  assert.equal(node.occupancy, "empty");
  const hold = holdOf(request, node, [0, 1]);
  node.take(hold, "a");
  assert.equal(node.occupancy, "part");
  node.take({ ...hold, milli: 400, cpu: 0, memory: 0 }, "b");
  assert.equal(node.occupancy, "part");
  node.fail(2);
  assert.equal(node.occupancy, "full");
  const bare = { id: nodeId("c"), cpu: milliCpu(1000), memory: mib(100), devices: [] };
  assert.equal(new PhysicalNode(bare).occupancy, "none");
});

test("a place has as many devices as the request asks for, each of them once", () => {
  const node = makeNode();
  assert.throws(() => holdOf(request, node, [0]), /devices \[0\] of node n are not 2 devices/);
  assert.throws(() => holdOf(request, node, [1, 1]), /are not 2 devices/);
});

test("on an overcommitted node more CPU may be held than it has, and no more than it may be", () => {
  const overcommit = { cpuMax: 1.5, headroom: 0 };
  const bare = { id: nodeId("c"), cpu: milliCpu(1001), memory: mib(100), devices: [] };
  const node = new PhysicalNode({ ...bare, overcommit });
  const hold = { ...memoryHold(node, 0), cpu: 1501 };
  node.take(hold, "a");
  const more = { ...hold, cpu: 1 };
  assert.throws(() => node.take(more, "b"), /b needs 1 milli-CPU on node c, where 0 are free/);
  node.release(hold);
  node.take(more, "b");
});
