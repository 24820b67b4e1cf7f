import assert from "node:assert/strict";
import { test } from "node:test";
import { toFoundDevices } from "./found-devices.ts";
import { readRocmSmi } from "./rocm-smi.ts";

// JSON in the form of AMD's rocm_smi.py (printLogs with --json): one object a card, texts as values.

const find = (answer: object) => toFoundDevices("amd", readRocmSmi(JSON.stringify(answer)));

const card = {
  "VRAM Total Memory (B)": "206141652992",
  "VRAM Total Used Memory (B)": "297467904",
  "Card Series": "AMD Instinct MI300X OAM",
  "Card Model": "0x74a1",
  "Card Vendor": "Advanced Micro Devices, Inc. [AMD/ATI]",
  "Card SKU": "M3000100",
};

test("each card is a device of its series and memory, in order of the numbers", () => {
  const { devices, maker, remarks } = find({ card10: card, card9: card, system: {} });
  assert.deepEqual(
    devices.map(({ kind, memory }) => [kind, memory]),
    [
      ["Instinct-MI300X-OAM", 196592],
      ["Instinct-MI300X-OAM", 196592],
    ],
  );
  assert.deepEqual([maker, remarks], ["amd", []]);
});

test("versions before 6 write the names of fields otherwise", () => {
  const { devices } = find({
    card0: { "VRAM Total Memory (B)": "68702699520", "Card series": "Instinct MI210" },
  });
  assert.deepEqual([devices[0].kind, devices[0].memory], ["Instinct-MI210", 65520]);
});

test("a card that tells nothing of itself ends the list and is told", () => {
  const { devices, remarks } = find({ card0: card, card1: { "Card Series": "N/A" } });
  assert.equal(devices.length, 1);
  assert.deepEqual(remarks, [
    "device 1 is not used: rocm-smi tells neither series nor memory of card1",
  ]);
});
