import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestSchema } from "./manifest-schema.ts";

test("the schema has each kind, and nothing but plain data", () => {
  const schema = manifestSchema();
  assert.deepEqual(Object.keys(schema.$defs), ["BatchJob", "ModelService", "Queue"]);
  assert.deepEqual(schema.oneOf, [
    { $ref: "#/$defs/BatchJob" },
    { $ref: "#/$defs/ModelService" },
    { $ref: "#/$defs/Queue" },
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(schema)), schema);
  assert.doesNotMatch(JSON.stringify(schema), /alternatives/);
});

test("the schema is of what is written: defaults and quantities as texts, other keys refused", () => {
  const { Queue, BatchJob } = manifestSchema().$defs;
  assert.deepEqual(Queue?.required, ["apiVersion", "kind", "metadata", "spec"]);
  assert.equal(Queue.additionalProperties, false);
  assert.deepEqual(Queue.properties?.["kind"], {
    type: "string",
    const: "Queue",
    description: "What it is.",
  });
  const spec = BatchJob?.properties?.["spec"];
  assert.ok(typeof spec === "object");
  const [full, short] = spec.anyOf ?? [];
  assert.ok(typeof full === "object" && typeof short === "object");
  assert.deepEqual([full.required, short.required], [["roles"], ["resources"]]);
  assert.deepEqual(short.properties?.["minimumRuntime"], {
    description: "No other job makes it leave within this time of its start.",
    default: "0s",
    type: "string",
    pattern: "^(\\d+(?:\\.\\d+)?)(ms|s|min|h|d)$",
  });
});
