import assert from "node:assert/strict";
import { test } from "node:test";
import { TempFolder } from "../../test/support/temp-folder.ts";
import type { InputErrorCode } from "./input-error.ts";
import { readOpenbNodes, readOpenbPods } from "./openb.ts";

const folder = new TempFolder();
const NODES_HEADER = "sn,cpu_milli,memory_mib,gpu,model";
const PODS_HEADER = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec";

function nodesOf(...rows: readonly string[]) {
  const file = folder.write("nodes.csv", `${[NODES_HEADER, ...rows].join("\n")}\n`);
  return readOpenbNodes(file, () => {});
}

function podsOf(...rows: readonly string[]) {
  const file = folder.write("pods.csv", `${[PODS_HEADER, ...rows].join("\n")}\n`);
  return readOpenbPods(file, () => {});
}

test("nodes with and without devices, in order of rows", async () => {
  const device = { kind: "T4", memory: 0, milliFree: 1000 };
  assert.deepEqual(await nodesOf("b,96000,393216,2,T4", "a,32000,131072,0,", "c,0,0,0,none"), [
    { id: "b", cpu: 96_000, memory: 393_216, devices: [device, device] },
    { id: "a", cpu: 32_000, memory: 131_072, devices: [] },
    { id: "c", cpu: 0, memory: 0, devices: [] },
  ]);
});

test("pods are kept as classes, counted, in order of first sight", async () => {
  const { classes, podClass } = await podsOf(
    "a,1000,1024,1,500,",
    "b,1000,1024,0,0,",
    "c,1000,1024,1,500,",
    "d,1000,1024,1,500,T4",
    "e,1000,1024,2,1000,T4|P100",
  );
  assert.deepEqual([...podClass], [0, 1, 0, 2, 3]);
  const room = { cpu: 1000, memory: 1024 };
  assert.deepEqual(classes, [
    { request: { ...room, accelerators: { count: 1, milli: 500, kinds: [] } }, count: 2 },
    { request: room, count: 1 },
    { request: { ...room, accelerators: { count: 1, milli: 500, kinds: ["T4"] } }, count: 1 },
    {
      request: { ...room, accelerators: { count: 2, milli: 1000, kinds: ["T4", "P100"] } },
      count: 1,
    },
  ]);
});

test("a long list of pods costs a number each", async () => {
  const rows = Array.from({ length: 40_000 }, (_, index) => `p${index},${index % 3},0,1,1000,`);
  const { classes, podClass } = await podsOf(...rows);
  assert.equal(podClass.length, 40_000);
  assert.deepEqual([...podClass.subarray(39_998)], [39_998 % 3, 39_999 % 3]);
  assert.deepEqual(
    classes.map(({ count }) => count),
    [13_334, 13_333, 13_333],
  );
});

test("the trace's own columns are not told as ignored, others are", async () => {
  const own = "qos,pod_phase,creation_time,deletion_time,scheduled_time";
  const file = folder.write("columns.csv", `${PODS_HEADER},${own},owner\na,1,1,0,0,,,,,,,me\n`);
  const ignored: string[] = [];
  await readOpenbPods(file, (_, columns) => ignored.push(...columns));
  assert.deepEqual(ignored, ["owner"]);
});

const brokenNodes: readonly [row: string, column: string, code?: InputErrorCode][] = [
  [",1,1,0,", "sn"],
  [`${"n".repeat(254)},1,1,0,`, "sn"],
  ["a,1,1,0,", "sn", "duplicate-node"],
  ["b,-1,1,0,", "cpu_milli"],
  ["b,1.5,1,0,", "cpu_milli"],
  ["b,2147483648,1,0,", "cpu_milli"],
  ["b,1,many,0,", "memory_mib"],
  ["b,1,1,,", "gpu"],
  ["b,1,1,1025,T4", "gpu"],
  ["b,1,1,8,", "model"],
];
for (const [row, column, code = "invalid-value"] of brokenNodes) {
  test(`node ${row.slice(0, 40)} is refused with its line and column`, async () => {
    const place = { file: folder.resolve("nodes.csv"), line: 3, column };
    await assert.rejects(nodesOf("a,1,1,0,", row), { name: "InputError", code, place });
  });
}

const brokenPods: readonly [row: string, column: string][] = [
  [",1,1,0,0,", "name"],
  ["a,x,1,0,0,", "cpu_milli"],
  ["a,1,,0,0,", "memory_mib"],
  ["a,1,1,-1,0,", "num_gpu"],
  ["a,1,1,1025,1000,", "num_gpu"],
  ["a,1,1,1,1001,", "gpu_milli"],
  ["a,1,1,1,0.5,", "gpu_milli"],
  ["a,1,1,1,0,", "gpu_milli"],
  ["a,1,1,0,500,", "num_gpu"],
  ["a,1,1,0,0,T4", "gpu_spec"],
  ["a,1,1,1,500,T4|", "gpu_spec"],
  ["a,1,1,1,500,|", "gpu_spec"],
];
for (const [row, column] of brokenPods) {
  test(`pod ${row} is refused with its line and column`, async () => {
    const place = { file: folder.resolve("pods.csv"), line: 3, column };
    const refused = podsOf("p,1,1,1,1000,", row);
    await assert.rejects(refused, { name: "InputError", code: "invalid-value", place });
  });
}
