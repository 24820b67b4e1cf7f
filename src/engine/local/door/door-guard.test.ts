import assert from "node:assert/strict";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { after, test } from "node:test";
import { DoorBed, readAll } from "../../../../test/support/door-bed.ts";

/** A client that says this, and keeps its side open whatever the door does. */
function say(bed: DoorBed, ...lines: readonly string[]): Socket {
  const socket = connect({ port: bed.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {}).write(lines.map((line) => `${line}\r\n`).join(""));
  after(() => socket.destroy());
  return socket;
}

/** What the door says until it says no more. */
async function hear(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  await Promise.race([once(socket, "end"), once(socket, "close")]);
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

async function openTo(bed: DoorBed, answer: string | Buffer): Promise<void> {
  const { replica } = await bed.replica(async (request, response) => {
    await readAll(request);
    response.end(answer);
  });
  await bed.open([replica]);
}

test("a door is asked by its own names, once, and not by a page of another site", async () => {
  const bed = new DoorBed();
  await openTo(bed, "good");
  const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
  const cases: readonly [number, ...string[]][] = [
    [200, `Host: 127.0.0.1:${bed.port}`],
    [200, "Host: MODELS.test"],
    [421, "Host: evil.example"],
    [421, `Host: evil.example:${bed.port}`, "Origin: http://evil.example"],
    [421, "Host: evil.example", ...upgrade],
    [400, "Host: 127.0.0.1", "Host: evil.example"],
    [400, "Host: 127.0.0.1", "host: 127.0.0.1", ...upgrade],
  ];
  for (const [status, ...headers] of cases) {
    const all = headers.includes(upgrade[0]) ? headers : [...headers, "Connection: close"];
    for (const path of ["/services/chat/", "/healthz"]) {
      const answer = await hear(say(bed, `GET ${path} HTTP/1.1`, ...all, ""));
      assert.equal(Number(answer.split(" ")[1]), status, `${path} ${headers.join(", ")}`);
    }
  }
});

test("requests of one connection are answered one after the other, and not too many", async () => {
  const bed = new DoorBed({ pipelined: 2 });
  let inside = 0;
  const { replica } = await bed.replica((request, response) => {
    inside += 1;
    assert.equal(inside, 1);
    response.on("close", () => (inside -= 1)).end(request.url);
  });
  await bed.open([replica], 8);
  const ask = (path: string) => [`GET /services/chat${path} HTTP/1.1`, "Host: 127.0.0.1", ""];
  const socket = say(bed, ...ask("/1"), ...ask("/2"), ...ask("/3"));
  let text = "";
  for await (const chunk of socket) {
    text += String(chunk);
    if (text.includes("/3")) break;
  }
  assert.deepEqual(text.match(/^\/\d/gm), ["/1", "/2", "/3"]);
  const many = Array.from({ length: 1000 }, () => ask("/")).flat();
  assert.equal(await hear(say(bed, ...many)), "");
  await bed.until(({ begun, ended }) => begun === ended);
});

test("a WebSocket that a replica refuses holds it no longer than the answer", async () => {
  const bed = new DoorBed();
  const { replica } = await bed.replica((request, response) => {
    response.writeHead(request.headers.upgrade === undefined ? 200 : 403).end("no");
  });
  await bed.open([replica]);
  const upgrade = ["Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket", ""];
  const socket = say(bed, "GET /services/chat/ HTTP/1.1", ...upgrade);
  await bed.until(({ ended }) => ended === 1);
  assert.equal((await bed.ask("/")).status, 200);
  assert.match(await hear(socket), /^HTTP\/1\.1 403 /);
});

test("a body that does not come holds no replica: it is refused, and the next one served", async () => {
  const bed = new DoorBed({ bodyIdleMs: 20 });
  await openTo(bed, "good");
  const post = ["POST /services/chat/ HTTP/1.1", "Host: 127.0.0.1", "Content-Length: 10", ""];
  const slow = say(bed, ...post);
  await bed.until(({ begun }) => begun === 1);
  slow.write("few");
  assert.equal((await bed.ask("/")).text, "good");
  const answer = await hear(slow);
  assert.match(answer, /^HTTP\/1\.1 408 .*Connection: close.*"body-too-slow"/s);
});

test("a replica may be silent for as long as it likes, before its answer and within", async () => {
  const bed = new DoorBed({ bodyIdleMs: 200, stallMs: 200 });
  const begun = Promise.withResolvers<ServerResponse>();
  const { replica } = await bed.replica((request, response) => {
    request.resume();
    begun.resolve(response);
  });
  await bed.open([replica]);
  const answer = bed.ask("/", { method: "POST", body: "x".repeat(5000) });
  const response = await begun.promise;
  const other = new DoorBed({ bodyIdleMs: 300 });
  await openTo(other, Buffer.alloc(30_000_000));
  const pass = async () => {
    // A body that is cut off later than ours would be.
    const late = say(
      other,
      "POST /services/chat/ HTTP/1.1",
      "Host: 127.0.0.1",
      "Content-Length: 9",
      "",
    );
    assert.match(await hear(late), / 408 /);
  };
  await pass();
  response.write("one ");
  await pass();
  response.end("two");
  assert.equal((await answer).text, "one two");
});

test("a client that takes nothing of its answer holds no replica", async () => {
  const bed = new DoorBed({ stallMs: 20 });
  await openTo(bed, Buffer.alloc(30_000_000));
  say(bed, "GET /services/chat/ HTTP/1.1", "Host: 127.0.0.1", "").pause();
  await bed.until(({ ended }) => ended === 1);
  const refused = new DoorBed({ stallMs: 20 });
  await openTo(refused, Buffer.alloc(30_000_000));
  const upgrade = ["Host: 127.0.0.1", "Connection: Upgrade", "Upgrade: websocket", ""];
  say(refused, "GET /services/chat/ HTTP/1.1", ...upgrade).pause();
  await refused.until(({ ended }) => ended === 1);
});
