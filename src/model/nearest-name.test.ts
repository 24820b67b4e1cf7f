import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestName, suggestName } from "./nearest-name.ts";

test("the nearest name is suggested, whatever its case, and none that is far", () => {
  assert.equal(suggestName("keepalive", ["keep", "keepAlive"]), ' (did you mean "keepAlive"?)');
  assert.equal(suggestName("a", ["b"]), ' (did you mean "b"?)');
  assert.equal(suggestName("research", ["vision"]), "");
  assert.equal(suggestName("research", []), "");
});

test("a text longer than any name is near to none", () => {
  assert.equal(nearestName("a".repeat(253), ["a".repeat(252)]), "a".repeat(252));
  assert.equal(nearestName("a".repeat(254), ["a".repeat(252)]), undefined);
});
