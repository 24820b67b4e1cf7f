/** The door as a process: what is served while it, its engine or a replica is killed. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer, request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { after, test } from "node:test";
import { DoorClient, doorCommand } from "../src/engine/local/door/door-client.ts";
import type { DoorObservation, DoorReplica, DoorTable } from "../src/engine/local/door/protocol.ts";
import { readAll } from "./support/door-bed.ts";
import { TempFolder } from "./support/temp-folder.ts";

/** Answers /stream with a line, and a line for each request to /more; all else with its pid. */
const REPLICA = `
  const streams = [];
  require("node:http").createServer((request, response) => {
    if (request.url === "/hang") return;
    if (request.url === "/stream") return streams.push(response), response.write("begun");
    if (request.url === "/more") streams.forEach((stream) => stream.write("more"));
    if (request.url === "/finish") streams.forEach((stream) => stream.end("end"));
    response.end(String(process.pid));
  }).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
`;

/** Steers the door once, says where it serves, and lives on. */
const ENGINE = `
  const { DoorClient } = await import(process.argv[1]);
  const client = new DoorClient(process.argv[2]);
  const revision = client.setTable(JSON.parse(process.argv[3]));
  for await (const seen of client.observations()) {
    if (seen.revision === revision) console.log(client.greeting.port);
  }
`;

const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill("SIGKILL");
});

/** A process, and the first that it writes. */
async function start(args: readonly string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { child, said: said.toString().trim() };
}

async function startReplica(number: number) {
  const { child, said } = await start(["-e", REPLICA]);
  const replica: DoorReplica = { id: `chat/${number}`, port: Number(said), isOpen: true };
  return { child, replica };
}

function startDoor(folder: string, port: number): ChildProcess {
  const [program, ...args] = doorCommand(folder, { port, host: "127.0.0.1" });
  const door = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"] });
  children.add(door);
  return door;
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

function tableOf(...replicas: readonly DoorReplica[]): DoorTable {
  return { services: [{ name: "chat", concurrency: 8, replicas }] };
}

async function see(
  client: DoorClient,
  isSo: (seen: DoorObservation) => boolean,
): Promise<DoorObservation> {
  for await (const seen of client.observations()) if (isSo(seen)) return seen;
  throw new Error("the client was closed");
}

/** Sets the table and waits until the door goes by it; the port is where it serves. */
async function steer(client: DoorClient, table: DoorTable): Promise<number> {
  const revision = client.setTable(table);
  await see(client, (seen) => seen.revision === revision);
  return client.greeting?.port ?? 0;
}

async function ask(port: number, path: string): Promise<IncomingMessage> {
  const asked = request({ host: "127.0.0.1", port, path: `/services/chat${path}`, agent: false });
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

async function askText(port: number, path: string): Promise<string> {
  return readAll(await ask(port, path));
}

test("a killed engine is not missed: streams go on, and new requests are served", async () => {
  const folder = new TempFolder().path;
  const door = startDoor(folder, 0);
  const { child, replica } = await startReplica(1);
  const clientFile = path.join(import.meta.dirname, "../src/engine/local/door/door-client.ts");
  const table = JSON.stringify(tableOf(replica));
  const engine = await start(["--input-type=module", "-e", ENGINE, clientFile, folder, table]);
  const port = Number(engine.said);
  const text = readAll(await ask(port, "/stream"));
  await kill(engine.child);
  assert.equal(await askText(port, "/more"), `${child.pid}`);
  assert.equal(await askText(port, "/finish"), `${child.pid}`);
  assert.equal(await text, "begunmoreend");
  const next = new DoorClient(folder);
  const { services } = await see(next, (seen) => seen.services[0]?.ended === 3);
  assert.equal(services[0].begun, 3);
  next.close();
  await kill(door);
});

test("a door that was killed serves its last table at once when it is started again", async () => {
  const folder = new TempFolder().path;
  const { child, replica } = await startReplica(1);
  const client = new DoorClient(folder);
  const first = startDoor(folder, 0);
  const port = await steer(client, tableOf(replica));
  const { incarnation } = await see(client, () => true);
  assert.equal(await askText(port, "/"), `${child.pid}`);
  await kill(first);
  const second = startDoor(folder, port);
  const later = await see(client, (seen) => seen.incarnation !== incarnation);
  assert.equal(later.services[0].arrived, 0);
  await see(client, (seen) => seen.incarnation !== incarnation && seen.revision === 1);
  client.close();
  await kill(second);
  const third = startDoor(folder, port);
  const watcher = new DoorClient(folder);
  const seen = await see(watcher, () => true);
  assert.deepEqual([seen.revision, seen.services[0].replicas.length], [0, 1]);
  assert.equal(await askText(port, "/"), `${child.pid}`);
  watcher.close();
  await kill(third);
});

test("a killed replica ends the answers that it had begun, and nothing else is seen of it", async () => {
  const folder = new TempFolder().path;
  const [doomed, other] = await Promise.all([startReplica(1), startReplica(2)]);
  const door = startDoor(folder, 0);
  const client = new DoorClient(folder);
  const port = await steer(client, tableOf(doomed.replica));
  const stream = await ask(port, "/stream");
  await once(stream, "data");
  const hanging = Array.from({ length: 5 }, () => ask(port, "/hang"));
  await see(client, ({ services }) => services[0]?.replicas[0].inside === 6);
  await steer(client, tableOf(doomed.replica, { ...other.replica, isOpen: false }));
  await kill(doomed.child);
  await assert.rejects(readAll(stream), { code: "ECONNRESET" });
  const waiting = ask(port, "/");
  await see(client, ({ services }) => services[0].arrived === 7);
  await steer(client, tableOf(other.replica));
  assert.equal(await readAll(await waiting), `${other.child.pid}`);
  const { services } = await see(client, (seen) => seen.services[0].ended === 2);
  const { arrived, begun, replicas } = services[0];
  assert.deepEqual([arrived, begun, replicas[0]], [7, 7, { id: "chat/2", inside: 5 }]);
  for (const answer of hanging) answer.catch(() => {});
  client.close();
  await kill(door);
});

test("SIGTERM lets the begun requests finish", async () => {
  const folder = new TempFolder().path;
  const { replica } = await startReplica(1);
  const door = startDoor(folder, 0);
  const client = new DoorClient(folder);
  const port = await steer(client, tableOf(replica));
  const text = readAll(await ask(port, "/stream"));
  const exit = once(door, "exit");
  door.kill("SIGTERM");
  await fetch(`http://127.0.0.1:${replica.port}/finish`);
  assert.equal(await text, "begunend");
  assert.deepEqual(await exit, [0, null]);
  client.close();
});

test("a door that cannot serve says why, and leaves another's socket alone", async () => {
  const [program, ...args] = doorCommand("/nowhere", { port: 0, host: "127.0.0.1" });
  const unreadable = spawn(program, [...args, "--port", "none"], { stdio: "ignore" });
  assert.deepEqual(await once(unreadable, "exit"), [2, null]);
  const folder = new TempFolder().path;
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const late = startDoor(folder, (server.address() as AddressInfo).port);
  const [complaint] = (await once(late.stderr ?? late, "data")) as [Buffer];
  assert.match(complaint.toString(), /EADDRINUSE/);
  assert.deepEqual(await once(late, "exit"), [1, null]);
  server.close();
});
