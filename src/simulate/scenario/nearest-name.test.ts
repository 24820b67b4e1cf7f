import assert from "node:assert/strict";
import { test } from "node:test";
import { suggestName } from "./nearest-name.ts";

test("the nearest name is suggested, whatever its case, and none that is far", () => {
  assert.equal(suggestName("keepalive", ["keep", "keepAlive"]), ' (did you mean "keepAlive"?)');
  assert.equal(suggestName("a", ["b"]), ' (did you mean "b"?)');
  assert.equal(suggestName("research", ["vision"]), "");
  assert.equal(suggestName("research", []), "");
});
