import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelServiceManifest } from "./manifest.ts";
import { parseManifests } from "./parse-manifests.ts";
import { toModelService } from "./to-model-service.ts";

function parseService(spec: string): ModelServiceManifest {
  const head = "apiVersion: neuraxis.dev/v1alpha1\nkind: ModelService\nmetadata: {name: chat}\n";
  const result = parseManifests(`${head}spec:\n${spec}`, "a.yaml");
  assert.ok(result.ok && result.value[0]?.kind === "ModelService");
  return result.value[0];
}

test("what a short service leaves out is put in", () => {
  const manifest = parseService(`
  task: completion
  runtime: {command: [serve]}
  model: {name: tiny}
  replicas: {max: 2}
  resources: {cpu: 1, memory: 1Gi}
`);
  assert.deepEqual(toModelService(manifest), {
    service: {
      id: "chat",
      request: { cpu: 1000, memory: 1024 },
      replicas: { min: 0, max: 2 },
      concurrency: 1,
      startMs: 30_000,
      scaling: { keepAliveMs: 300_000, headroom: 0 },
    },
    launch: {
      command: ["serve"],
      args: [],
      environment: [],
      task: "completion",
      model: { name: "tiny" },
      port: { env: "PORT" },
      readiness: { path: "/healthz", intervalMs: 1000, timeoutMs: 1000, failures: 3 },
      stop: { signal: "SIGTERM", graceMs: 30_000 },
    },
  });
});

test("each setting of a service gets to the scheduler or to the engine", () => {
  const manifest = parseService(`
  task: chat
  runtime: {image: org/serve, args: [--fast], port: {number: 8000}, workingDirectory: app}
  model: {name: org/m-7b, path: /models/m}
  replicas: {min: 1, max: 6}
  concurrency: 8
  resources: {cpu: 1, memory: 1Gi, accelerators: {count: 1}}
  startTime: 2min
  readiness: {path: /ready, interval: 5s, timeout: 2s, failures: 1}
  sleep: {hostMemory: 8Gi, sleep: 2s, wake: 3s}
  scaling: {keepAlive: 1min, headroom: 2}
  objective: {wait: 10s, missed: 0.01}
  stop: {signal: SIGINT, grace: 5s}
`);
  assert.deepEqual(toModelService(manifest), {
    service: {
      id: "chat",
      request: { cpu: 1000, memory: 1024, accelerators: { count: 1, milli: 1000, kinds: [] } },
      replicas: { min: 1, max: 6 },
      concurrency: 8,
      startMs: 120_000,
      sleep: { hostMemory: 8192, sleepMs: 2000, wakeMs: 3000, standby: 6 },
      scaling: {
        keepAliveMs: 60_000,
        headroom: 2,
        objective: { waitMs: 10_000, missedMax: 0.01 },
      },
    },
    launch: {
      image: "org/serve",
      args: ["--fast"],
      environment: [],
      workingDirectory: "app",
      task: "chat",
      model: { name: "org/m-7b", path: "/models/m" },
      port: { number: 8000 },
      readiness: { path: "/ready", intervalMs: 5000, timeoutMs: 2000, failures: 1 },
      stop: { signal: "SIGINT", graceMs: 5000 },
    },
  });
});
