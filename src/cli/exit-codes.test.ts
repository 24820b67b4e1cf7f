import assert from "node:assert/strict";
import { test } from "node:test";
import { API_ERRORS } from "../api/api-error.ts";
import { ClientError } from "../client/client-error.ts";
import { CommandError, EXIT, explainFailure } from "./exit-codes.ts";
import { UsageError } from "./usage-error.ts";

test("each failure has a code and one message, and a bug has none", () => {
  assert.deepEqual(explainFailure(new CommandError("timeout", "it is late", "Wait.")), {
    code: EXIT.timeout,
    lines: ["error: it is late. Wait."],
  });
  assert.deepEqual(explainFailure(new UsageError("no")), { code: 2, lines: ["error: no"] });
  assert.equal(explainFailure(new TypeError("x")), undefined);
});

test("faults are told one a line, by file, line and column", () => {
  const fault = {
    code: "missing-key",
    file: "job.yaml",
    document: 1,
    line: 3,
    column: 5,
    path: "spec.queue",
    problem: "is missing",
    cure: "Add the key.",
  } as const;
  const error = new ClientError({
    code: "invalid-manifest",
    message: "1 fault",
    cure: "Mend it.",
    faults: [fault, { ...fault, path: "" }],
  });
  assert.deepEqual(explainFailure(error), {
    code: EXIT.usage,
    lines: [
      "job.yaml:3:5: spec.queue: is missing. Add the key.",
      "job.yaml:3:5: is missing. Add the key.",
      "error: 1 fault. Mend it.",
    ],
  });
});

test("a cure is for who types commands, unless the API made one for the case", () => {
  const explain = (cure: string) =>
    explainFailure(new ClientError({ code: "no-token", message: "who asks?", cure }))?.lines;
  const { cure } = API_ERRORS["no-token"];
  assert.match(explain(cure)?.[0] ?? "", /^error: who asks\?\. Set NEURAXIS_TOKEN /);
  assert.deepEqual(explain("Ask."), ["error: who asks?. Ask."]);
});

test("of several failures each is told", () => {
  const error = (name: string) => new CommandError("notFound", `no ${name}`, "Look.");
  assert.deepEqual(explainFailure(new AggregateError([error("a"), error("b")])), {
    code: EXIT.notFound,
    lines: ["error: no a. Look.", "error: no b. Look."],
  });
  assert.equal(explainFailure(new AggregateError([error("a"), new TypeError("x")])), undefined);
});
