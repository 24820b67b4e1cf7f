import assert from "node:assert/strict";
import { test } from "node:test";
import { toFoundDevices } from "./found-devices.ts";
import { readNvidiaSmi } from "./nvidia-smi.ts";

// Texts in the form of NVIDIA's manual of nvidia-smi: fields of --query-gpu as csv,noheader,nounits;
// "[N/A]" for what a device has not, "[Not Supported]" in older versions.

const find = (text: string) => toFoundDevices("nvidia", readNvidiaSmi(text));

test("each line is a device of that kind and memory", () => {
  const text = "NVIDIA H100 80GB HBM3, 81559, Disabled\nNVIDIA H100 80GB HBM3, 81559, Disabled\n";
  const { devices, maker, remarks } = find(text);
  assert.deepEqual(
    devices.map(({ kind, memory, milliFree }) => [kind, memory, milliFree]),
    [
      ["H100-80GB-HBM3", 81559, 1000],
      ["H100-80GB-HBM3", 81559, 1000],
    ],
  );
  assert.deepEqual([maker, remarks], ["nvidia", []]);
});

test("what has no MIG, or a driver that does not know it, is a device as well", () => {
  for (const mig of [", [N/A]", ", [Not Supported]", ""]) {
    const { devices } = find(`NVIDIA GeForce RTX 4090, 24564${mig}\n`);
    assert.deepEqual([devices.length, devices[0].kind], [1, "GeForce-RTX-4090"]);
  }
});

test("a device divided by MIG ends the list, since places are names", () => {
  const line = "NVIDIA A100-SXM4-80GB, 81920,";
  const { devices, remarks } = find(`${line} Disabled\n${line} Enabled\n${line} Disabled\n`);
  assert.equal(devices.length, 1);
  assert.match(remarks[0], /^device 1 is not used: it is divided by MIG/);
  assert.match(remarks[1], /^device 2 \(A100-SXM4-80GB, 81920 MiB\) is not used/);
  const all = find(`${line} Enabled\n`);
  assert.deepEqual([all.devices.length, all.maker, all.remarks.length], [0, undefined, 1]);
});

test("a device of another kind, or one that tells no memory, ends the list and is told", () => {
  const other = find("Tesla V100-SXM2-16GB, 16384, [N/A]\nTesla T4, 15360, [N/A]\n");
  assert.deepEqual([other.devices.length, other.remarks.length], [1, 1]);
  const silent = find("NVIDIA GB10, [N/A], [N/A]\n");
  assert.deepEqual(silent, {
    devices: [],
    remarks: ['device 0 is not used: nvidia-smi tells "NVIDIA GB10, [N/A], [N/A]"'],
  });
});
