import assert from "node:assert/strict";
import { test } from "node:test";
import { suggest } from "./usage-error.ts";

test("the nearest name is suggested", () => {
  const known = ["random", "best-fit", "gpu-packing", "fgd"];
  assert.equal(suggest("fdg", known), ' Did you mean "fgd"?');
  assert.equal(suggest("bestfit", known), ' Did you mean "best-fit"?');
  assert.equal(suggest("gpu-pack", known), ' Did you mean "gpu-packing"?');
  assert.equal(suggest("randon", known), ' Did you mean "random"?');
});

test("of equally near names the first is suggested", () => {
  assert.equal(suggest("43", ["42", "44"]), ' Did you mean "42"?');
});

test("nothing is suggested where nothing is near", () => {
  assert.equal(suggest("kubernetes", ["fgd"]), "");
  assert.equal(suggest("fgd", []), "");
});
