import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ApiBed } from "../../../test/support/api-bed.ts";
import { observedObjects } from "../../../test/support/memory-plane.ts";
import { ROUTES } from "./routes.ts";

const bed = await ApiBed.start({ limits: { headersMs: 100, requestMs: 100, checkMs: 10 } });
for (const object of observedObjects()) bed.plane.put(object);

const step = fc.oneof(
  fc.constantFrom("v1alpha1", "batchjobs", "replicas", "queues", "watch", "log", "why", "apply"),
  fc.constantFrom("..", ".", "%2e%2e", "%2F", "%", "%00", "%ff", "chat%2F3", "constructor"),
  fc.webSegment(),
);
const path = fc.oneof(
  fc.constantFrom(...ROUTES.map(({ path }) => path.replace("{name}", "chat%2F3"))),
  fc.array(step, { maxLength: 5 }).map((steps) => `/${steps.join("/")}`),
);
const word = fc.oneof(
  fc.constantFrom("kinds", "since", "limit", "after", "about", "dryRun", "versions", "follow"),
  fc.constantFrom("1", "-1", "true", "Queue/a:1", "Queue/", "__proto__", "toString", "1e99"),
  fc.webQueryParameters(),
);
const query = fc
  .array(fc.tuple(word, word), { maxLength: 3 })
  .map((pairs) => pairs.map((pair) => pair.join("=")).join("&"));
const header = fc.tuple(
  fc.constantFrom(
    "If-Match",
    "Last-Event-ID",
    "Content-Type",
    "Accept",
    "Expect",
    "Upgrade",
    "Range",
  ),
  fc.oneof(word, fc.constantFrom('"1"', "*", "100-continue", "websocket", "bytes=0-")),
);
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .constantFrom("kind: Queue", "[", "a: &a [*a]", "--- !!js/function a")
    .map((text) => Buffer.from(text)),
);
const method = fc.constantFrom(
  "GET",
  "GET",
  "PUT",
  "POST",
  "DELETE",
  "HEAD",
  "OPTIONS",
  "TRACE",
  "PATCH",
);

/** The head of an answer; some answers have no end. */
const HEAD = /^(?:HTTP\/1\.1 100 [^]*?\r\n\r\n)?HTTP\/1\.1 (\d{3}) [^]*?\r\n\r\n/;

test("no request, whatever it asks for, meets a bug; each is answered", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ method, path, query, headers: fc.array(header, { maxLength: 2 }), body }),
      async ({ method, path, query, headers, body }) => {
        const lines = [
          `${method} ${path}?${query} HTTP/1.1`,
          "Host: localhost",
          `Authorization: Bearer ${bed.token}`,
          "Connection: close",
          `Content-Length: ${body.length}`,
          ...headers.map(([name, value]) => `${name}: ${value}`),
        ];
        const head = Buffer.from(`${lines.join("\r\n")}\r\n\r\n`);
        const answer = await bed.sendRaw(Buffer.concat([head, body]), { until: HEAD });
        const status = Number(HEAD.exec(answer)?.[1]);
        assert.ok(status >= 200 && status < 500, `${lines.join("\n")}\n\n${answer}`);
        assert.deepEqual(bed.bugs, []);
      },
    ),
    { numRuns: 300 },
  );
});

test("no bytes, whatever they are, meet a bug or end the server", async () => {
  const parts = fc.constantFrom(
    "GET /healthz HTTP/1.1\r\n",
    "Host: a\r\n",
    "\r\n",
    "Content-Length: 5\r\n",
  );
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 50 }),
    parts.map((text) => Buffer.from(text)),
  );
  const bytes = fc.array(chunk, { maxLength: 6 }).map((chunks) => Buffer.concat(chunks));
  await fc.assert(
    fc.asyncProperty(bytes, async (bytes) => {
      const answer = await bed.sendRaw(bytes, { half: true });
      assert.doesNotMatch(answer, /^HTTP\/1\.1 5/m);
      assert.deepEqual(bed.bugs, []);
    }),
    { numRuns: 200 },
  );
  assert.deepEqual(await bed.client().health(), { status: "ok" });
});
