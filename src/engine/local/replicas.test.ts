import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import {
  sleepReplica,
  start,
  startReplica,
  stop,
  stopReplica,
  wakeReplica,
} from "../../../test/support/hand-driven-engine.ts";
import { MemoryBed } from "../../../test/support/local-engine/memory-bed.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { nodeId } from "../../model/ids.ts";

const folder = new TempFolder();
let beds = 0;

function bedOf(): Promise<MemoryBed> {
  beds += 1;
  return new MemoryBed(folder.resolve(`bed-${beds}`)).begin();
}

const MINUTE_MS = 60_000;
const portOf = (bed: MemoryBed, words: string) => Number(bed.environmentOf(words)["PORT"]);
const messagesOf = ({ notes }: MemoryBed) => notes.map(({ message }) => message);
const reasonsOf = ({ notes }: MemoryBed) => notes.map(({ reason }) => reason);

test("a replica that never serves is ended after ten minutes, noted and told as gone", async () => {
  const bed = await bedOf();
  bed.machine.isMute = true;
  await bed.order(startReplica(0, "a/0"));
  await bed.pass(9 * MINUTE_MS);
  assert.deepEqual(await bed.take(), []);
  assert.deepEqual(bed.running, ["s 0"]);
  await bed.pass(2 * MINUTE_MS);
  assert.deepEqual(await bed.take(), ["gone s/0"]);
  assert.ok(reasonsOf(bed).includes("start-limit"));
});

test("a replica that comes up and does not serve is noted with what it answers, once for each answer", async () => {
  const bed = await bedOf();
  bed.machine.isMute = true;
  await bed.order(startReplica(0, "a/0"));
  const told = async (ms: number) => {
    await bed.pass(ms);
    await bed.take();
    const notes = bed.notes.splice(0).filter(({ reason }) => reason === "not-ready");
    return notes.map(({ type, message }) => `${type}: ${message.replace(/^.* s: /, "")}`);
  };
  assert.deepEqual(await told(4000), []);
  const port = portOf(bed, "s 0");
  assert.deepEqual(await told(2000), [`Warning: nothing listens on port ${port} ($PORT)`]);
  assert.deepEqual(await told(60_000), []);
  bed.machine.silence = { kind: "answered", status: 404 };
  assert.deepEqual(await told(1000), ["Warning: /healthz answered 404"]);
  bed.machine.silence = { kind: "too-late" };
  assert.deepEqual(await told(1000), []);
  assert.deepEqual(await told(9000), ["Warning: /healthz did not answer within 1 s"]);
  bed.machine.isMute = false;
  await bed.pass(1000);
  assert.deepEqual(await bed.take(), ["ready s/0"]);
});

test("a replica whose requests never end is ended with them after ten minutes", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"), startReplica(1, "a/1"));
  await bed.take();
  await bed.order(stopReplica(0, 1), sleepReplica(1, 2));
  await bed.observe({ "s/0": 1, "s/1": 1 });
  await bed.pass(9 * MINUTE_MS);
  assert.deepEqual(await bed.take(), []);
  await bed.pass(2 * MINUTE_MS);
  const told = await bed.take();
  assert.deepEqual(told.toSorted(), ["departed 1", "departed 2", "gone s/1"]);
  assert.equal(reasonsOf(bed).filter((reason) => reason === "drain-limit").length, 2);
});

test("stops that were ordered do not delay the next start; failures do, ever longer", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"));
  await bed.order(stopReplica(0, 1));
  await bed.observe();
  await bed.end("s 0", 0);
  await bed.order(startReplica(1, "a/0"));
  assert.deepEqual(bed.running, ["s 1"]);
  await bed.end("s 1", 1);
  await bed.order(startReplica(2, "a/0"));
  assert.deepEqual(bed.running, []);
  await bed.pass(300);
  assert.deepEqual(bed.running, ["s 2"]);
});

test("a replica's bad end is noted with its last words, how many failed in a row, and the next start", async () => {
  const bed = await bedOf();
  for (const number of [0, 1, 2]) {
    await bed.order(startReplica(number, "a/0"));
    await bed.pass(1000);
    const { stderr } = bed.machine.workloads.get(bed.idOf(`s ${number}`))!.request;
    writeFileSync(stderr, `trying\nboom ${number}\n`);
    if (number === 0) bed.machine.isMute = true;
    await bed.end(`s ${number}`, 3);
  }
  await bed.take();
  assert.deepEqual(
    messagesOf(bed).filter((message) => message.includes("exit code")),
    [
      "replica s/0 ended with exit code 3 (next start in 0.25 s): trying | boom 0",
      "replica s/1 ended with exit code 3 (2 failures in a row, next start in 0.5 s): trying | boom 1",
      "replica s/2 ended with exit code 3 (3 failures in a row, next start in 1 s): trying | boom 2",
    ],
  );
});

test("a replica that waits for its start after failures departs at once when it is to stop", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"));
  await bed.end("s 0", 1);
  await bed.order(startReplica(1, "a/0"));
  await bed.order(stopReplica(1, 1));
  assert.deepEqual(await bed.take(), ["departed 1"]);
  assert.ok(!bed.machine.spawned.has(bed.idOf("s 1")));
});

test("a replica that crashed, and is told to stop before that is taken, departs and is not told as gone", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"));
  await bed.take();
  await bed.order(start("a", 1, "0 a/3"));
  await bed.end("s 0", 1);
  await bed.orderIn(stopReplica(0, 1));
  assert.deepEqual(await bed.take(), ["departed 1"]);
});

test("a replica that crashed, and is told to sleep before that is taken, is gone and departs", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"));
  await bed.take();
  await bed.order(start("a", 1, "0 a/3"));
  await bed.end("s 0", 1);
  await bed.orderIn(sleepReplica(0, 1));
  assert.deepEqual(await bed.take(), ["gone s/0", "departed 1"]);
});

test("a sleeping replica stands still over a restart, and wakes after it", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"));
  await bed.order(sleepReplica(0, 1));
  await bed.observe();
  assert.deepEqual(await bed.take(), ["departed 1"]);
  await bed.restart();
  assert.equal(bed.machine.frozen.size, 1);
  await bed.order(wakeReplica(0, 1));
  assert.deepEqual(await bed.take(), ["ready s/0"]);
  assert.equal(bed.machine.frozen.size, 0);
});

test("a replica on a device that failed is ended and not spoken of; one asleep is let be", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"), startReplica(1, "a/0"));
  await bed.order(sleepReplica(1, 1));
  await bed.observe();
  await bed.take();
  bed.engine.report({ kind: "device-failed", node: nodeId("a"), device: 0 });
  bed.machine.end(bed.idOf("s 0"), 1);
  assert.deepEqual(await bed.take(), ["broken a/0"]);
  assert.deepEqual(bed.running, ["s 1"]);
  assert.deepEqual(bed.machine.table.services[0].replicas.length, 1);
});

test("a replica that answers badly too often in a row is ended, and a good answer in between counts anew", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"));
  assert.deepEqual(await bed.take(), ["ready s/0"]);
  bed.machine.mute.add(portOf(bed, "s 0"));
  await bed.pass(1800);
  bed.machine.mute.clear();
  await bed.pass(1200);
  bed.machine.mute.add(portOf(bed, "s 0"));
  await bed.pass(1800);
  assert.deepEqual(await bed.take(), []);
  await bed.pass(2500);
  assert.deepEqual(await bed.take(), ["gone s/0"]);
  const ended = messagesOf(bed).find((message) => message.includes("and is ended"));
  assert.match(
    ended ?? "",
    /^replica s\/0 served no more, asked 3 times .* nothing listens on port/,
  );
});

test("an engine that was closed asks nobody, starts nothing and leaves no timer", async () => {
  const bed = await bedOf();
  await bed.order(startReplica(0, "a/0"), start("a", 1, "0 a/1, 1 a/2"));
  bed.machine.mute.add(portOf(bed, "s 0"));
  await bed.order(stop("a", true, 1), stopReplica(0, 2));
  bed.engine.close();
  assert.equal(bed.machine.timers, 0);
  bed.engine.catalogChanged();
  await bed.observe();
  assert.equal(bed.machine.timers, 0);
});
