import assert from "node:assert/strict";
import { test } from "node:test";
import { curlLine } from "./curl-line.ts";

test("a line asks a service for what it does, quoted for a shell", () => {
  const endpoint = "http://127.0.0.1:7401/services/m/";
  assert.equal(
    curlLine({ endpoint, task: "completion", model: "it's" }),
    "curl http://127.0.0.1:7401/services/m/v1/completions -H 'Content-Type: application/json' " +
      `-d '{"model":"it'\\''s","prompt":"Once upon a time","max_tokens":64}'`,
  );
  assert.equal(curlLine({ endpoint, model: "m" }), "curl http://127.0.0.1:7401/services/m/");
  assert.equal(
    curlLine({ endpoint, task: "speech", model: "m" }),
    "curl http://127.0.0.1:7401/services/m/",
  );
});
