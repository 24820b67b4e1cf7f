import assert from "node:assert/strict";
import { test } from "node:test";
import { freshName, programName, resourcesOf, variablesOf } from "./quick-work.ts";

const flags = { cpu: "1", memory: "512Mi", env: [] };

test("resources come of flags; what is no number is left to the API to refuse", () => {
  assert.deepEqual(resourcesOf(flags), { cpu: 1, memory: "512Mi" });
  assert.deepEqual(resourcesOf({ ...flags, cpu: "500m", gpus: "2" }), {
    cpu: "500m",
    memory: "512Mi",
    accelerators: { count: 2 },
  });
  assert.deepEqual(resourcesOf({ ...flags, gpus: "0.5" }), {
    cpu: 1,
    memory: "512Mi",
    accelerators: { milli: 500 },
  });
  for (const gpus of ["0", "1.5", "-1", "all", "0.0001"]) {
    assert.throws(() => resourcesOf({ ...flags, gpus }), /--gpus: /, gpus);
  }
});

test("variables are given, or taken from here", () => {
  assert.deepEqual(variablesOf(["A=1=2", "B=", "C"], { C: "3" }), [
    { name: "A", value: "1=2" },
    { name: "B", value: "" },
    { name: "C", value: "3" },
  ]);
  assert.throws(() => variablesOf(["D"], {}), /there is no such variable here; write D=VALUE/);
});

test("names come of the program, fit for an object", () => {
  assert.equal(programName("/usr/bin/Python3.11"), "python3-11");
  assert.equal(programName("./_"), "work");
  assert.equal(freshName("/bin/sh", 0), "sh-00000");
  assert.match(freshName("x".repeat(100), 0.999_999_9), /^x{50}-[a-z0-9]{5}$/);
});
