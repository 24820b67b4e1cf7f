import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../../test/support/temp-folder.ts";
import type { InputErrorCode } from "./input-error.ts";
import { readOpenbJobs } from "./openb-jobs.ts";

const folder = new TempFolder();
const FIXTURE = fileURLToPath(new URL("fixtures/openb-jobs.csv", import.meta.url));
const ALL = { gpuOnly: false };

test("pods of one class that ask for a device, from the first of them on", async () => {
  const jobs = await readOpenbJobs(FIXTURE, { qos: "BE", gpuOnly: true }, () => {});
  assert.deepEqual(jobs, [
    {
      name: "pod-b",
      request: { cpu: 4000, memory: 8192, accelerators: { count: 1, milli: 500, kinds: [] } },
      createdMs: 0,
      ranMs: 60_000,
      line: 3,
    },
    {
      name: "pod-d",
      request: {
        cpu: 4000,
        memory: 8192,
        accelerators: { count: 2, milli: 1000, kinds: ["T4", "P100"] },
      },
      createdMs: 30_000,
      ranMs: 1000,
      line: 5,
    },
  ]);
});

test("without a selection every pod is kept", async () => {
  const jobs = await readOpenbJobs(FIXTURE, ALL, () => {});
  assert.deepEqual(
    jobs.map(({ name, createdMs }) => [name, createdMs]),
    [
      ["pod-a", 0],
      ["pod-b", 100_000],
      ["pod-c", 100_000],
      ["pod-d", 130_000],
    ],
  );
});

test("a class that no pod has is refused, with the classes that there are", async () => {
  const read = readOpenbJobs(FIXTURE, { qos: "be", gpuOnly: false }, () => {});
  await assert.rejects(read, {
    code: "empty-file",
    message: /of qos be; its pods are of qos LS, BE/,
  });
});

const broken: readonly [row: string, column: string, code?: InputErrorCode][] = [
  ["b,1,1,0,0,99,200", "creation_time", "unsorted-trace"],
  ["b,1,1,0,0,100,99", "deletion_time"],
  ["b,1,1,0,0,100,", "deletion_time"],
  ["b,1,1,0,0,-1,5", "creation_time"],
  ["b,1,1,1,0,100,200", "gpu_milli"],
  ["a,1,1,0,0,100,200", "name"],
];
for (const [row, column, code = "invalid-value"] of broken) {
  test(`pod ${row} is refused with its line and column`, async () => {
    const header = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,creation_time,deletion_time";
    const file = folder.write("pods.csv", `${header}\na,1,1,0,0,100,200\n${row}\n`);
    const place = { file, line: 3, column };
    await assert.rejects(
      readOpenbJobs(file, ALL, () => {}),
      { name: "InputError", code, place },
    );
  });
}
