import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { findDevices } from "./machine.ts";

/** A PATH with these programs alone: shell scripts by their names. */
function pathWith(scripts: Readonly<Record<string, string>>): string {
  const folder = new TempFolder();
  for (const [name, script] of Object.entries(scripts)) {
    folder.write(name, `#!/bin/sh\n${script}\n`);
    chmodSync(folder.resolve(name), 0o755);
  }
  return folder.path;
}

const rocm = JSON.stringify({
  card0: { "VRAM Total Memory (B)": "17163091968", "Card Series": "AMD Radeon RX 7800 XT" },
});

test("without the makers' tools there are no devices, and nothing to say", async () => {
  assert.deepEqual(await findDevices(pathWith({})), { devices: [], remarks: [] });
});

test("AMD's devices are found where NVIDIA has none", async () => {
  const found = await findDevices(pathWith({ "rocm-smi": `echo '${rocm}'` }));
  assert.deepEqual([found.devices.length, found.maker, found.remarks], [1, "amd", []]);
});

test("a tool without its driver says what is wrong, on either output and with any exit code", async () => {
  const { devices, remarks } = await findDevices(
    pathWith({
      "nvidia-smi": `echo "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver."; exit 9`,
      "rocm-smi": `echo "ERROR:root:Driver not initialized (amdgpu not found in modules)" >&2`,
    }),
  );
  assert.deepEqual(devices, []);
  assert.deepEqual(remarks, [
    "nvidia-smi tells no devices: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    "rocm-smi tells no devices: ERROR:root:Driver not initialized (amdgpu not found in modules)",
  ]);
});

test("what is no answer is told, and the other maker is asked", async () => {
  const { maker, remarks } = await findDevices(
    pathWith({ "nvidia-smi": "echo No devices were found; exit 6", "rocm-smi": `echo '${rocm}'` }),
  );
  assert.deepEqual(
    [maker, remarks],
    ["amd", ["nvidia-smi tells no devices: No devices were found"]],
  );
  const broken = await findDevices(
    pathWith({ "rocm-smi": "echo WARNING: No JSON data to report" }),
  );
  assert.equal(broken.remarks.length, 1);
});
