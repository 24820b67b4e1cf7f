import { connect, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LineSplitter } from "../keeper/line-splitter.ts";
import { parseObject } from "../keeper/protocol.ts";
import { DOOR_LINE_BYTES_MAX, DOOR_PROTOCOL, DOOR_SOCKET, parseTable } from "./protocol.ts";
import type { DoorGreeting, DoorMessage, DoorObservation, DoorTable } from "./protocol.ts";

/** Between two attempts to connect. */
const RECONNECT_MS = 20;

/** Longest path of a socket in bytes: macOS has 104 with a zero at the end, Linux 108. */
const SOCKET_PATH_BYTES_MAX = 103;

/** V8's limits of a door, which is to be small: what it may hold stands in limits.ts. */
const DOOR_FLAGS = ["--max-semi-space-size=4", "--max-old-space-size=512"];

/** Why a door cannot be steered any more from here. */
export class DoorError extends Error {
  /** superseded: a newer connection steers it; foreign: it speaks another protocol. */
  readonly code: "superseded" | "malformed" | "foreign" | "path-too-long";

  constructor(code: DoorError["code"], message: string) {
    super(message);
    this.name = "DoorError";
    this.code = code;
  }
}

/**
 * Program and arguments that start a door.
 * @param port 0 for one of the system's choice, which `DoorClient.greeting` tells.
 */
export function doorCommand(
  folder: string,
  { port, host }: { readonly port: number; readonly host: string },
): readonly string[] {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const entry = fileURLToPath(new URL(`./door.${ending}`, import.meta.url));
  return [process.execPath, ...DOOR_FLAGS, entry, folder, "--port", `${port}`, "--host", host];
}

/**
 * Steers the door of a folder and hears what it sees. It connects by itself, again and again: to a
 * door that comes late, and to the next one when one was lost. Each is given the last table at once.
 */
export class DoorClient {
  readonly #file: string;
  readonly #closing = new AbortController();
  #socket: Socket | undefined;
  /** Whether the door at the other end has said that it can be steered. */
  #isGreeted = false;
  #table: DoorTable | undefined;
  #revision = 0;
  #latest: DoorObservation | undefined;
  #greeting: DoorGreeting | undefined;
  #error: DoorError | undefined;
  /** Resolved, and replaced, when there is something new. */
  #news = Promise.withResolvers<void>();

  /**
   * @param folder absolute path of the door's folder.
   * @throws DoorError "path-too-long" if no socket can be in it.
   */
  constructor(folder: string) {
    this.#file = path.join(folder, DOOR_SOCKET);
    if (Buffer.byteLength(this.#file) > SOCKET_PATH_BYTES_MAX) {
      const cure = `name a folder so that it has at most ${SOCKET_PATH_BYTES_MAX} bytes`;
      throw new DoorError("path-too-long", `${this.#file} is too long for a socket: ${cure}`);
    }
    void this.#stayConnected();
  }

  /** Of the door that was last connected to. */
  get greeting(): DoorGreeting | undefined {
    return this.#greeting;
  }

  /**
   * Replaces the door's table, now or as soon as it is connected to.
   * @returns its revision: observations that bear it were made with this table in force.
   * @throws RangeError, naming the part, for a table that the door would refuse.
   */
  setTable(table: DoorTable): number {
    const parsed = parseTable(table);
    if (!parsed.ok) throw new RangeError(parsed.reason);
    this.#table = table;
    this.#revision += 1;
    this.#sendTable();
    return this.#revision;
  }

  /**
   * What the door has seen until now, whenever that changes: the newest alone if the reader is slow.
   * It ends by `break` and by `close`.
   * @throws DoorError when the door cannot be steered from here any more.
   */
  async *observations(): AsyncGenerator<DoorObservation, void, undefined> {
    let seen: DoorObservation | undefined;
    while (!this.#closing.signal.aborted) {
      if (this.#error !== undefined) throw this.#error;
      if (this.#latest === undefined || this.#latest === seen) {
        await this.#news.promise;
        continue;
      }
      seen = this.#latest;
      yield seen;
    }
  }

  /** Ends the connection and the iterators. The door goes on. */
  close(): void {
    this.#closing.abort();
    this.#socket?.destroy();
    this.#tellNews();
  }

  async #stayConnected(): Promise<void> {
    while (!this.#closing.signal.aborted && this.#error === undefined) {
      await this.#followConnection();
      // Closing is all that it can reject with, and the loop looks at that.
      await pause(RECONNECT_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
    }
  }

  /** Resolves when the connection has ended, or could not be made. */
  #followConnection(): Promise<void> {
    const splitter = new LineSplitter(DOOR_LINE_BYTES_MAX);
    const socket = connect(this.#file);
    this.#socket = socket;
    this.#isGreeted = false;
    socket.on("data", (chunk: Buffer) => {
      for (const message of splitter.push(chunk)?.map(parseObject) ?? [undefined]) {
        if (message === undefined) socket.destroy();
        else this.#take(message as unknown as DoorMessage);
      }
    });
    socket.on("error", () => socket.destroy());
    return new Promise((resolve) => {
      socket.once("close", () => resolve());
    });
  }

  #take(message: DoorMessage): void {
    if ("observation" in message) this.#latest = message.observation;
    else if ("refusal" in message) {
      this.#error = new DoorError(message.refusal.code, message.refusal.message);
    } else this.#greet(message.greeting);
    this.#tellNews();
  }

  #greet(greeting: DoorGreeting): void {
    this.#greeting = greeting;
    this.#isGreeted = greeting.protocol === DOOR_PROTOCOL;
    if (this.#isGreeted) this.#sendTable();
    else {
      const versions = `speaks protocol ${greeting.protocol}, not ${DOOR_PROTOCOL}`;
      this.#error = new DoorError("foreign", `the door ${versions}: end it, and start it anew`);
      this.#socket?.destroy();
    }
  }

  #sendTable(): void {
    const { services } = this.#table ?? {};
    if (services === undefined || !this.#isGreeted || this.#socket?.writable !== true) return;
    this.#socket.write(`${JSON.stringify({ revision: this.#revision, services })}\n`);
  }

  #tellNews(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }
}
