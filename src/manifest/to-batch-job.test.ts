import assert from "node:assert/strict";
import { test } from "node:test";
import type { BatchJobManifest } from "./manifest.ts";
import { parseManifests } from "./parse-manifests.ts";
import { toBatchJob } from "./to-batch-job.ts";

function parseJob(spec: string): BatchJobManifest {
  const head = "apiVersion: neuraxis.dev/v1alpha1\nkind: BatchJob\nmetadata: {name: train}\n";
  const result = parseManifests(`${head}spec:\n${spec}`, "a.yaml");
  assert.ok(result.ok && result.value[0]?.kind === "BatchJob");
  return result.value[0];
}

test("what a short job leaves out is put in", () => {
  const manifest = parseJob("  command: [train]\n  resources: {cpu: 0.5, memory: 1Gi}\n");
  assert.deepEqual(toBatchJob(manifest, 5000), {
    job: {
      id: "train",
      queue: "default",
      priority: 0,
      roles: [
        {
          name: "worker",
          request: { cpu: 500, memory: 1024 },
          replicas: { min: 1, max: 1 },
        },
      ],
      minimumRuntimeMs: 0,
      retries: { max: 3, backoffMs: 10_000 },
    },
    launch: { roles: [{ role: "worker", command: ["train"], args: [], environment: [] }] },
  });
});

test("each setting of a job gets to the scheduler or to the engine", () => {
  const manifest = parseJob(`
  queue: research
  priority: -2
  roles:
    - name: learner
      replicas: {min: 2, max: 4}
      image: org/train
      command: [python, train.py]
      args: [--steps, "600"]
      env: [{name: A, value: "1"}, {name: B, secret: {name: keys, key: b}}]
      workingDirectory: /srv
      resources: {cpu: 8, memory: 64Gi, accelerators: {count: 2, kinds: [A100], memory: 40Gi}}
    - {name: reader, image: org/read, replicas: 3, resources: {cpu: 1, memory: 1Gi, accelerators: {milli: 250}}}
  checkpoint: {path: runs/a, every: 5min, save: 2s, restart: 4s, onRequest: true}
  suspension: {hostMemory: 16Gi, suspend: 3s, resume: 500ms}
  retries: {max: 1, backoff: 1min}
  deadline: 2h
  minimumRuntime: 10s
  speeds: {A100: 2}
`);
  assert.deepEqual(toBatchJob(manifest, 5000), {
    job: {
      id: "train",
      queue: "research",
      priority: -2,
      roles: [
        {
          name: "learner",
          request: {
            cpu: 8000,
            memory: 65_536,
            accelerators: { count: 2, milli: 1000, memory: 40_960, kinds: ["A100"] },
          },
          replicas: { min: 2, max: 4 },
        },
        {
          name: "reader",
          request: { cpu: 1000, memory: 1024, accelerators: { count: 1, milli: 250, kinds: [] } },
          replicas: { min: 3, max: 3 },
        },
      ],
      checkpoint: { everyMs: 300_000, saveMs: 2000, restartMs: 4000, onRequest: true },
      suspension: { hostMemory: 16_384, suspendMs: 3000, resumeMs: 500 },
      minimumRuntimeMs: 10_000,
      retries: { max: 1, backoffMs: 60_000 },
      deadlineMs: 7_205_000,
      speeds: { A100: 2 },
    },
    launch: {
      roles: [
        {
          role: "learner",
          image: "org/train",
          command: ["python", "train.py"],
          args: ["--steps", "600"],
          environment: [
            { name: "A", value: "1" },
            { name: "B", secret: { name: "keys", key: "b" } },
          ],
          workingDirectory: "/srv",
        },
        { role: "reader", image: "org/read", args: [], environment: [] },
      ],
      checkpointPath: "runs/a",
    },
  });
});

test("checkpoints are in a folder of the job's name unless it is told otherwise", () => {
  const manifest = parseJob("  image: a\n  resources: {cpu: 1, memory: 1Gi}\n  checkpoint: {}\n");
  const { job, launch } = toBatchJob(manifest, 0);
  assert.equal(launch.checkpointPath, "train");
  assert.deepEqual(job.checkpoint, {
    everyMs: 600_000,
    saveMs: 10_000,
    restartMs: 30_000,
    onRequest: false,
  });
});
