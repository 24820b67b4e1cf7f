import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { after, test } from "node:test";
import { refuseUnread } from "./refuse-unread.ts";

test("a client that is refused is gone soon, though it keeps its own side open", async () => {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
  after(() => server.close());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  after(() => client.destroy());
  const [socket] = (await once(server, "connection")) as [Socket];
  const error = Object.assign(new Error("slow"), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
  refuseUnread(error, socket.resume());
  const [answer] = (await once(client, "data")) as [Buffer];
  assert.match(answer.toString(), /^HTTP\/1\.1 408 .*request-too-slow/s);
  await once(socket, "close");
  assert.equal(client.writable, true);
});
