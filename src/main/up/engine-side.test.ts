import assert from "node:assert/strict";
import { test } from "node:test";
import type { OpenLocalEngine } from "../../engine/local/open-local-engine.ts";
import { usageOf } from "./engine-side.ts";

test("what is used is told by the names of jobs and services, whatever is in them", () => {
  const workProcesses = ["job.a.7.0123abcd.2.1", "replica.chat.89abcdef.3"];
  const local = {
    engine: { workProcesses },
    isolation: {
      classUsage: () => ({ cpuMs: 5, memoryBytes: 2 ** 21 }),
      usage: () => ({ cpuMs: 3, memoryBytes: 1 }),
    },
  } as unknown as OpenLocalEngine;
  const { nodes, processes } = usageOf(local, "local");
  const use = { cpuMs: 5, memory: 2 };
  assert.deepEqual(nodes, [{ name: "local", online: use, offline: use }]);
  assert.deepEqual(processes, [
    { kind: "BatchJob", name: "a.7", number: 1, cpuMs: 3, memory: 1 },
    { kind: "ModelService", name: "chat", number: 3, cpuMs: 3, memory: 1 },
  ]);
});
