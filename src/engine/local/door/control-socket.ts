import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { LineSplitter } from "../keeper/line-splitter.ts";
import { DOOR_LINE_BYTES_MAX, parseTableMessage } from "./protocol.ts";
import type { DoorGreeting, DoorMessage, DoorRefusal, DoorTable } from "./protocol.ts";
import type { ServiceObservation } from "./protocol.ts";

/** Least time between two observations. */
const OBSERVE_EVERY_MS = 20;

/** What an engine steers by the socket. */
export interface SteeredDoor {
  set(table: DoorTable): void;
  observe(): ServiceObservation[];
}

/** Takes tables from the engine and tells it what the door has seen. Of several the newest counts. */
export class ControlSocket {
  readonly #door: SteeredDoor;
  readonly #server: Server;
  #engine: EngineConnection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #toldAtMs = 0;
  /** Nothing until it listens. */
  #greeting: DoorGreeting | undefined;

  constructor(door: SteeredDoor) {
    this.#door = door;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** Makes the socket, in the place of one that an earlier door left. Its mode is 0600. */
  async listen(file: string, greeting: DoorGreeting): Promise<void> {
    this.#greeting = greeting;
    rmSync(file, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(file, resolve);
    });
    chmodSync(file, 0o600);
  }

  /** Ends the connection, and removes the socket. */
  close(): void {
    clearTimeout(this.#timer);
    this.#engine?.end();
    this.#server.close();
  }

  /** Something is to be told; it is within OBSERVE_EVERY_MS. */
  changed(): void {
    if (this.#timer !== undefined || this.#engine === undefined) return;
    const dueMs = this.#toldAtMs + OBSERVE_EVERY_MS - performance.now();
    this.#timer = setTimeout(() => this.#tell(), Math.max(0, dueMs));
  }

  #tell(): void {
    this.#timer = undefined;
    this.#toldAtMs = performance.now();
    const { incarnation = "" } = this.#greeting ?? {};
    this.#engine?.observe(incarnation, this.#door.observe());
  }

  #welcome(socket: Socket): void {
    this.#engine?.refuse({ code: "superseded", message: "a newer connection steers the door" });
    const engine = new EngineConnection(socket, {
      onTable: (table) => {
        this.#door.set(table);
        this.changed();
      },
      onDrain: () => this.changed(),
    });
    this.#engine = engine;
    socket.once("close", () => {
      if (this.#engine === engine) this.#engine = undefined;
    });
    if (this.#greeting !== undefined) engine.greet(this.#greeting);
    this.changed();
  }
}

/** One connection of an engine. One that does not read is sent nothing more until it does. */
class EngineConnection {
  readonly #socket: Socket;
  readonly #splitter = new LineSplitter(DOOR_LINE_BYTES_MAX);
  readonly #onTable: (table: DoorTable) => void;
  #revision = 0;

  constructor(
    socket: Socket,
    steer: { readonly onTable: (table: DoorTable) => void; readonly onDrain: () => void },
  ) {
    this.#socket = socket;
    this.#onTable = steer.onTable;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", steer.onDrain);
    socket.on("error", () => socket.destroy());
  }

  greet(greeting: DoorGreeting): void {
    this.#send({ greeting });
  }

  observe(incarnation: string, services: readonly ServiceObservation[]): void {
    if (this.#socket.writableNeedDrain || !this.#socket.writable) return;
    this.#send({ observation: { incarnation, revision: this.#revision, services } });
  }

  refuse(refusal: DoorRefusal): void {
    this.#send({ refusal });
    this.end();
  }

  end(): void {
    this.#socket.removeAllListeners("data").resume().end();
  }

  #read(chunk: Buffer): void {
    const lines = this.#splitter.push(chunk);
    // Each says all, so that only the last matters.
    const line = lines?.at(-1);
    if (lines === undefined) {
      const message = `a line has at most ${DOOR_LINE_BYTES_MAX} bytes`;
      this.refuse({ code: "malformed", message });
    } else if (line !== undefined) this.#take(line);
  }

  #take(line: string): void {
    const table = parseTableMessage(line);
    if (!table.ok) {
      this.refuse({ code: "malformed", message: table.reason });
      return;
    }
    this.#revision = table.value.revision;
    this.#onTable({ services: table.value.services });
  }

  #send(message: DoorMessage): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(message)}\n`);
  }
}
