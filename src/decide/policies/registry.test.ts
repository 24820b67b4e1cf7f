import assert from "node:assert/strict";
import { test } from "node:test";
import { findPolicy, PLACEMENT_POLICIES } from "./registry.ts";

test("a policy is found by its name, which no other has", () => {
  const names = PLACEMENT_POLICIES.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const policy of PLACEMENT_POLICIES) assert.equal(findPolicy(policy.name), policy);
  assert.equal(findPolicy("fifo"), undefined);
});

test("a policy says where its rule comes from, and its name fits a command line", () => {
  for (const { name, source } of PLACEMENT_POLICIES) {
    assert.match(name, /^[a-z][a-z0-9-]*$/);
    assert.ok(source.length > 0);
  }
});

test("P5, P12: only random draws, and only gpu-clustering reads history", () => {
  const namesOf = (key: "isRandom" | "readsHistory") =>
    PLACEMENT_POLICIES.filter((policy) => policy[key]).map(({ name }) => name);
  assert.deepEqual(namesOf("isRandom"), ["random"]);
  assert.deepEqual(namesOf("readsHistory"), ["gpu-clustering"]);
});
