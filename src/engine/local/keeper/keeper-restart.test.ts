import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, closeSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { KeeperBed } from "../../../../test/support/keeper-bed.ts";
import { KeeperClient } from "./keeper-client.ts";
import { KeeperError } from "./keeper-connection.ts";
import type { JournalLine } from "./ledger.ts";
import { findProcess } from "./process-table.ts";
import { KEEPER_EXIT, type KeeperRecord } from "./protocol.ts";

/** Only Linux tells a process' descriptors, and only there could they be left open. */
const skip = process.platform !== "linux";

test("workloads outlive a killed keeper; the next one adopts them and tells their ends", async () => {
  const bed = new KeeperBed();
  const { file, chunks } = bed.readPipe("door");
  const ear = bed.pipe("ear");
  const records = bed.client.records(0);
  const script = 'exec 3>"$0"; echo up >&3; read line <"$1"; echo "$line"';
  const talking = await bed.spawn(["sh", "-c", script, file, ear]);
  const sleeping = await bed.spawn(["sleep", "1000"]);
  assert.equal((await chunks.next()).value, "up\n");
  await bed.crash();

  const seen = [(await records.next()).value, (await records.next()).value];
  writeFileSync(ear, "still here\n");
  assert.equal((await chunks.next()).done, true);
  const lost = (await records.next()).value;
  assert.deepEqual(seen.map(kindAndId), [
    ["spawned", talking.id],
    ["spawned", sleeping.id],
  ]);
  assert.deepEqual(kindAndId(lost), ["lost", talking.id]);
  assert.equal(bed.read(`${talking.id}.out`), "still here\n");

  const list = await bed.client.list();
  const [first, second] = list.ok ? list.value.workloads : [];
  const { pid, startTime } = sleeping;
  const phase = { phase: "running", isAdopted: true } as const;
  assert.equal(first.phase, "ended");
  assert.deepEqual(second, { id: sleeping.id, pid, startTime, ...phase });
  await bed.client.kill(sleeping.id);
  const last = (await records.next()).value;
  assert.deepEqual(kindAndId(last), ["lost", sleeping.id]);
  assert.deepEqual([...seen, lost, last].map(sequenceOf), [1, 2, 3, 4]);
  await records.return();
});

test("a client is told once that another keeper has taken over", async () => {
  const bed = new KeeperBed();
  const pids: number[] = [];
  const client = new KeeperClient(bed.folder, { onTakeover: (pid) => pids.push(pid) });
  const before = await client.ping();
  await bed.crash();
  const records = client.records(0);
  const { id } = await bed.spawn(["true"]);
  assert.equal((await records.next()).value?.id, id);
  // It fails if the client notices only now that the first keeper is gone; the next ping counts.
  await client.ping().catch(() => {});
  const now = await client.ping();
  client.close();
  assert.ok(before.ok && now.ok && before.value.pid !== now.value.pid);
  assert.deepEqual(pids, [now.value.pid]);
});

test("what ended while there was no keeper is lost, at the next one's start", async () => {
  const bed = new KeeperBed();
  const { id, pid } = await bed.spawn(["sleep", "1000"]);
  await bed.client.shutdown({ kill: false });
  process.kill(pid, "SIGKILL");
  assert.equal((await bed.endOf(id)).kind, "lost");
});

test("a process that was started but not recorded is found by its mark", async () => {
  const bed = new KeeperBed();
  const env = { PATH: "/usr/bin:/bin", NEURAXIS_KEEPER_ID: "mark-of-the-first" };
  const child = spawn("sleep", ["1000"], { env, detached: true, stdio: "ignore" });
  await once(child, "spawn");
  const intentions: JournalLine[] = [launchOf("first"), launchOf("second")];
  mkdirSync(bed.folder, { mode: 0o700 });
  writeFileSync(path.join(bed.folder, "keeper.log"), toText(intentions));
  const answer = await bed.client.since(0);
  const records = answer.ok ? answer.value.records : [];
  // Other systems do not tell a process's environment.
  const first = process.platform === "linux" ? "spawned" : "lost";
  const found = process.platform === "linux" ? child.pid : undefined;
  assert.deepEqual(records.map(kindAndId), [
    [first, "first"],
    ["lost", "second"],
  ]);
  assert.equal("pid" in records[0] ? records[0].pid : undefined, found);
  child.kill("SIGKILL");
  assert.equal((await bed.endOf("first")).kind, "lost");
});

test("what is open in who started the keeper is not in its workloads", { skip }, async () => {
  const bed = new KeeperBed();
  const open = openSync("/dev/null", "r");
  const entry = path.join(import.meta.dirname, "keeper.ts");
  const none = Array.from({ length: 40 }, () => "ignore" as const);
  const keeper = spawn(process.execPath, [entry, bed.folder], { stdio: [...none, open] });
  closeSync(open);
  await once(keeper, "spawn");
  const begun = new KeeperClient(bed.folder, { isStarted: false });
  while (
    !(await begun.ping().then(
      ({ ok }) => ok,
      () => false,
    ))
  );
  begun.close();
  const { id } = await bed.spawn(["ls", "/proc/self/fd"]);
  await bed.endOf(id);
  // The last is the folder that is listed.
  assert.equal(bed.read(`${id}.out`), "0\n1\n2\n3\n");
});

test("a second keeper of a folder refuses with the first one's number", async () => {
  const bed = new KeeperBed();
  const answer = await bed.client.ping();
  assert.ok(answer.ok);
  const entry = path.join(import.meta.dirname, "keeper.ts");
  const second = spawnSync(process.execPath, [entry, bed.folder], { encoding: "utf8" });
  assert.equal(second.status, KEEPER_EXIT.isKept);
  assert.equal(second.stderr, `${bed.folder} is kept by process ${answer.value.pid}\n`);
  assert.deepEqual(await bed.client.ping(), answer);
});

test("several clients that start a keeper at once get the same one", async () => {
  const bed = new KeeperBed();
  const clients = [new KeeperClient(bed.folder), new KeeperClient(bed.folder), bed.client];
  const answers = await Promise.all(clients.map((client) => client.ping()));
  assert.equal(new Set(answers.map((answer) => answer.ok && answer.value.pid)).size, 1);
  for (const client of clients.slice(0, 2)) client.close();
});

test("a shutdown ends the workloads or leaves them, as it is told", async () => {
  const bed = new KeeperBed();
  const { id, pid, startTime } = await bed.spawn(["sleep", "1000"]);
  assert.deepEqual(await bed.client.shutdown({ kill: false }), { ok: true, value: { running: 1 } });
  assert.equal(findProcess(pid)?.startTime, startTime);
  const again = await bed.spawn(["sleep", "1000"]);
  assert.deepEqual(await bed.client.shutdown({ kill: true }), { ok: true, value: { running: 0 } });
  const answer = await bed.client.since(0);
  const records = answer.ok ? answer.value.records : [];
  const ends = records.map(kindAndId).toSorted(([left], [right]) => (left < right ? -1 : 1));
  assert.deepEqual(ends.slice(0, 2), [
    ["exited", again.id],
    ["lost", id],
  ]);
});

test("a journal whose last line was cut off is read without it, a damaged one is refused", async () => {
  const bed = new KeeperBed();
  const { id } = await bed.spawn(["true"]);
  const { sequence } = await bed.endOf(id);
  await bed.crash();
  const journal = path.join(bed.folder, "keeper.log");
  appendFileSync(journal, '{"kind":"forgotten","id":"wo');
  const next = await bed.spawn(["true"]);
  assert.equal(next.sequence, sequence + 1);

  const other = new KeeperBed();
  mkdirSync(other.folder);
  writeFileSync(path.join(other.folder, "keeper.log"), "nonsense\n{}\n");
  await assert.rejects(other.client.ping(), (error) => {
    assert.ok(error instanceof KeeperError);
    assert.equal(error.code, "unreachable");
    assert.match(error.message, /keeper\.log:1: damaged line/);
    return true;
  });
  writeFileSync(path.join(other.folder, "keeper.log"), "");
});

test("a client told not to start a keeper says that there is none, and one with a long path why", async () => {
  const bed = new KeeperBed();
  const client = new KeeperClient(bed.folder, { isStarted: false });
  await assert.rejects(client.ping(), { name: "KeeperError", code: "unreachable" });
  const far = new KeeperClient(bed.resolve("x".repeat(100)));
  await assert.rejects(far.ping(), /too long for a socket/);
});

test("who has seen more than a keeper made is told so; a stopped reader ends, also while it connects", async () => {
  const bed = new KeeperBed();
  await assert.rejects(bed.client.records(7).next(), { code: "sequence-ahead" });
  const stop = new AbortController();
  const next = bed.client.records(0, stop.signal).next();
  await bed.client.ping();
  stop.abort();
  assert.equal((await next).done, true);
  const early = new AbortController();
  const first = bed.client.records(0, early.signal).next();
  early.abort();
  assert.equal((await first).done, true);
});

function launchOf(id: string): JournalLine {
  const outputs = { stdout: "/dev/null", stderr: "/dev/null", rotateBytes: 1024, rotateCount: 0 };
  const rest = { stopSignal: "SIGTERM", cgroups: [], marker: `mark-of-the-${id}` } as const;
  return { kind: "spawning", launch: { id, ...outputs, ...rest } };
}

function toText(lines: readonly JournalLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

function kindAndId(record: KeeperRecord | void) {
  return [record?.kind ?? "", record?.id ?? ""] as const;
}

function sequenceOf(record: KeeperRecord | void) {
  return record?.sequence;
}
