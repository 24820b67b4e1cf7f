import { chmodSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { fail, succeed, type Result } from "../../../model/result.ts";
import { unreachable } from "../../../model/unreachable.ts";
import { LineSplitter } from "./line-splitter.ts";
import type { ProcessKeeper } from "./process-keeper.ts";
import { parseRequest, PROTOCOL_VERSION, REQUEST_BYTES_MAX } from "./protocol.ts";
import type { Answer, Greeting, KeeperRefusal, ProcessIdentity, Request } from "./protocol.ts";

/** Clients served at a time; the next one is told so and sent away. */
const CLIENTS_MAX = 32;
/** Requests of one client that are worked on; no more is read from it meanwhile. */
const REQUESTS_AT_ONCE_MAX = 256;

/** What a server speaks for. */
export interface ServedKeeper {
  readonly keeper: ProcessKeeper;
  readonly identity: ProcessIdentity;
  /** Ends all, and tells how many workloads run on. */
  readonly shutDown: (kill: boolean) => Promise<number>;
}

/** Speaks the protocol with clients on a Unix socket. */
export class KeeperServer {
  readonly #served: ServedKeeper;
  readonly #server: Server;
  readonly #clients = new Set<ClientConnection>();

  constructor(served: ServedKeeper) {
    this.#served = served;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** Makes the socket, in the place of one that an earlier keeper left. Its mode is 0600. */
  async listen(file: string): Promise<void> {
    rmSync(file, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(file, resolve);
    });
    chmodSync(file, 0o600);
  }

  get clientCount(): number {
    return this.#clients.size;
  }

  /** Sends new records to those who watch. */
  tellRecords(): void {
    for (const client of this.#clients) client.tellRecords();
  }

  /** Lets nobody in any more, and resolves when all that was answered is sent or 1 s is over. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      for (const client of this.#clients) client.end();
      setTimeout(resolve, 1000);
    });
  }

  #welcome(socket: Socket): void {
    if (this.#clients.size >= CLIENTS_MAX) {
      const reason = { code: "too-many-clients", message: `${CLIENTS_MAX} are connected` } as const;
      socket.on("error", () => {}).end(toLine({ request: null, ...fail(reason) }));
      return;
    }
    const client = new ClientConnection(socket, this.#served);
    this.#clients.add(client);
    socket.once("close", () => this.#clients.delete(client));
    socket.write(toLine({ protocol: PROTOCOL_VERSION, pid: process.pid } satisfies Greeting));
  }
}

/**
 * One client. Nothing is read from it while it does not take its answers, and it is sent no record
 * while it does not take those before, so a slow one costs no memory.
 */
class ClientConnection {
  readonly #socket: Socket;
  readonly #served: ServedKeeper;
  readonly #splitter = new LineSplitter(REQUEST_BYTES_MAX);
  #requests = 0;
  /** Sequence of the last record sent; undefined if the client does not watch. */
  #toldSequence: number | undefined;

  constructor(socket: Socket, served: ServedKeeper) {
    this.#socket = socket;
    this.#served = served;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    socket.on("drain", () => {
      this.tellRecords();
      this.#resumeIfIdle();
    });
    socket.on("error", () => socket.destroy());
  }

  tellRecords(): void {
    if (this.#toldSequence === undefined) return;
    const news = this.#served.keeper.since(this.#toldSequence);
    if (!news.ok) return;
    for (const record of news.value.records) {
      if (this.#socket.writableNeedDrain || !this.#socket.writable) return;
      this.#socket.write(toLine({ record }));
      this.#toldSequence = record.sequence;
    }
  }

  end(): void {
    this.#socket.end();
  }

  #read(chunk: Buffer): void {
    const lines = this.#splitter.push(chunk);
    for (const line of lines ?? []) this.#handle(line);
    if (lines === undefined) {
      const message = `a request has at most ${REQUEST_BYTES_MAX} bytes`;
      this.#answer({ request: null, ...fail({ code: "malformed", message }) });
      this.#socket.removeAllListeners("data").resume().end();
    }
  }

  #handle(line: string): void {
    const parsed = parseRequest(line);
    if (!parsed.ok) {
      const { number, message } = parsed.reason;
      this.#answer({ request: number, ...fail({ code: "malformed", message }) });
      return;
    }
    const { number, request } = parsed.value;
    this.#requests += 1;
    if (this.#requests >= REQUESTS_AT_ONCE_MAX) this.#socket.pause();
    void this.#respond(number, request);
  }

  async #respond(number: number, request: Request): Promise<void> {
    const result = await this.#carryOut(request);
    this.#requests -= 1;
    this.#answer({ request: number, ...result });
    if (request.command === "watch" && result.ok) {
      this.#toldSequence = request.sequence;
      this.tellRecords();
    }
    this.#resumeIfIdle();
  }

  async #carryOut(request: Request): Promise<Result<object, KeeperRefusal>> {
    const { keeper, identity, shutDown } = this.#served;
    switch (request.command) {
      case "spawn":
        return keeper.spawn(request);
      case "signal":
        return keeper.signal(request.id, request.signal);
      case "kill":
        return keeper.kill(request.id);
      case "list":
        return succeed(keeper.list());
      case "forget":
        return keeper.forget(request.id);
      case "since":
        return keeper.since(request.sequence);
      case "watch": {
        const records = keeper.since(request.sequence);
        return records.ok ? succeed({}) : records;
      }
      case "ping":
        return succeed({ sequence: keeper.sequence, ...identity });
      case "shutdown":
        return succeed({ running: await shutDown(request.kill) });
      default:
        return unreachable(request);
    }
  }

  #answer(answer: Answer): void {
    if (this.#socket.writable && !this.#socket.write(toLine(answer))) this.#socket.pause();
  }

  #resumeIfIdle(): void {
    const isBusy = this.#socket.writableNeedDrain || this.#requests >= REQUESTS_AT_ONCE_MAX;
    if (!isBusy && this.#socket.isPaused()) this.#socket.resume();
  }
}

function toLine(message: object): string {
  return `${JSON.stringify(message)}\n`;
}
