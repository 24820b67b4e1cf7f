import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, statSync, watch, writeFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { test } from "node:test";
import { KeeperBed } from "../../../../test/support/keeper-bed.ts";
import { LineSplitter } from "./line-splitter.ts";
import type { KeeperRecord, SpawnRequest } from "./protocol.ts";

const bed = new KeeperBed();
const { client } = bed;

test("an exit is told with its code, an end by a signal with its name", async () => {
  const failing = await bed.spawn(["sh", "-c", "exit 7"]);
  const stopped = await bed.spawn(["sleep", "1000"], { stopSignal: "SIGINT" });
  assert.deepEqual(await client.signal(stopped.id), { ok: true, value: {} });
  const end = await bed.endOf(failing.id);
  const { id, pid, startTime } = failing;
  const { sequence, atMs } = end;
  assert.ok(atMs > 0);
  const status = { code: 7, signal: null, oomKilled: false };
  assert.deepEqual(end, { kind: "exited", id, pid, startTime, ...status, sequence, atMs });
  const { code, signal } = (await bed.endOf(stopped.id)) as ExitedRecord;
  assert.deepEqual({ code, signal }, { code: null, signal: "SIGINT" });
  assert.equal(codeOf(await client.signal(stopped.id)), "not-running");
});

test("no shell reads the arguments", async () => {
  const words = ["a b", '"$HOME"', "it's", "*", "", "`id`", "\\n", "ä\n"];
  const { id } = await bed.spawn(["printf", "<%s>", ...words]);
  await bed.endOf(id);
  assert.equal(bed.read(`${id}.out`), words.map((word) => `<${word}>`).join(""));
});

test("the environment is the one given and the mark of the start, the folder the one given", async () => {
  const cwd = bed.resolve("a folder");
  mkdirSync(cwd);
  const env = { PATH: "/usr/bin:/bin", GREETING: "good day" };
  const first = await bed.spawn(["env"], { env });
  const second = await bed.spawn(["/bin/pwd"], { cwd });
  await Promise.all([bed.endOf(first.id), bed.endOf(second.id)]);
  const lines = bed.read(`${first.id}.out`).trimEnd().split("\n").toSorted(compareText);
  assert.deepEqual(lines.slice(0, 1), ["GREETING=good day"]);
  assert.match(lines[1], /^NEURAXIS_KEEPER_ID=./);
  assert.deepEqual(lines.slice(2), ["PATH=/usr/bin:/bin"]);
  assert.equal(bed.read(`${second.id}.out`), `${cwd}\n`);
});

test("what cannot be started is refused with its reason, and leaves nothing", async () => {
  const plain = bed.resolve("plain");
  writeFileSync(plain, "#!/bin/sh\n", { mode: 0o644 });
  const broken = bed.resolve("broken");
  writeFileSync(broken, "#!/no/such/interpreter\n", { mode: 0o755 });
  const before = await client.list();
  const requests: [string, SpawnRequest][] = [
    ["program-not-found", bed.request(["no-such-program"])],
    ["program-not-found", bed.request(["env"], { env: {} })],
    ["program-not-executable", bed.request([plain])],
    ["program-not-executable", bed.request(["/"])],
    ["spawn-failed", bed.request([broken])],
    ["folder-not-found", bed.request(["true"], { cwd: "/no/such/folder" })],
    ["folder-not-found", bed.request(["true"], { cwd: plain })],
    ["output-not-writable", bed.request(["true"], { stdout: "/no/such/folder/out" })],
    ["output-not-writable", bed.request(["true"], { stderr: "/dev/null" })],
    ["cgroup-not-writable", bed.request(["true"], { cgroups: ["/no/such/cgroup"] })],
    ["malformed", bed.request([])],
    ["malformed", bed.request(["true"], { cwd: "relative" })],
    ["malformed", bed.request(["true", "zero\0byte"])],
    ["malformed", bed.request(["true"], { env: { "A=B": "" } })],
  ];
  for (const [code, request] of requests) {
    assert.equal(codeOf(await client.spawn(request)), code, JSON.stringify(request));
  }
  assert.deepEqual(await client.list(), before);
});

test("an id is in use until it is forgotten, which an ended workload can be", async () => {
  const { id } = await bed.spawn(["sleep", "1000"], { id: "mine" });
  assert.equal(codeOf(await client.spawn(bed.request(["true"], { id }))), "id-in-use");
  assert.equal(codeOf(await client.forget(id)), "still-running");
  await client.kill(id);
  const end = (await bed.endOf(id)) as ExitedRecord;
  assert.equal(end.signal, "SIGKILL");
  assert.equal(codeOf(await client.forget(id)), undefined);
  for (const answer of [client.forget(id), client.kill(id), client.signal(id)]) {
    assert.equal(codeOf(await answer), "unknown-id");
  }
  const again = await bed.spawn(["true"], { id });
  const news = await client.since(end.sequence);
  const kinds = news.ok ? news.value.records.map(({ kind }) => kind) : [];
  assert.deepEqual(kinds.slice(0, 2), ["forgotten", "spawned"]);
  assert.ok(again.sequence > end.sequence);
});

test("killed is all that a workload started, also what left its group", async () => {
  const { file, chunks } = bed.readPipe("whole");
  const script = `exec 3>"$0"; sleep 1000 & $(command -v setsid) env -i sleep 1000 & echo up >&3; wait`;
  const { id } = await bed.spawn(["sh", "-c", script, file]);
  assert.equal((await chunks.next()).value, "up\n");
  await client.kill(id);
  assert.equal((await chunks.next()).done, true);
});

test("what a workload leaves behind in its group ends with it", async () => {
  const { file, chunks } = bed.readPipe("rest");
  const { id } = await bed.spawn(["sh", "-c", 'exec 3>"$0"; sleep 1000 & echo up >&3', file]);
  assert.equal((await chunks.next()).value, "up\n");
  assert.equal((await chunks.next()).done, true);
  assert.equal(((await bed.endOf(id)) as ExitedRecord).code, 0);
});

test("output is whole when the end is told, and two files take it apart", async () => {
  const script = 'i=0; while [ $i -lt 500 ]; do echo $i; i=$((i+1)); done; echo "last" >&2';
  const stderr = bed.resolve("apart.err");
  const { id } = await bed.spawn(["sh", "-c", script], { stderr });
  await bed.endOf(id);
  assert.equal(bed.read(`${id}.out`).trimEnd().split("\n").length, 500);
  assert.equal(bed.read("apart.err"), "last\n");
  assert.equal(statSync(stderr).mode & 0o777, 0o600);
});

test("an output file that is too long is rotated while its process runs on", async () => {
  mkdirSync(bed.resolve("long"));
  const stdout = bed.resolve("long/out");
  const rotated = new Promise<void>((resolve) => {
    const watcher = watch(bed.resolve("long"), (_, name) => {
      if (name !== "out.1") return;
      watcher.close();
      resolve();
    });
  });
  const limits = { rotateBytes: 1024, rotateCount: 1 };
  const { id } = await bed.spawn(["sh", "-c", "printf %02000d 0; exec sleep 1000"], {
    stdout,
    ...limits,
  });
  await rotated;
  assert.equal(bed.read("long/out.1"), "0".repeat(2000));
  await client.kill(id);
});

test("two hundred starts at once are each told once, and leave no zombie", async () => {
  const before = await client.ping();
  assert.ok(before.ok);
  const started = await Promise.all(Array.from({ length: 200 }, () => bed.spawn(["true"])));
  const open = new Map(started.map(({ id }) => [id, ["spawned", "exited"]]));
  let sequence = before.value.sequence;
  for await (const record of client.records(sequence)) {
    sequence += 1;
    assert.equal(record.sequence, sequence);
    const expected = open.get(record.id);
    if (expected === undefined) continue;
    assert.equal(record.kind, expected.shift());
    if (expected.length === 0) open.delete(record.id);
    if (open.size === 0) break;
  }
  const words = ["-e", "-o", "stat=", "-o", "ppid="];
  const processes = execFileSync("ps", words, { encoding: "utf8" }).split("\n");
  const zombies = processes
    .map((line) => line.trim().split(/\s+/))
    .filter(([state, parent]) => {
      return state.startsWith("Z") && Number(parent) === before.value.pid;
    });
  assert.deepEqual(zombies, []);
});

test("a line that is no request is refused and changes nothing", async () => {
  const before = await client.list();
  const lines = [
    "hello",
    "[]",
    '{"command": "ping"}',
    '{"request": 1, "command": "fly"}',
    '{"request": 2, "command": "toString"}',
    '{"request": 3, "command": "kill"}',
    '{"request": 4, "command": "kill", "id": "a", "all": true}',
    '{"request": 5, "command": "signal", "id": "a", "signal": "SIGNONSENSE"}',
    '{"request": 6, "command": "watch", "sequence": -1}',
    '{"request": 7, "command": "watch", "sequence": 1000000}',
  ];
  const socket = await connectRaw();
  socket.write(`${lines.join("\n")}\n{"request": 8, "command": "ping"}\n`);
  const [greeting, ...answers] = await readLines(socket, lines.length + 2);
  assert.deepEqual(Object.keys(greeting ?? {}), ["protocol", "pid"]);
  const codes = answers.map(({ request, ok, reason }) => [request, ok || reason?.code]);
  assert.deepEqual(codes, [
    ...[null, null, null].map((number) => [number, "malformed"]),
    ...[1, 2, 3, 4, 5, 6].map((number) => [number, "malformed"]),
    [7, "sequence-ahead"],
    [8, true],
  ]);
  assert.deepEqual(await client.list(), before);
  socket.destroy();
});

test("a line without an end is refused at 1 MiB, and its client sent away", async () => {
  const socket = await connectRaw();
  socket.write("x".repeat(2 ** 20 + 1));
  const [, answer] = await readLines(socket, 2);
  assert.equal(answer?.reason?.code, "malformed");
  await once(socket.resume(), "close");
});

test("the thirty-third client is told why it is sent away", async () => {
  const sockets = await Promise.all(Array.from({ length: 32 }, connectRaw));
  // The first of them may be served before the connection of the tests before it is closed.
  const [answer] = await readLines(await connectRaw(), 1);
  assert.equal(answer?.reason?.code, "too-many-clients");
  for (const socket of sockets) socket.destroy();
});

test("the folder is its user's alone", () => {
  assert.equal(statSync(bed.folder).mode & 0o777, 0o700);
  for (const name of readdirSync(bed.folder)) {
    assert.equal(statSync(path.join(bed.folder, name)).mode & 0o777, 0o600, name);
  }
  const journal = readFileSync(path.join(bed.folder, "keeper.log"), "utf8");
  assert.doesNotMatch(journal, /GREETING|good day/);
});

type ExitedRecord = Extract<KeeperRecord, { kind: "exited" }>;

interface RawAnswer {
  readonly request?: number | null;
  readonly ok?: boolean;
  readonly reason?: { readonly code: string };
}

function codeOf(result: { ok: true } | { ok: false; reason: { code: string } }) {
  return result.ok ? undefined : result.reason.code;
}

async function connectRaw() {
  const socket = connect(path.join(bed.folder, "keeper.sock"));
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

async function readLines(
  socket: Awaited<ReturnType<typeof connectRaw>>,
  count: number,
): Promise<RawAnswer[]> {
  const splitter = new LineSplitter(2 ** 20);
  const answers: RawAnswer[] = [];
  while (answers.length < count) {
    const [chunk] = (await once(socket, "data")) as [Buffer];
    for (const line of splitter.push(chunk) ?? []) answers.push(JSON.parse(line) as RawAnswer);
  }
  return answers;
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
