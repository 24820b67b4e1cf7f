import assert from "node:assert/strict";
import { test } from "node:test";
import { buildRequest } from "../../test/support/cluster-arbitraries.ts";
import { requestedMilli } from "./resources.ts";

test("M2: a request asks for its milli on each of its devices", () => {
  assert.equal(requestedMilli(buildRequest({ count: 3, milli: 250 })), 750);
  assert.equal(requestedMilli(buildRequest({ cpu: 4000 })), 0);
});
