import assert from "node:assert/strict";
import { test } from "node:test";
import { ANY_KIND, DEVICE_KINDS_MAX, hasKind, KindTable, NO_KIND } from "./kind-table.ts";

function tableOf(kinds: number): KindTable {
  const table = new KindTable();
  for (let kind = 0; kind < kinds; kind += 1) table.intern(`kind-${kind}`);
  return table;
}

test("kinds are numbered in order of first sight", () => {
  const table = new KindTable();
  assert.deepEqual(
    ["A100", "T4", "A100", "a100"].map((name) => table.intern(name)),
    [0, 1, 0, 2],
  );
  assert.deepEqual(table.names, ["A100", "T4", "a100"]);
});

test("M3: 31 kinds are told apart and no more", () => {
  const table = tableOf(DEVICE_KINDS_MAX);
  assert.equal(DEVICE_KINDS_MAX, 31);
  assert.equal(table.intern("kind-30"), 30);
  assert.equal(table.intern("kind-31"), undefined);
  assert.equal(table.names.length, 31);
  assert.equal(table.mask(["kind-0", "kind-30"]), 2 ** 30 + 1);
  assert.equal(table.mask(["kind-0", "kind-31"]), undefined);
});

test("all 31 kinds by name are another mask than any kind", () => {
  const table = tableOf(DEVICE_KINDS_MAX);
  const mask = table.mask(table.names)!;
  assert.notEqual(mask, ANY_KIND);
  assert.ok(hasKind(mask, 30));
  assert.ok(!hasKind(mask, NO_KIND));
});

test("S2: a mask that is refused leaves no kind behind", () => {
  const table = tableOf(30);
  assert.equal(table.mask(["new-1", "new-2"]), undefined);
  assert.equal(table.names.length, 30);
  assert.equal(table.mask(["new-3", "new-3", "kind-0"]), 2 ** 30 + 1);
});

test("P1: a mask holds the kinds that it names, and any kind holds nodes without devices too", () => {
  const table = tableOf(3);
  const mask = table.mask(["kind-1", "kind-2"])!;
  assert.deepEqual(
    [0, 1, 2, NO_KIND].map((kind) => hasKind(mask, kind)),
    [false, true, true, false],
  );
  assert.equal(table.mask([]), ANY_KIND);
  assert.ok(hasKind(ANY_KIND, NO_KIND));
  assert.ok(hasKind(ANY_KIND, 30));
});
