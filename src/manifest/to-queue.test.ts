import assert from "node:assert/strict";
import { test } from "node:test";
import { parseManifests } from "./parse-manifests.ts";
import { toQueue } from "./to-queue.ts";

function queueOf(spec: string) {
  const head = "apiVersion: neuraxis.dev/v1alpha1\nkind: Queue\nmetadata: {name: vision}\n";
  const result = parseManifests(`${head}spec: ${spec}`, "a.yaml");
  assert.ok(result.ok && result.value[0]?.kind === "Queue");
  return toQueue(result.value[0]);
}

test("a queue of which nothing is said borrows with weight 1", () => {
  const queue = { id: "vision", weight: 1, guaranteed: {}, limit: {}, borrows: true };
  assert.deepEqual(queueOf("{}"), queue);
});

test("each setting of a queue gets to the scheduler", () => {
  const spec =
    "{parent: all, weight: 3, guaranteed: {cpu: 500m, memory: 1Gi}, limit: {accelerators: 2.5}, borrows: false}";
  assert.deepEqual(queueOf(spec), {
    id: "vision",
    parent: "all",
    weight: 3,
    guaranteed: { cpu: 500, memory: 1024 },
    limit: { gpuMilli: 2500 },
    borrows: false,
  });
});
