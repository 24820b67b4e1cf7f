import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, copyFileSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { test } from "node:test";
import { ApiBed } from "../../../test/support/api-bed.ts";
import { observedObjects } from "../../../test/support/memory-plane.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import type { ApiErrorBody } from "../../api/api-error.ts";
import type { ObjectKind } from "../../api/objects.ts";

const folder = new TempFolder();
const bed = await ApiBed.start({ limits: { heartbeatMs: 5, logPollMs: 5, stallMs: 50 } });
const [node, replica] = observedObjects();

/** A stream whose text is awaited piece by piece. */
class Reading {
  readonly #reader: ReadableStreamDefaultReader<string>;
  text = "";

  private constructor(reader: ReadableStreamDefaultReader<string>) {
    this.#reader = reader;
  }

  static async of(response: Response): Promise<Reading> {
    assert.equal(response.status, 200);
    const stream = response.body!.pipeThrough(new TextDecoderStream());
    return new Reading(stream.getReader());
  }

  /** Reads until the text has this, or to its end. */
  async until(part?: string): Promise<string> {
    const isThere = () => part !== undefined && this.text.includes(part);
    while (!isThere()) {
      const { done, value = "" } = await this.#reader.read();
      if (done) break;
      this.text += value;
    }
    return this.text;
  }

  end(): Promise<void> {
    return this.#reader.cancel();
  }
}

async function watch(query: string, headers: Record<string, string> = {}): Promise<Reading> {
  return Reading.of(await bed.fetch(`/v1alpha1/watch?${query}`, { headers }));
}

function eventsOf(text: string): string[] {
  return Array.from(
    text.matchAll(/event: (\w+)\nid: (\d+)\ndata: (.*)\n\n/g),
    ([, type, id, data]) => {
      const { object } = JSON.parse(data) as { object: { kind: ObjectKind } };
      return `${type} ${object.kind} ${id}`;
    },
  );
}

async function failureOf(response: Response): Promise<unknown[]> {
  const { error } = (await response.json()) as ApiErrorBody;
  return [response.status, error.code, error.message];
}

test("a watch tells changes after a version by kind, lives while nothing changes, and resumes", async () => {
  bed.plane.put(node);
  bed.plane.put(replica);
  const all = await watch("since=0");
  assert.deepEqual(eventsOf(await all.until("id: 2")), ["ADDED Node 1", "ADDED Replica 2"]);
  await all.until(": \n\n");
  bed.plane.put(node);
  assert.deepEqual(eventsOf(await all.until("id: 3\n")).slice(2), ["MODIFIED Node 3"]);
  await all.end();
  const some = await watch("kinds=Replica,Queue&since=3", { "Last-Event-ID": "1" });
  assert.deepEqual(eventsOf(await some.until("id: 2")), ["ADDED Replica 2"]);
  await some.end();
  const later = await watch("");
  await later.until(": \n\n");
  bed.plane.put(replica);
  assert.deepEqual(eventsOf(await later.until("id: 4")), ["MODIFIED Replica 4"]);
  await later.end();
});

test("a watch of what is forgotten, or of no kind, is refused", async () => {
  bed.plane.forget();
  const old = await bed.fetch("/v1alpha1/watch?since=1");
  assert.deepEqual((await failureOf(old)).slice(0, 2), [410, "version-too-old"]);
  const unknown = await bed.fetch("/v1alpha1/watch?kinds=Queue,Job");
  assert.match(
    String(await failureOf(unknown)),
    /400,invalid-request,parameter kinds must be kinds/,
  );
});

test("a watcher that does not read is cut off, and costs the others nothing", async () => {
  const own = await ApiBed.start({ limits: { stallMs: 20 } });
  const cut = Promise.withResolvers<void>();
  const watch = own.plane.watch.bind(own.plane);
  own.plane.watch = (kinds, since, stop) => {
    if (kinds.has("Node")) stop.addEventListener("abort", () => cut.resolve());
    return watch(kinds, since, stop);
  };
  own.sendDeaf("/v1alpha1/watch?since=0&kinds=Node");
  const other = await Reading.of(await own.fetch("/v1alpha1/watch?since=0&kinds=Replica"));
  const uid = "x".repeat(4_000_000);
  const big = { ...node, metadata: { ...node.metadata, uid } } as typeof node;
  for (let count = 0; count < 4; count += 1) own.plane.put(big);
  await cut.promise;
  own.plane.put(replica);
  assert.deepEqual(eventsOf(await other.until("data: ")), ["ADDED Replica 5"]);
  await other.end();
});

test("streams above the limit are refused; one that ends makes room", async () => {
  const small = await ApiBed.start({ limits: { streams: 1 } });
  const first = await Reading.of(await small.fetch("/v1alpha1/watch"));
  const second = await small.fetch("/v1alpha1/watch");
  assert.equal(second.headers.get("Retry-After"), "1");
  assert.deepEqual((await failureOf(second)).slice(0, 2), [429, "too-many-requests"]);
  await first.end();
  let status = 429;
  // The server learns a little later that nobody reads any more.
  for (let attempt = 0; attempt < 1000 && status === 429; attempt += 1) {
    const again = await small.fetch("/v1alpha1/watch");
    status = again.status;
    await again.body?.cancel();
  }
  assert.equal(status, 200);
});

test("a log is told as it was written: of one stream each byte, of both whole lines", async () => {
  const stdout = folder.write("out", "1\n2\n3");
  const stderr = folder.write("err", new Uint8Array([0xff, 0x0a]));
  const log = { files: { stdout, stderr }, isLive: () => false };
  // Which member is the first one is known to whoever keeps the files.
  bed.logs.set("BatchJob/a/youngest", log).set("BatchJob/a/3", log);
  const read = async (query: string) => {
    const response = await bed.fetch(`/v1alpha1/batchjobs/a/log?${query}`);
    assert.equal(response.headers.get("Content-Type"), "text/plain; charset=utf-8");
    return Buffer.from(await response.arrayBuffer()).toString("latin1");
  };
  assert.equal(await read(""), "1\n2\n\xff\n3");
  assert.equal(await read("stream=stdout&tail=2"), "2\n3");
  assert.equal(await read("member=3&stream=stderr&follow=true"), "\xff\n");
  assert.equal(await read("tail=0"), "");
});

test("a log is followed through a rotation until its process has ended and all is told", async () => {
  const stdout = folder.write("service", "1\n");
  let isLive = true;
  const log = { files: { stdout, stderr: folder.resolve("none") }, isLive: () => isLive };
  bed.logs.set("ModelService/chat/3", log);
  const reading = await Reading.of(
    await bed.fetch("/v1alpha1/modelservices/chat/log?replica=3&follow=true"),
  );
  await reading.until("1\n");
  appendFileSync(stdout, "22\n");
  copyFileSync(stdout, `${stdout}.1`);
  truncateSync(stdout);
  appendFileSync(stdout, "3\n");
  assert.equal(await reading.until("3\n"), "1\n22\n3\n");
  appendFileSync(stdout, "4");
  isLive = false;
  assert.equal(await reading.until(), "1\n22\n3\n4");
});

test("a log that nobody reads is cut off, and makes room for another stream", async () => {
  const small = await ApiBed.start({ limits: { streams: 1, logStallMs: 20 } });
  const stdout = folder.write("unread", new Uint8Array(30_000_000));
  const found = Promise.withResolvers<void>();
  const isLive = () => {
    found.resolve();
    return true;
  };
  const files = { stdout, stderr: folder.resolve("none") };
  small.logs.set("BatchJob/a/youngest", { files, isLive });
  small.sendDeaf("/v1alpha1/batchjobs/a/log?follow=true");
  await found.promise;
  let status = 429;
  while (status === 429) {
    const watch = await small.fetch("/v1alpha1/watch");
    status = watch.status;
    await watch.body?.cancel();
  }
  assert.equal(status, 200);
});

test("what a process put in the place of its output is neither followed nor waited for", async () => {
  const secret = folder.write("secret", "not yours");
  const link = folder.resolve("link");
  symlinkSync(secret, link);
  const endless = folder.resolve("endless");
  symlinkSync("/dev/zero", endless);
  const pipe = folder.resolve("pipe");
  execFileSync("mkfifo", [pipe]);
  const none = folder.resolve("none");
  for (const [stdout, stderr] of [
    [link, none],
    [none, endless],
    [pipe, none],
    [none, pipe],
    [folder.path, none],
    ["/dev/zero", none],
  ]) {
    bed.logs.set("BatchJob/a/youngest", { files: { stdout, stderr }, isLive: () => false });
    for (const query of ["", "?tail=3", "?tail=0"]) {
      const answer = await bed.fetch(`/v1alpha1/batchjobs/a/log${query}`);
      assert.deepEqual((await failureOf(answer)).slice(0, 2), [409, "output-replaced"], stdout);
    }
  }
  assert.deepEqual(bed.bugs, []);
});

test("a log that is replaced while it is sent is cut off", async () => {
  const stdout = folder.write("to-replace", "1\n");
  const log = { files: { stdout, stderr: folder.resolve("none") }, isLive: () => true };
  bed.logs.set("BatchJob/a/youngest", log);
  const reading = await Reading.of(await bed.fetch("/v1alpha1/batchjobs/a/log?follow=true"));
  await reading.until("1\n");
  rmSync(stdout);
  symlinkSync("/dev/zero", stdout);
  await assert.rejects(reading.until());
  assert.deepEqual(bed.bugs, []);
});

test("a log that is not there is refused: no such object, or no process of it yet", async () => {
  const missing = await bed.fetch("/v1alpha1/batchjobs/b/log");
  assert.deepEqual(await failureOf(missing), [404, "unknown-object", "there is no BatchJob b"]);
  const manifest = {
    apiVersion: "neuraxis.dev/v1alpha1",
    kind: "BatchJob",
    metadata: { name: "b" },
    spec: { command: ["run"], resources: { cpu: 1, memory: "1Gi" } },
  };
  await bed.client().apply(JSON.stringify(manifest), { file: "b.json" });
  const early = await bed.fetch("/v1alpha1/batchjobs/b/log?member=2");
  const message = "BatchJob b has no output of a member 2";
  assert.deepEqual(await failureOf(early), [404, "unknown-object", message]);
});
