import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { checkJob } from "../decide/jobs/check-job.ts";
import { checkQueue } from "../decide/queues/check-queue.ts";
import { checkService } from "../decide/services/check-service.ts";
import { unreachable } from "../model/unreachable.ts";
import { formatManifest } from "./format-manifest.ts";
import type { Manifest } from "./manifest.ts";
import { formatFault } from "./manifest-fault.ts";
import { parseManifests } from "./parse-manifests.ts";
import { toBatchJob } from "./to-batch-job.ts";
import { toModelService } from "./to-model-service.ts";
import { toQueue } from "./to-queue.ts";

const folder = path.resolve(import.meta.dirname, "../../examples/manifests");

const names: Readonly<Record<string, readonly string[]>> = {
  "batch-job.yaml": ["tune-chat-7b", "train-tiny-lm"],
  "hello.yaml": ["hello"],
  "model-service.yaml": ["chat-7b", "embeddings", "tiny-lm"],
  "queues.yaml": ["research", "vision", "speech", "default"],
};

test("every example is known here", () => {
  assert.deepEqual(readdirSync(folder).toSorted(), Object.keys(names));
});

for (const [file, expected] of Object.entries(names)) {
  test(`examples/manifests/${file} is read, written back, and what the scheduler takes`, () => {
    const result = parseManifests(readFileSync(path.join(folder, file), "utf8"), file);
    assert.ok(result.ok, result.ok ? "" : result.reason.map(formatFault).join("\n"));
    assert.deepEqual(
      result.value.map(({ metadata }) => metadata.name),
      expected,
    );
    const text = result.value.map(formatManifest).join("---\n");
    assert.deepEqual(parseManifests(text, file), result);
    for (const manifest of result.value) assert.equal(refusal(manifest), undefined);
  });
}

function refusal(manifest: Manifest) {
  switch (manifest.kind) {
    case "BatchJob":
      return checkJob(toBatchJob(manifest, 0).job);
    case "ModelService":
      return checkService(toModelService(manifest).service);
    case "Queue":
      return checkQueue(toQueue(manifest));
    default:
      return unreachable(manifest);
  }
}
