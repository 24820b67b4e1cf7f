import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { after, test } from "node:test";
import { type Answer, isYes, loopback } from "./loopback.ts";

const servers: Server[] = [];
after(() => {
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** The limit that is asked with decides nothing here, but where nobody ever answers. */
const PATIENT = { path: "/a b", intervalMs: 1, timeoutMs: 60_000, failures: 1 };
const HASTY = { ...PATIENT, timeoutMs: 20 };

function ask(port: number, readiness = PATIENT): Promise<Answer> {
  return loopback.asksReady(port, readiness);
}

const answering = (status: number): RequestListener => {
  return ({ url }, response) => response.writeHead(url === "/a%20b" ? status : 500).end();
};

test("what comes of asking a process is told apart: its answer, nobody, no answer, a broken connection", async () => {
  const yes = await ask(await listen(createHttpServer(answering(204))));
  assert.deepEqual([yes, isYes(yes)], [{ kind: "answered", status: 204 }, true]);
  const no = await ask(await listen(createHttpServer(answering(404))));
  assert.deepEqual([no, isYes(no)], [{ kind: "answered", status: 404 }, false]);
  const gone = createServer();
  const free = await listen(gone);
  gone.close();
  await once(gone, "close");
  assert.deepEqual(await ask(free), { kind: "nobody-listens" });
  const mute = await listen(createServer((socket) => socket.unref()));
  assert.deepEqual(await ask(mute, HASTY), { kind: "too-late" });
  const rude = await listen(createServer((socket) => socket.destroy()));
  assert.equal((await ask(rude)).kind, "broken-off");
});
