import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";
import { DoorBed, read, readAll } from "../../../../test/support/door-bed.ts";
import type { DoorErrorBody } from "./protocol.ts";

function codeOf(text: string): string {
  return (JSON.parse(text) as DoorErrorBody).error.code;
}

test("a request goes past a replica that cannot be reached", async () => {
  const bed = new DoorBed({ attemptsMax: 1 });
  const dead = await bed.deadReplica();
  const { replica } = await bed.replica(async (request, response) => {
    response.end(await readAll(request));
  });
  await bed.open([dead, replica]);
  const answer = await bed.ask("/", { method: "POST", body: "words" });
  assert.deepEqual([answer.status, answer.text], [200, "words"]);
  assert.equal(bed.service?.begun, 1);
});

test("a request waits for a replica that cannot be reached, and goes to it when it can", async () => {
  const bed = new DoorBed({ attemptsMax: 1, restMs: 1 });
  const dead = await bed.deadReplica();
  await bed.open([dead]);
  const answer = bed.ask("/", { method: "POST", body: "words" });
  await bed.until(({ begun }) => begun === 1);
  await bed.until(({ begun }) => begun === 0);
  await bed.until(({ begun }) => begun === 1);
  const { replica } = await bed.replica(async (request, response) => {
    response.end(await readAll(request));
  });
  await bed.open([replica]);
  assert.equal((await answer).text, "words");
});

test("a request is sent again, whole, if its replica ends before the answer", async () => {
  const bed = new DoorBed();
  const body = Buffer.alloc(300_000, "x");
  const failing = await bed.rawReplica((socket) => {
    let bytes = 0;
    socket.on("data", (chunk) => {
      bytes += chunk.length;
      if (bytes > 200_000) socket.resetAndDestroy();
    });
  });
  const { replica } = await bed.replica(async (request, response) => {
    response.end(`${(await readAll(request)).length}`);
  });
  await bed.open([failing, replica]);
  const answer = bed.ask("/", { method: "POST", body });
  await bed.until(({ replicas }) => replicas[0].inside === 1);
  await bed.open([{ ...failing, isOpen: false }, replica]);
  assert.equal((await answer).text, "300000");
  await bed.until(({ ended }) => ended === 1);
  const { arrived, begun, ended } = bed.service ?? {};
  assert.deepEqual([arrived, begun, ended], [1, 1, 1]);
});

test("a request under which replicas end again and again is given up", async () => {
  const bed = new DoorBed({ attemptsMax: 3 });
  let times = 0;
  const failing = await bed.rawReplica((socket) => {
    socket.on("data", () => {
      times += 1;
      socket.resetAndDestroy();
    });
  });
  await bed.open([failing]);
  const { status, text } = await bed.ask("/");
  assert.deepEqual([status, codeOf(text), times], [502, "replica-lost", 3]);
});

test("a request whose body is too long to be kept is not repeated", async () => {
  for (const limits of [{ keptBytesMax: 10 }, { keptBytesTotalMax: 10 }]) {
    const bed = new DoorBed(limits);
    const failing = await bed.rawReplica((socket) => {
      let bytes = 0;
      socket.on("data", (chunk) => {
        bytes += chunk.length;
        if (bytes > 5000) socket.resetAndDestroy();
      });
    });
    await bed.open([failing]);
    const { status, text } = await bed.ask("/", { method: "POST", body: "x".repeat(5000) });
    assert.deepEqual([status, codeOf(text)], [502, "replica-lost"]);
    await bed.until(({ ended }) => ended === 1);
  }
});

test("an answer that breaks off ends the client's connection", async () => {
  const bed = new DoorBed();
  const failing = await bed.rawReplica((socket) => {
    socket.on("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n");
    });
    socket.on("drain", () => {});
    breakOff = () => socket.resetAndDestroy();
  });
  let breakOff = () => {};
  await bed.open([failing]);
  const asked = bed.begin("/");
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  await once(answer, "data");
  breakOff();
  await assert.rejects(readAll(answer), { code: "ECONNRESET" });
  await bed.until(({ ended }) => ended === 1);
});

test("an answer that is no HTTP is told, and the request not repeated", async () => {
  for (const words of ["no HTTP\r\n\r\n", "HTTP/1.1 099 Low\r\nContent-Length: 0\r\n\r\n"]) {
    const bed = new DoorBed();
    let times = 0;
    const garbled = await bed.rawReplica((socket) => {
      socket.on("data", () => {
        times += 1;
        socket.write(words);
      });
    });
    await bed.open([garbled]);
    const { status, text } = await bed.ask("/");
    assert.deepEqual([status, codeOf(text), times], [502, "bad-answer", 1]);
    await bed.until(({ ended }) => ended === 1);
  }
});

test("a kept connection that its replica closed meanwhile is not seen", async () => {
  const bed = new DoorBed({ attemptsMax: 2 });
  const { replica, server } = await bed.replica((_, response) => response.end("good"));
  let requests = 0;
  server.prependListener("request", (request: IncomingMessage) => {
    requests += 1;
    if (requests === 2) request.socket.resetAndDestroy();
  });
  await bed.open([replica]);
  assert.equal((await bed.ask("/")).text, "good");
  assert.equal((await bed.ask("/")).text, "good");
  assert.equal(requests, 3);
});

test("a slow client holds its replica's answer back, and a fast one loses nothing of it", async () => {
  const bed = new DoorBed();
  const body = Buffer.alloc(8 * 2 ** 20, "y");
  const { replica } = await bed.replica((_, response) => response.end(body));
  await bed.open([replica]);
  const asked = bed.begin("/");
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  await once(answer, "readable");
  assert.equal(bed.service?.replicas[0].inside, 1);
  assert.equal((await readAll(answer)).length, body.length);
  assert.equal((await read(bed.begin("/").end())).text.length, body.length);
});
