import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { test } from "node:test";
import { DoorBed } from "../../../../test/support/door-bed.ts";
import type { DoorErrorBody, ServiceObservation } from "./protocol.ts";

interface Held {
  readonly url: string;
  readonly answer: () => void;
}

/** A replica that answers with a request's path when it is told to; `next` is its next request. */
async function heldReplica(bed: DoorBed) {
  const held: Held[] = [];
  let come = Promise.withResolvers<void>();
  const { replica } = await bed.replica((request, response: ServerResponse) => {
    const url = request.url ?? "";
    held.push({ url, answer: () => response.end(url) });
    come.resolve();
  });
  const next = async (): Promise<Held> => {
    for (;;) {
      const first = held.shift();
      if (first !== undefined) return first;
      come = Promise.withResolvers();
      await come.promise;
    }
  };
  return { replica, next };
}

function countsOf({ arrived, begun, ended, refused }: ServiceObservation) {
  return [arrived, begun, ended, refused];
}

function codeOf(text: string): string {
  return (JSON.parse(text) as DoorErrorBody).error.code;
}

test("requests wait for room and enter by arrival", async () => {
  const bed = new DoorBed();
  const { replica, next } = await heldReplica(bed);
  await bed.open([replica], 2);
  const answers = [];
  for (const path of ["/1", "/2", "/3", "/4"]) {
    const count = answers.length;
    answers.push(bed.ask(path));
    await bed.until(({ arrived }) => arrived === count + 1);
  }
  assert.deepEqual(bed.service && countsOf(bed.service), [4, 2, 0, 0]);
  const [first, second] = [await next(), await next()];
  assert.deepEqual([first.url, second.url], ["/1", "/2"]);
  second.answer();
  const third = await next();
  assert.equal(third.url, "/3");
  first.answer();
  third.answer();
  (await next()).answer();
  assert.equal((await answers[3]).text, "/4");
  await bed.until(({ ended }) => ended === 4);
  assert.deepEqual(bed.service, {
    name: "chat",
    arrived: 4,
    begun: 4,
    ended: 4,
    refused: 0,
    replicas: [{ id: replica.id, inside: 0 }],
  });
});

test("beyond a full line requests are turned away, and counted apart", async () => {
  const bed = new DoorBed({ waitingMax: 1 });
  const { replica } = await heldReplica(bed);
  await bed.open([replica]);
  for (const path of ["/inside", "/waiting"]) {
    bed.ask(path).catch(() => {}); // Never answered.
  }
  await bed.until(({ arrived }) => arrived === 2);
  const { status, headers, text } = await bed.ask("/", { method: "POST", body: "x".repeat(9999) });
  assert.deepEqual([status, headers["retry-after"], codeOf(text)], [429, "1", "line-full"]);
  assert.deepEqual(bed.service && countsOf(bed.service), [2, 1, 0, 1]);
});

test("who waits too long is turned away, and has begun and ended with that", async () => {
  const bed = new DoorBed({ waitMsMax: 1 });
  await bed.open([]);
  const { status, headers, text } = await bed.ask("/");
  assert.deepEqual([status, headers["retry-after"], codeOf(text)], [503, "1", "waited-too-long"]);
  assert.deepEqual(bed.service && countsOf(bed.service), [1, 1, 1, 0]);
});

test("a client that goes away leaves the line, or its replica", async () => {
  const bed = new DoorBed();
  const gone = Promise.withResolvers<void>();
  const { replica } = await bed.replica((_, response) => response.on("close", gone.resolve));
  await bed.open([replica]);
  const inside = bed.begin("/").on("error", () => {});
  inside.end();
  await bed.until(({ begun }) => begun === 1);
  const waiting = bed.begin("/", { method: "POST" }).on("error", () => {});
  waiting.end("words");
  await bed.until(({ arrived }) => arrived === 2);
  waiting.destroy();
  await bed.until(({ ended }) => ended === 1);
  assert.deepEqual(bed.service?.replicas, [{ id: replica.id, inside: 1 }]);
  inside.destroy();
  await bed.until(({ ended }) => ended === 2);
  assert.deepEqual(bed.service && countsOf(bed.service), [2, 2, 2, 0]);
  await gone.promise;
});

test("a closed replica finishes what it has begun, and takes nothing new until it is opened", async () => {
  const bed = new DoorBed();
  const { replica, next } = await heldReplica(bed);
  await bed.open([replica], 8);
  const first = bed.ask("/first");
  const begun = await next();
  await bed.open([{ ...replica, isOpen: false }], 8);
  const second = bed.ask("/second");
  await bed.until(({ arrived }) => arrived === 2);
  assert.deepEqual(bed.service?.replicas, [{ id: replica.id, inside: 1 }]);
  begun.answer();
  assert.equal((await first).text, "/first");
  await bed.until(({ replicas }) => replicas[0].inside === 0);
  assert.equal(bed.service?.begun, 1);
  await bed.open([replica], 8);
  (await next()).answer();
  assert.equal((await second).text, "/second");
});

test("a removed replica is seen until its requests are over, and so is a removed service", async () => {
  const bed = new DoorBed();
  const { replica, next } = await heldReplica(bed);
  await bed.open([replica]);
  const inside = bed.ask("/inside");
  const waiting = bed.ask("/waiting");
  await bed.until(({ arrived }) => arrived === 2);
  await bed.open([]);
  assert.deepEqual(bed.service?.replicas, [{ id: replica.id, inside: 1 }]);
  bed.door.set({ services: [] });
  const refused = await waiting;
  assert.deepEqual([refused.status, codeOf(refused.text)], [404, "unknown-service"]);
  assert.deepEqual(bed.service?.replicas, [{ id: replica.id, inside: 1 }]);
  (await next()).answer();
  assert.equal((await inside).text, "/inside");
  assert.deepEqual(bed.door.observe(), []);
  await bed.open([]);
  assert.deepEqual(bed.service && countsOf(bed.service), [2, 2, 2, 0], "counts go on");
});

test("a door that closes refuses those who wait and finishes the others", async () => {
  const bed = new DoorBed();
  const { replica, next } = await heldReplica(bed);
  await bed.open([replica]);
  const inside = bed.ask("/inside");
  const begun = await next();
  const waiting = bed.ask("/waiting");
  await bed.until(({ arrived }) => arrived === 2);
  bed.door.close();
  const refused = await waiting;
  assert.deepEqual([refused.status, codeOf(refused.text)], [503, "shutting-down"]);
  assert.equal(bed.door.inside, 1);
  begun.answer();
  assert.equal((await inside).text, "/inside");
  assert.equal(bed.door.inside, 0);
});

test("a WebSocket waits like any request, is refused like one, and its client may leave", async () => {
  const bed = new DoorBed();
  await bed.open([]);
  const upgrading = { headers: { Connection: "Upgrade", Upgrade: "websocket" } };
  const asked = bed.begin("/", upgrading).on("error", () => {});
  asked.end();
  await bed.until(({ arrived }) => arrived === 1);
  asked.destroy();
  await bed.until(({ ended }) => ended === 1);
  const waiting = bed.ask("/", upgrading);
  await bed.until(({ arrived }) => arrived === 2);
  bed.door.set({ services: [] });
  const { status, text } = await waiting;
  assert.deepEqual([status, codeOf(text)], [404, "unknown-service"]);
});
