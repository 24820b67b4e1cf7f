import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiBed } from "../../../test/support/api-bed.ts";
import type { ApiErrorBody } from "../../api/api-error.ts";

const bed = await ApiBed.start({ limits: { bodyBytes: 1000, headersMs: 50, checkMs: 10 } });
const QUEUE = "{apiVersion: neuraxis.dev/v1alpha1, kind: Queue, metadata: {name: a}, spec: {}}";

async function errorOf(response: Response): Promise<ApiErrorBody["error"]> {
  return ((await response.json()) as ApiErrorBody).error;
}

/** Status and code of an answer as it came over the socket. */
function readRaw(answer: string): [number, string | undefined] {
  const body = answer.slice(answer.indexOf("\r\n\r\n") + 4);
  const { error } = JSON.parse(body) as Partial<ApiErrorBody>;
  return [Number(answer.split(" ")[1]), error?.code];
}

function head(path: string, ...headers: readonly string[]): string {
  return [`GET ${path} HTTP/1.1`, ...headers, "Connection: close", "", ""].join("\r\n");
}

test("without the token there is nothing but health, version and the API's description", async () => {
  for (const path of ["/healthz", "/version", "/openapi.json"]) {
    const answer = await bed.fetch(path, { headers: { Authorization: "" } });
    assert.equal(answer.status, 200, path);
    await answer.text();
  }
  for (const path of ["/v1alpha1/queues", "/v1alpha1/watch", "/nothing", "/%", "/"]) {
    for (const Authorization of ["", "Bearer wrong", `Basic ${bed.token}`]) {
      const answer = await bed.fetch(path, { headers: { Authorization } });
      assert.equal(answer.status, 401, path);
      assert.equal(answer.headers.get("WWW-Authenticate"), 'Bearer realm="neuraxis"');
      assert.equal((await errorOf(answer)).code, "no-token");
    }
  }
});

test("a request for another host is refused, whatever it bears", async () => {
  const token = `Authorization: Bearer ${bed.token}`;
  for (const host of ["localhost", `127.0.0.1:${bed.port}`, "[::1]:1"]) {
    const answer = await bed.sendRaw(head("/healthz", `Host: ${host}`));
    assert.match(answer, /^HTTP\/1\.1 200 /, host);
  }
  for (const lines of [["Host: evil.example"], ["Host: evil.example:80", token], [token]]) {
    const answer = await bed.sendRaw(head("/v1alpha1/queues", ...lines));
    assert.deepEqual(readRaw(answer), [421, "wrong-host"]);
  }
  const twice = await bed.sendRaw(head("/healthz", "Host: localhost", "Host: evil.example"));
  assert.deepEqual(readRaw(twice), [400, "invalid-request"]);
});

test("no other site may read an answer: there is no CORS, and types are not guessed", async () => {
  const answer = await bed.fetch("/version", { headers: { Origin: "http://evil.example" } });
  assert.equal(answer.headers.get("Access-Control-Allow-Origin"), null);
  assert.equal(answer.headers.get("X-Content-Type-Options"), "nosniff");
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
  await answer.text();
  const asked = await bed.fetch("/v1alpha1/queues", { method: "OPTIONS" });
  assert.deepEqual([asked.status, asked.headers.get("Allow")], [405, "GET"]);
  assert.equal((await errorOf(asked)).code, "wrong-method");
});

test("a body that is too long is refused, told beforehand or not", async () => {
  const body = QUEUE.padEnd(1001);
  const told = await bed.fetch("/v1alpha1/apply", { method: "POST", body });
  assert.deepEqual([told.status, (await errorOf(told)).code], [413, "body-too-large"]);
  const chunks = `3e9\r\n${body}\r\n0\r\n\r\n`;
  const lines = ["Host: localhost", `Authorization: Bearer ${bed.token}`, "Connection: close"];
  const start = [
    "POST /v1alpha1/apply HTTP/1.1",
    ...lines,
    "Transfer-Encoding: chunked",
    "",
    chunks,
  ];
  const untold = await bed.sendRaw(start.join("\r\n"));
  assert.deepEqual(readRaw(untold), [413, "body-too-large"]);
  const longest = await bed.fetch("/v1alpha1/apply", { method: "POST", body: QUEUE.padEnd(1000) });
  assert.equal(longest.status, 200);
  await longest.text();
});

test("a body has to be UTF-8, as it is", async () => {
  const post = async (body: string | Uint8Array, headers = {}) =>
    errorOf(await bed.fetch("/v1alpha1/apply", { method: "POST", body, headers }));
  assert.equal((await post(new Uint8Array([0xff]))).message, "the body is no UTF-8");
  const { message } = await post(QUEUE, { "Content-Encoding": "gzip" });
  assert.equal(message, "Content-Encoding gzip is not read");
});

test("a client that sends its request slowly is told so and sent away; others are served", async () => {
  const slow = Array.from({ length: 20 }, () =>
    bed.sendRaw("GET /healthz HTTP/1.1\r\nHost: local"),
  );
  assert.deepEqual(await bed.client().health(), { status: "ok" });
  for (const answer of await Promise.all(slow)) {
    assert.deepEqual(readRaw(answer), [408, "request-too-slow"]);
  }
});

test("what is no request, or has too long headers, is refused in the API's words", async () => {
  const garbage = await bed.sendRaw("\0\u0001\u0002 hello\r\n\r\n");
  assert.deepEqual(readRaw(garbage), [400, "invalid-request"]);
  const tunnel = await bed.sendRaw("CONNECT evil.example:80 HTTP/1.1\r\n\r\n");
  assert.equal(tunnel, "");
  const long = await bed.sendRaw(head("/healthz", `X: ${"x".repeat(20_000)}`));
  assert.deepEqual(readRaw(long), [431, "headers-too-large"]);
});

test("a connection above the limit is closed if all others have borne the token", async () => {
  const small = await ApiBed.start({ limits: { connections: 1 } });
  const watch = await small.fetch("/v1alpha1/watch");
  await assert.rejects(small.client().health(), { code: "connection-lost" });
  await watch.body?.cancel();
});

test("parameters that are not known, stand twice or are out of range are refused by name", async () => {
  const messageOf = async (query: string) =>
    (await errorOf(await bed.fetch(`/v1alpha1/events?${query}`))).message;
  assert.equal(
    await messageOf("limt=5"),
    'parameter limt is no key here (did you mean "limit"?); the keys are about, after, limit',
  );
  assert.equal(await messageOf("limit=5&limit=6"), "parameter limit stands twice");
  assert.equal(
    await messageOf("limit=0&after=-1"),
    'parameter after must be a whole number from 0 to 9007199254740991, not "-1"; ' +
      'parameter limit must be a whole number from 1 to 1000, not "0"',
  );
  assert.match(await messageOf("about=Job/a"), /must be Kind\/name, such as BatchJob\/train/);
  assert.match(await messageOf("__proto__=1"), /^parameter __proto__ is no key here/);
});

test("a bug is reported and answered, and the next request is served", async () => {
  bed.plane.why = () => {
    throw new Error("a bug");
  };
  const answer = await bed.fetch("/v1alpha1/batchjobs/a/why");
  assert.deepEqual([answer.status, (await errorOf(answer)).code], [500, "internal-error"]);
  assert.deepEqual(bed.bugs.map(String), ["Error: a bug"]);
  assert.deepEqual(await bed.client().health(), { status: "ok" });
});

test("versions guard a change: by header for one object, by name for those of an apply", async () => {
  const put = (headers: Record<string, string>) =>
    bed.fetch("/v1alpha1/queues/a", { method: "PUT", body: QUEUE, headers });
  const apply = (versions: string) =>
    bed.fetch(`/v1alpha1/apply?versions=${versions}`, { method: "POST", body: QUEUE });
  await (await put({})).text();
  const version = (await bed.client().get("Queue", "a")).metadata.resourceVersion;
  assert.equal((await put({ "If-Match": `"${version}"` })).status, 200);
  assert.equal((await put({ "If-Match": version })).status, 409);
  assert.equal((await put({ "If-Match": "*" })).status, 400);
  assert.equal((await put({ "If-Match": '"1", "2"' })).status, 400);
  assert.equal((await apply(`Queue/a:${version}`)).status, 409);
  assert.equal((await apply(`Queue/a:${Number(version) + 1}`)).status, 200);
  const foreign = await errorOf(await apply("Queue/b:1"));
  assert.equal(foreign.message, "versions names Queue/b, no manifest does");
});

test("what is put has to be the object of the path, alone", async () => {
  for (const [path, body] of [
    ["/v1alpha1/queues/b", QUEUE],
    ["/v1alpha1/batchjobs/a", QUEUE],
    ["/v1alpha1/queues/a", `${QUEUE}\n---\n${QUEUE.replace("name: a", "name: b")}`],
  ]) {
    const answer = await bed.fetch(path, { method: "PUT", body });
    assert.deepEqual([answer.status, (await errorOf(answer)).code], [400, "invalid-request"]);
  }
});

test("names with a slash are one step of a path; other steps are not", async () => {
  const missing = await errorOf(await bed.fetch("/v1alpha1/replicas/chat%2F3"));
  assert.equal(missing.message, "there is no Replica chat/3");
  for (const path of ["/v1alpha1/replicas/chat/3", "/v1alpha1/queues/", "/healthz/"]) {
    assert.equal((await errorOf(await bed.fetch(path))).code, "unknown-path", path);
  }
  assert.equal((await bed.fetch("/v1alpha1/queues/%zz")).status, 400);
});

test("an order to shut down is passed on and answered", async () => {
  const post = (body: string) => bed.fetch("/v1alpha1/shutdown", { method: "POST", body });
  for (const body of ["", "{", '{"workloads":"kill"}', '{"workloads":"end","now":true}']) {
    assert.equal((await errorOf(await post(body))).code, "invalid-request", body);
  }
  assert.deepEqual(bed.endings, []);
  assert.equal((await post('{"workloads":"end"}')).status, 202);
  assert.deepEqual(bed.endings, ["end"]);
});

test("a server that closes ends its streams in order, and answers what it has begun", async () => {
  const own = await ApiBed.start();
  const watch = await own.fetch("/v1alpha1/watch");
  const ended = watch.text();
  await own.close();
  assert.equal(await ended, "");
  await assert.rejects(own.client().health(), { code: "not-running" });
});

test("a client that sends many requests and reads no answer is sent away, and others are served", async () => {
  const many = `GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(1000);
  assert.equal(await bed.sendRaw(many), "");
  assert.deepEqual(await bed.client().health(), { status: "ok" });
});

test("requests that come before the answers to earlier ones are answered in their order", async () => {
  const paths = ["/healthz", "/v1alpha1/queues", "/version", "/nothing"];
  const lines = ["Host: localhost", `Authorization: Bearer ${bed.token}`, "", ""].join("\r\n");
  const text = paths.map((path) => `GET ${path} HTTP/1.1\r\n${lines}`).join("");
  const answers = await bed.sendRaw(text, { until: /unknown-path/ });
  const statuses = Array.from(answers.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status);
  assert.deepEqual(statuses, ["200", "200", "200", "404"]);
});

test("a client that takes nothing of its answer is cut off", async () => {
  const own = await ApiBed.start({ limits: { stallMs: 20, closeMs: 3_600_000 } });
  const asked = Promise.withResolvers<void>();
  own.plane.events = () => {
    asked.resolve();
    return [{ message: "x".repeat(30_000_000) } as never];
  };
  own.sendDeaf("/v1alpha1/events");
  await asked.promise;
  await own.close(); // It waits for the answer.
});

test("connections without the token keep nobody out who has it", async () => {
  const own = await ApiBed.start({ limits: { connections: 3 } });
  const watch = await own.fetch("/v1alpha1/watch");
  const silent = Array.from({ length: 10 }, () => own.sendRaw("GET /"));
  assert.deepEqual(await own.client().health(), { status: "ok" });
  await Promise.race(silent);
  await watch.body?.cancel();
});
