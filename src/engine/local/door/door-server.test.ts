import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { test } from "node:test";
import { DoorBed, read, readAll } from "../../../../test/support/door-bed.ts";
import { endToEndHeaders } from "./headers.ts";
import type { DoorErrorBody } from "./protocol.ts";

test("a request arrives as it was sent, without what belongs to the connection", async () => {
  const bed = new DoorBed();
  let seen: IncomingMessage | undefined;
  const { replica } = await bed.replica(async (request, response) => {
    seen = request;
    const text = await readAll(request);
    response.writeHead(201, "Made", [
      "Set-Cookie",
      "a=1",
      "Set-Cookie",
      "b=2",
      "Connection",
      "close, X-Hop",
      "X-Hop",
      "1",
      "X-Model",
      "tiny",
    ]);
    response.end(`${request.method} ${request.url} ${text}`);
  });
  await bed.open([replica]);
  const headers = {
    Connection: "keep-alive, X-Private",
    "X-Private": "1",
    TE: "trailers",
    "X-Kept": "yes",
    "X-Forwarded-For": "10.0.0.7",
    Host: "models.test",
  };
  const answer = await bed.ask("/v1/a%20b?c=%2F", { method: "PUT", headers, body: "words" });
  assert.equal(answer.status, 201);
  assert.equal(answer.text, "PUT /v1/a%20b?c=%2F words");
  assert.deepEqual(answer.headers["set-cookie"], ["a=1", "b=2"]);
  assert.equal(answer.headers["x-model"], "tiny");
  assert.equal(answer.headers["x-hop"], undefined);
  assert.deepEqual(seen?.headers, {
    connection: "keep-alive",
    host: "models.test",
    "x-kept": "yes",
    "x-forwarded-for": "10.0.0.7, 127.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": "models.test",
    "x-forwarded-prefix": "/services/chat",
    "content-length": "5",
  });
});

test("no header can take away the length of a body", () => {
  const rawHeaders = ["Content-Length", "3", "Connection", "content-length", "X-A", "1"];
  const headers = { connection: "content-length" };
  const message = { rawHeaders, headers } as unknown as IncomingMessage;
  assert.deepEqual(endToEndHeaders(message), ["Content-Length", "3", "X-A", "1"]);
});

test("an answer goes on piece by piece, its headers before the first piece", async () => {
  const bed = new DoorBed();
  const begun = Promise.withResolvers<ServerResponse>();
  const { replica } = await bed.replica((_, response) => {
    response.writeHead(200, { "Content-Type": "text/event-stream" }).flushHeaders();
    begun.resolve(response);
  });
  await bed.open([replica]);
  const asked = bed.begin("/");
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  const response = await begun.promise;
  for (const event of ["data: one\n\n", "data: two\n\n"]) {
    response.write(event);
    const [chunk] = (await once(answer, "data")) as [Buffer];
    assert.equal(chunk.toString(), event);
  }
  response.end();
  await once(answer, "end");
});

test("a body goes on piece by piece, and an answer may come before its end", async () => {
  const bed = new DoorBed();
  const { replica } = await bed.replica((request, response) => {
    request.once("data", (chunk: Buffer) => response.end(`first ${chunk.toString()}`));
  });
  await bed.open([replica]);
  const asked = bed.begin("/", { method: "POST" });
  asked.write("piece");
  const answer = await read(asked);
  assert.equal(answer.text, "first piece");
  await bed.until(({ ended }) => ended === 1);
  asked.end();
  assert.equal((await bed.ask("/", { method: "POST", body: "again" })).text, "first again");
});

test("who asks before sending a body is told to send it, or turned away at once", async () => {
  const bed = new DoorBed();
  const { replica } = await bed.replica(async (request, response) => {
    assert.equal(request.headers.expect, undefined);
    response.end(await readAll(request));
  });
  await bed.open([replica]);
  const expecting = { method: "POST", headers: { Expect: "100-continue", "Content-Length": "5" } };
  const asked = bed.begin("/", expecting);
  asked.flushHeaders();
  await once(asked, "continue");
  asked.end("words");
  assert.equal((await read(asked)).text, "words");
  bed.door.set({ services: [] });
  const refused = bed.begin("/", expecting);
  refused.flushHeaders();
  const { status, headers } = await read(refused);
  refused.destroy();
  assert.deepEqual([status, headers.connection], [404, "close"]);
});

test("connections to a replica are kept while it is open, and closed with it", async () => {
  const bed = new DoorBed();
  const { replica, server } = await bed.replica((_, response) => response.end());
  let connections = 0;
  const closed = Promise.withResolvers<void>();
  server.on("connection", (socket) => {
    connections += 1;
    socket.on("close", () => closed.resolve());
  });
  await bed.open([replica]);
  for (let asked = 0; asked < 5; asked += 1) await bed.ask("/");
  assert.equal(connections, 1);
  await bed.open([{ ...replica, isOpen: false }]);
  await closed.promise;
});

test("what is not there is told with a code", async () => {
  const bed = new DoorBed();
  await bed.open([]);
  const ask = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${bed.port}${path}`);
    return [answer.status, await answer.json()] as [number, Partial<DoorErrorBody>];
  };
  for (const [path, status, code] of [
    ["/services/other/v1", 404, "unknown-service"],
    ["/services/chat%2fv1", 404, "unknown-service"],
    ["/services/%zz", 404, "unknown-path"],
    ["/services/", 404, "unknown-path"],
    ["/", 404, "unknown-path"],
  ] as const) {
    const [got, { error }] = await ask(path);
    assert.deepEqual([got, error?.code], [status, code], path);
  }
  assert.deepEqual(await ask("/healthz"), [200, { status: "ok" }]);
});

test("a service is found by its name's encoding, and asked for / if nothing follows", async () => {
  const bed = new DoorBed();
  const { replica } = await bed.replica((request, response) => response.end(request.url));
  await bed.open([]);
  bed.door.set({ services: [{ name: "ä/b", concurrency: 1, replicas: [replica] }] });
  const answer = await fetch(`http://127.0.0.1:${bed.port}/services/%C3%A4%2fb?x=1`);
  assert.equal(await answer.text(), "/?x=1");
});

test("a WebSocket is passed both ways, and counts as one request until it is closed", async () => {
  const bed = new DoorBed();
  const { replica, server } = await bed.replica((_, response) => response.end("plain"));
  server.on("upgrade", (request: IncomingMessage, socket) => {
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n");
    socket.write(`Connection: Upgrade\r\nX-Path: ${request.url}\r\n\r\n`);
    socket.on("data", (chunk: Buffer) => socket.write(`<${chunk.toString()}>`));
    socket.on("end", () => socket.end());
  });
  await bed.open([replica]);
  const asked = bed.begin("/live", { headers: { Connection: "Upgrade", Upgrade: "websocket" } });
  asked.end();
  const [answer, socket] = (await once(asked, "upgrade")) as [IncomingMessage, NodeJS.Socket];
  assert.equal(answer.headers["x-path"], "/live");
  socket.write("word");
  const [chunk] = (await once(socket, "data")) as [Buffer];
  assert.equal(chunk.toString(), "<word>");
  assert.equal(bed.service?.replicas[0].inside, 1);
  socket.end();
  await bed.until(({ ended }) => ended === 1);
});

test("a WebSocket that a replica does not take is answered as it says; other upgrades are not seen", async () => {
  const bed = new DoorBed();
  const { replica } = await bed.replica((request, response) => {
    response.writeHead(request.headers.upgrade === undefined ? 200 : 403).end("no");
  });
  await bed.open([replica]);
  for (const [protocol, status] of [
    ["websocket", 403],
    ["h2c", 200],
  ] as const) {
    const headers = { Connection: "Upgrade", Upgrade: protocol };
    const answer = await bed.ask("/", { headers });
    assert.deepEqual([answer.status, answer.text], [status, "no"]);
  }
});
