import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { test } from "node:test";
import type { JobPhase } from "../src/api/objects.ts";
import type { Client } from "../src/client/client.ts";
import { courseOf } from "./support/course-of.ts";
import { UpBed } from "./support/up-bed.ts";

const example = path.resolve(import.meta.dirname, "../examples/pytorch-ddp");
const python = ["python3", "/usr/bin/python3"].find(
  (program) => spawnSync(program, ["-c", "import torch.distributed"]).status === 0,
);
const skip = python === undefined && "no python3 here has the module torch";
/** Of the machine, as a manifest says it. */
const half = `${availableParallelism() * 500}m`;
/** So many that the one that is disturbed is seen before its end. */
const COURSE = ["--steps", "300", "--tell-every", "20", "--save-every", "100", "--width", "64"];

/** The manifest of the example, as its README says to change it. */
function training(name: string): string {
  return readFileSync(path.join(example, "job.yaml"), "utf8")
    .replace("name: pytorch-ddp", `name: ${name}`)
    .replace("[python3, train.py]", JSON.stringify([python, "train.py", ...COURSE]))
    .replace("/path/to/neuraxis/examples/pytorch-ddp", example)
    .replace("cpu: 1", `cpu: ${half}`);
}

/** A short job that needs the room of the gang. */
const urgent = JSON.stringify({
  apiVersion: "neuraxis.dev/v1alpha1",
  kind: "BatchJob",
  metadata: { name: "urgent" },
  spec: { priority: 10, command: ["true"], resources: { cpu: half, memory: "64Mi" } },
});

async function phaseIs(client: Client, job: string, wanted: JobPhase): Promise<void> {
  for await (const news of client.watch({ kinds: ["BatchJob"] })) {
    const objects = news.type === "LISTED" ? news.objects : [news.object];
    for (const { kind, metadata, status } of objects) {
      if (kind !== "BatchJob" || metadata.name !== job || !("phase" in status)) continue;
      if (status.phase === wanted) return;
      assert.notEqual(status.phase, "Failed", `${job} has failed`);
    }
  }
}

interface Line {
  readonly step: number;
  readonly heldOutLoss: number;
}

test("PyTorch: two members that make way and come back learn what undisturbed ones do", {
  skip,
}, async (t) => {
  const up = await UpBed.start();
  t.after(() => up.remove());
  const { client } = up;

  await client.apply(training("undisturbed"), { file: "undisturbed" });
  await phaseIs(client, "undisturbed", "Succeeded");
  const expected = await courseOf<Line>(client, "undisturbed");
  assert.equal(expected.at(-1)?.step, 300);
  assert.ok(expected.at(-1)!.heldOutLoss < expected[0].heldOutLoss);

  await client.apply(training("disturbed"), { file: "disturbed" });
  await phaseIs(client, "disturbed", "Running");
  await courseOf<Line>(client, "disturbed", 40);
  await client.apply(urgent, { file: "urgent" });
  await phaseIs(client, "urgent", "Succeeded");
  await phaseIs(client, "disturbed", "Succeeded");
  const { status } = await client.get("BatchJob", "disturbed");
  assert.deepEqual([status.attempt, status.failures], [2, 0]);

  const after = await courseOf<Line>(client, "disturbed");
  assert.ok(after[0].step > 40, "it went on from what it saved when asked");
  const losses = (lines: readonly Line[]) =>
    lines.map(({ step, heldOutLoss }) => [step, heldOutLoss]);
  // The same processes on the same processor: equal in every bit.
  assert.deepEqual(losses(after), losses(expected).slice(-after.length));
  const files = readdirSync(path.join(up.home, "engine/checkpoints/disturbed"));
  assert.ok(files.includes("step-000000300.pt") && files.every((file) => file.endsWith(".pt")));
});
