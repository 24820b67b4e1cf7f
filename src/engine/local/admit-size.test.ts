import assert from "node:assert/strict";
import { test } from "node:test";
import { jobId, nodeId, queueId } from "../../model/ids.ts";
import type { BatchJob } from "../../model/job.ts";
import type { Node } from "../../model/node.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { gpuMilli, mib, milliCpu, milliseconds } from "../../model/units.ts";
import { admitJobSize, admitSize } from "./admit-size.ts";

const device = { kind: "T4", memory: mib(16_000), milliFree: gpuMilli(1000) };
const node: Node = {
  id: nodeId("local"),
  cpu: milliCpu(2000),
  memory: mib(1000),
  devices: [device, device],
};
const small: ResourceRequest = { cpu: milliCpu(1000), memory: mib(100) };
const withDevices = (more: Partial<NonNullable<ResourceRequest["accelerators"]>>) => ({
  ...small,
  accelerators: { count: 1, milli: gpuMilli(1000), kinds: [], ...more },
});

function messageOf(request: ResourceRequest): string | undefined {
  return admitSize(request, "it", node)?.message;
}

test("what an empty machine could hold is admitted", () => {
  assert.equal(messageOf(small), undefined);
  assert.equal(messageOf({ cpu: node.cpu, memory: node.memory }), undefined);
  assert.equal(messageOf(withDevices({ count: 2, kinds: ["T4"], memory: mib(16_000) })), undefined);
});

test("what it never could is refused, with both numbers", () => {
  const cores = messageOf({ ...small, cpu: milliCpu(9_999_000) });
  assert.equal(cores, "it needs 9999 cores, and this machine has 2");
  const memory = messageOf({ ...small, memory: mib(1001) });
  assert.equal(memory, "it needs 1001 MiB of memory, and this machine has 1000 for work");
  assert.match(messageOf(withDevices({ count: 3 })) ?? "", /3 devices, and this machine has 2/);
  const parts = withDevices({ count: 3, milli: gpuMilli(100) });
  assert.match(messageOf(parts) ?? "", /3 devices, and this machine has 2/);
  assert.match(
    messageOf(withDevices({ kinds: ["A100"] })) ?? "",
    /of A100, and this machine has T4/,
  );
  assert.match(messageOf(withDevices({ memory: mib(20_000) })) ?? "", /20000 MiB.*have 16000/);
});

test("members that fit one by one and never together are refused, too", () => {
  const job: BatchJob = {
    id: jobId("j"),
    queue: queueId("q"),
    priority: 0,
    roles: [{ name: "worker", request: small, replicas: { min: 3, max: 4 } }],
    minimumRuntimeMs: milliseconds(0),
    retries: { max: 0, backoffMs: milliseconds(0) },
  };
  const refusal = admitJobSize(job, node);
  assert.equal(refusal?.code, "larger-than-cluster");
  assert.equal(refusal.message, "job j: its members together need 3 cores, and this machine has 2");
});
