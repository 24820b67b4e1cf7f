import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { ApiBed } from "../../test/support/api-bed.ts";
import { jobText } from "../../test/support/control-bed.ts";
import { observedObjects } from "../../test/support/memory-plane.ts";
import { TempFolder } from "../../test/support/temp-folder.ts";
import { createClient } from "./client.ts";
import type { ClientError } from "./client-error.ts";
import type { WatchNews } from "./watch.ts";

const folder = new TempFolder();
const bed = await ApiBed.start({ limits: { heartbeatMs: 5, logPollMs: 5 } });
const client = bed.client();
const QUEUE = "{apiVersion: neuraxis.dev/v1alpha1, kind: Queue, metadata: {name: a}, spec: {}}";
const [node, replica] = observedObjects();

/** Such as `ADDED Queue a`. */
async function next(news: AsyncIterator<WatchNews>): Promise<string> {
  const { value } = (await news.next()) as { readonly value: WatchNews };
  const objects = value.type === "LISTED" ? value.objects : [value.object];
  return [value.type, ...objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)].join(" ");
}

test("what was applied is listed, read and deleted", async () => {
  const tried = await client.apply(QUEUE, { file: "a.yaml", dryRun: true });
  const result = { kind: "Queue", name: "a", outcome: "created" };
  assert.deepEqual([tried.dryRun, tried.results], [true, [{ ...result, resourceVersion: "" }]]);
  assert.deepEqual((await client.list("Queue")).objects, []);
  const { results } = await client.apply(QUEUE, { file: "a.yaml" });
  assert.deepEqual(results, [{ ...result, resourceVersion: "1" }]);
  const { spec, metadata } = await client.get("Queue", "a");
  assert.deepEqual(spec, { weight: 1, borrows: true });
  assert.deepEqual((await client.list("Queue")).resourceVersion, metadata.resourceVersion);
  const versions = new Map([["Queue/a", "2"]]);
  await assert.rejects(client.apply(QUEUE, { file: "a.yaml", versions }), {
    code: "version-conflict",
  });
  await assert.rejects(client.delete("Queue", "a", "2"), { code: "version-conflict" });
  const gone = { kind: "Queue", name: "a", outcome: "deleted" };
  assert.deepEqual(await client.delete("Queue", "a", "1"), gone);
  await assert.rejects(client.get("Queue", "a"), {
    code: "unknown-object",
    message: "there is no Queue a",
    cure: "List the kind.",
  });
});

test("a job is cancelled as often as one likes, unless it is of another version", async () => {
  await client.apply(jobText("train"), { file: "train.yaml" });
  await assert.rejects(client.cancel("train", "999"), { code: "version-conflict" });
  const { metadata } = await client.get("BatchJob", "train");
  const answer = { kind: "BatchJob", name: "train", outcome: "cancelled" };
  assert.deepEqual(await client.cancel("train", metadata.resourceVersion), answer);
  assert.deepEqual(await client.cancel("train"), answer);
  assert.equal((await client.get("BatchJob", "train")).status.phase, "Cancelled");
  await client.delete("BatchJob", "train");
  await assert.rejects(client.cancel("train"), { code: "unknown-object" });
});

test("all that is wrong with a text is told by the name that the caller gave it", async () => {
  const text = QUEUE.replace("spec: {}", "spec: {weigth: 2, parent: A}");
  await assert.rejects(client.apply(text, { file: "queues/a.yaml" }), (error: ClientError) => {
    assert.equal(error.code, "invalid-manifest");
    const places = error.faults.map(({ file, path, line }) => `${file}:${line} ${path}`);
    assert.deepEqual(places, ["queues/a.yaml:1 spec.weigth", "queues/a.yaml:1 spec.parent"]);
    return true;
  });
});

test("health, version, events, why and the end", async () => {
  bed.plane.put(replica);
  assert.deepEqual(await client.health(), { status: "ok" });
  const apiVersion = "neuraxis.dev/v1alpha1";
  assert.deepEqual(await client.version(), { version: "1.2.3", apiVersion });
  assert.equal((await client.get("Replica", "chat/3")).status.service, "chat");
  const [event] = await client.events({ about: "Replica/chat/3", limit: 1 });
  assert.equal(event.message, "Replica chat/3 was created");
  assert.deepEqual(await client.events({ after: event.sequence }), []);
  await assert.rejects(client.why("a"), { code: "unknown-object" });
  assert.deepEqual(await client.shutdown("keep"), { workloads: "keep" });
  assert.deepEqual(bed.endings, ["keep"]);
});

test("a wrong token, nobody there, and somebody else there are told apart", async () => {
  await assert.rejects(bed.client("wrong").list("Queue"), { code: "no-token" });
  const other = createServer((request, response) => {
    response.writeHead(request.url === "/healthz" ? 200 : 500).end("<html>");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  after(() => other.close());
  const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
  const stranger = createClient({ url, token: "" });
  await assert.rejects(stranger.health(), { code: "not-understood" });
  await assert.rejects(stranger.version(), {
    code: "not-understood",
    message: `${url} answers with status 500: "<html>"`,
  });
  await new Promise((resolve) => other.close(resolve).closeAllConnections());
  await assert.rejects(stranger.health(), {
    code: "not-running",
    message: `nothing listens at ${url}`,
    cure: "Start it: neuraxis up.",
  });
});

test("a watch tells what there is, then changes, also after the API was away", async () => {
  bed.plane.put(node);
  const news = client.watch({ kinds: ["Node", "Queue"] })[Symbol.asyncIterator]();
  assert.equal(await next(news), "LISTED Node local");
  bed.plane.put(node);
  assert.equal(await next(news), "MODIFIED Node local");
  const following = next(news);
  await bed.close();
  await client.apply(QUEUE, { file: "a" }).catch(({ code }) => assert.equal(code, "not-running"));
  bed.plane.put(replica);
  bed.plane.put(node);
  await bed.restart();
  assert.equal(await following, "MODIFIED Node local");
  await client.apply(QUEUE, { file: "a.yaml" });
  assert.equal(await next(news), "ADDED Queue a");
  await news.return?.();
});

test("a watch lists anew what it has missed for good", async () => {
  const since = (await client.list("Node")).resourceVersion;
  const news = client.watch({ kinds: ["Node"], since })[Symbol.asyncIterator]();
  const first = next(news);
  bed.plane.put(node);
  assert.equal(await first, "MODIFIED Node local");
  const following = next(news);
  await bed.close();
  bed.plane.put(node);
  bed.plane.forget();
  await bed.restart();
  assert.equal(await following, "LISTED Node local");
  await news.return?.();
});

test("a watch ends when it is told to, and fails at once where nothing ever was", async () => {
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const { type } of client.watch({ kinds: ["Node"], stop: stop.signal })) {
    seen.push(type);
    stop.abort();
  }
  assert.deepEqual(seen, ["LISTED"]);
  const gone = await ApiBed.start();
  await gone.close();
  const watch = gone.client().watch({ kinds: ["Node"] });
  const news = watch[Symbol.asyncIterator]();
  await assert.rejects(news.next(), { code: "not-running" });
});

test("a log comes as it is; whoever reads it learns whether it came to its end", async () => {
  const stdout = folder.write("out", new Uint8Array([0x61, 0x0a, 0xff]));
  const log = { files: { stdout, stderr: folder.resolve("err") }, isLive: () => true };
  bed.logs.set("BatchJob/a/1", { ...log, isLive: () => false });
  const whole: Uint8Array[] = [];
  for await (const chunk of client.log({ kind: "BatchJob", name: "a", member: 1 }))
    whole.push(chunk);
  assert.equal(Buffer.concat(whole).toString("latin1"), "a\n\xff");
  await assert.rejects(client.log({ kind: "BatchJob", name: "a" })[Symbol.asyncIterator]().next(), {
    code: "unknown-object",
  });
  bed.logs.set("ModelService/chat/youngest", {
    ...log,
    isLive: () => {
      throw new Error("a bug");
    },
  });
  const broken = client.log({ kind: "ModelService", name: "chat", follow: true, stream: "stdout" });
  await assert.rejects(broken[Symbol.asyncIterator]().next(), { code: "connection-lost" });
});
