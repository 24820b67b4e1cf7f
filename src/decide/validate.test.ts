import assert from "node:assert/strict";
import { test } from "node:test";
import { buildNode, buildRequest } from "../../test/support/cluster-arbitraries.ts";
import type { Node } from "../model/node.ts";
import type { ResourceRequest } from "../model/resources.ts";
import type { GpuMilli, MiB, MilliCpu } from "../model/units.ts";
import { checkNode, checkRequest, DEVICES_MAX } from "./validate.ts";

const NODE = buildNode({ id: "a", cpu: 4000, memory: 16, devices: [1000, 0] });
const REQUEST = buildRequest({ cpu: 1000, memory: 4, count: 2, milli: 500 });
const BAD_QUANTITIES = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31];

function codeOfNode(change: Partial<Node>): string | undefined {
  return checkNode({ ...NODE, ...change })?.code;
}

function codeOfRequest(change: Partial<ResourceRequest>): string | undefined {
  return checkRequest("work w", { ...REQUEST, ...change })?.code;
}

test("M1: a node of integers in their ranges is taken, up to the limits", () => {
  assert.equal(codeOfNode({}), undefined);
  assert.equal(codeOfNode({ cpu: 0 as MilliCpu, memory: 0 as MiB, devices: [] }), undefined);
  const largest = 2 ** 31 - 1;
  assert.equal(codeOfNode({ cpu: largest as MilliCpu, memory: largest as MiB }), undefined);
  const device = NODE.devices[0];
  const devices = Array.from({ length: DEVICES_MAX }, () => device);
  assert.equal(codeOfNode({ devices }), undefined);
  assert.equal(codeOfNode({ devices: [...devices, device] }), "invalid-node");
});

test("M1: a node with a quantity out of range is refused", () => {
  const device = NODE.devices[0];
  for (const bad of BAD_QUANTITIES) {
    assert.equal(codeOfNode({ cpu: bad as MilliCpu }), "invalid-node");
    assert.equal(codeOfNode({ memory: bad as MiB }), "invalid-node");
    const milliFree = bad as GpuMilli;
    assert.equal(codeOfNode({ devices: [device, { ...device, milliFree }] }), "invalid-node");
    const memory = bad as MiB;
    assert.equal(codeOfNode({ devices: [device, { ...device, memory }] }), "invalid-node");
  }
  const milliFree = 1001 as GpuMilli;
  assert.equal(codeOfNode({ devices: [{ ...device, milliFree }] }), "invalid-node");
});

test("M3: a node of two device kinds is refused", () => {
  const [first, second] = NODE.devices;
  const refusal = checkNode({ ...NODE, devices: [first, { ...second, kind: "B" }] });
  assert.deepEqual(refusal, {
    kind: "can-never",
    code: "mixed-device-kinds",
    message: "node a has devices of kinds A and B",
  });
});

test("M1, M2: a request of integers in their ranges is taken, up to the limits", () => {
  assert.equal(codeOfRequest({}), undefined);
  assert.equal(checkRequest("work w", buildRequest({})), undefined);
  for (const [count, milli] of [
    [1, 1],
    [1024, 1000],
  ]) {
    assert.equal(checkRequest("work w", buildRequest({ count, milli })), undefined);
  }
});

test("M1, M2: a request with a quantity out of range is refused", () => {
  const wanted = REQUEST.accelerators!;
  for (const bad of BAD_QUANTITIES) {
    assert.equal(codeOfRequest({ cpu: bad as MilliCpu }), "invalid-request");
    assert.equal(codeOfRequest({ memory: bad as MiB }), "invalid-request");
  }
  for (const count of [...BAD_QUANTITIES, 0, 1025]) {
    assert.equal(codeOfRequest({ accelerators: { ...wanted, count } }), "invalid-request");
  }
  for (const milli of [...BAD_QUANTITIES, 0, 1001]) {
    const accelerators = { ...wanted, milli: milli as GpuMilli };
    assert.equal(codeOfRequest({ accelerators }), "invalid-request");
  }
});

test("a refusal says who, what and how much", () => {
  const messageOf = (change: Partial<Node>) => checkNode({ ...NODE, ...change })?.message;
  assert.equal(messageOf({ cpu: -1 as MilliCpu }), "node a has -1 milli-CPU");
  const devices = [NODE.devices[0], { ...NODE.devices[1], milliFree: 1001 as GpuMilli }];
  assert.equal(messageOf({ devices }), "device 1 of node a has 1001 milli free");
  const accelerators = { ...REQUEST.accelerators!, count: 0 };
  assert.equal(
    checkRequest("work w", { ...REQUEST, accelerators })?.message,
    "work w asks for 0 devices; it must be 1 to 1024",
  );
});
