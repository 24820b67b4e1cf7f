import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, test } from "node:test";
import { TempFolder } from "../../../../test/support/temp-folder.ts";
import { LineSplitter } from "../keeper/line-splitter.ts";
import { ControlSocket } from "./control-socket.ts";
import { DoorClient } from "./door-client.ts";
import { DOOR_PROTOCOL, parseTable } from "./protocol.ts";
import type { DoorMessage, DoorObservation, DoorTable, ServiceObservation } from "./protocol.ts";

const TABLE: DoorTable = {
  services: [{ name: "chat", concurrency: 2, replicas: [{ id: "chat/1", port: 9, isOpen: true }] }],
};

/** A door that serves nobody, as an engine sees it. */
class HollowDoor {
  readonly folder = new TempFolder().path;
  readonly tables: DoorTable[] = [];
  readonly control = new ControlSocket({
    set: (table) => this.tables.push(table),
    observe: () => this.services,
  });
  services: ServiceObservation[] = [];

  constructor() {
    after(() => this.control.close());
  }

  async listen(incarnation: string, protocol = DOOR_PROTOCOL): Promise<void> {
    await this.control.listen(`${this.folder}/door.sock`, { protocol, incarnation, port: 80 });
  }

  arrive(arrived: number): void {
    const counts = { arrived, begun: 0, ended: 0, refused: 0 };
    this.services = [{ name: "chat", ...counts, replicas: [] }];
    this.control.changed();
  }
}

async function seeUntil(
  observations: AsyncGenerator<DoorObservation, void, undefined>,
  isSo: (seen: DoorObservation) => boolean,
): Promise<DoorObservation> {
  for (;;) {
    const { value } = await observations.next();
    if (value !== undefined && isSo(value)) return value;
  }
}

test("a table comes as it was set, before the door is there too; what it sees bears its number", async () => {
  const door = new HollowDoor();
  const client = new DoorClient(door.folder);
  assert.equal(client.setTable({ services: [] }), 1);
  assert.equal(client.setTable(TABLE), 2);
  await door.listen("first");
  const observations = client.observations();
  const seen = await seeUntil(observations, ({ revision }) => revision === 2);
  assert.deepEqual(seen, { incarnation: "first", revision: 2, services: [] });
  assert.deepEqual(door.tables, [TABLE]);
  assert.equal(client.greeting?.port, 80);
  door.arrive(3);
  const { services } = await seeUntil(observations, (later) => later.services.length > 0);
  assert.equal(services[0].arrived, 3);
  client.close();
  assert.deepEqual(await observations.next(), { value: undefined, done: true });
});

test("the newest engine steers the door, and the one before is told", async () => {
  const door = new HollowDoor();
  await door.listen("only");
  const older = new DoorClient(door.folder);
  const observations = older.observations();
  await observations.next();
  const newer = new DoorClient(door.folder);
  newer.setTable(TABLE);
  await seeUntil(newer.observations(), ({ revision }) => revision === 1);
  await assert.rejects(
    seeUntil(observations, () => false),
    { name: "DoorError", code: "superseded" },
  );
  older.setTable({ services: [] });
  assert.deepEqual(door.tables, [TABLE]);
  newer.close();
});

test("a line that is no table ends its connection and changes nothing", async () => {
  const door = new HollowDoor();
  await door.listen("only");
  for (const line of ["{", "[]", '{"services":[]}', '{"revision":1,"services":[{}]}']) {
    const socket = connect(`${door.folder}/door.sock`);
    const splitter = new LineSplitter(10_000);
    const messages: DoorMessage[] = [];
    socket.on("data", (chunk: Buffer) => {
      for (const text of splitter.push(chunk) ?? []) messages.push(JSON.parse(text) as DoorMessage);
    });
    socket.write(`${line}\n`);
    await once(socket, "end");
    socket.destroy();
    const last = messages.at(-1);
    assert.equal(last !== undefined && "refusal" in last && last.refusal.code, "malformed", line);
  }
  assert.deepEqual(door.tables, []);
});

test("a door of another protocol is not steered", async () => {
  const door = new HollowDoor();
  await door.listen("foreign", DOOR_PROTOCOL + 1);
  const client = new DoorClient(door.folder);
  await assert.rejects(client.observations().next(), { name: "DoorError", code: "foreign" });
  client.close();
});

test("a table that cannot be is refused with the part that is wrong", () => {
  const [service] = TABLE.services;
  const [replica] = service.replicas;
  const withReplica = (changes: object) => [{ ...service, replicas: [{ ...replica, ...changes }] }];
  for (const [services, reason] of [
    [undefined, /services must be a list/],
    [[null], /services\[0\]: must be an object/],
    [[service, service], /two services of one name/],
    [[{ ...service, name: "" }], /name must be/],
    [[{ ...service, concurrency: 0 }], /concurrency must be/],
    [[{ ...service, replicas: {} }], /replicas must be/],
    [[{ ...service, replicas: [replica, replica] }], /two replicas of one id/],
    [withReplica({ id: undefined }), /must have an id/],
    [withReplica({ port: 65_536 }), /chat\/1: port must be/],
    [withReplica({ isOpen: 1 }), /chat\/1: isOpen must be/],
  ] as const) {
    const parsed = parseTable({ services });
    assert.match(parsed.ok ? "" : parsed.reason, reason);
  }
  assert.deepEqual(parseTable(TABLE), { ok: true, value: TABLE });
});

test("a folder whose path no socket can have is refused", () => {
  assert.throws(() => new DoorClient(`/${"x".repeat(110)}`), { code: "path-too-long" });
});
