import { connect } from "node:net";
import { after } from "node:test";
import { type Client, createClient } from "../../src/client/client.ts";
import type { LogFiles, LogOwner, ProcessLog } from "../../src/control/log-files.ts";
import { ApiServer, type ApiServerOptions } from "../../src/control/server/api-server.ts";
import { MemoryPlane } from "./memory-plane.ts";

const TOKEN = "a-token-of-this-test";

interface Asked {
  readonly method?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An API over a plane in memory, on a free port of loopback; it is closed after the tests. */
export class ApiBed {
  readonly plane = new MemoryPlane();
  /** Output by `kind/name/number`. */
  readonly logs = new Map<string, ProcessLog>();
  /** What was reported as a bug. */
  readonly bugs: unknown[] = [];
  /** What was ordered at the end. */
  readonly endings: string[] = [];
  readonly token = TOKEN;
  readonly #options: Partial<ApiServerOptions>;
  #server: ApiServer;
  #port = 0;

  private constructor(options: Partial<ApiServerOptions>) {
    this.#options = options;
    this.#server = this.#makeServer();
  }

  static async start(options: Partial<ApiServerOptions> = {}): Promise<ApiBed> {
    const bed = new ApiBed(options);
    await bed.#listen();
    after(() => bed.close());
    return bed;
  }

  /** After `close`: another server at the same address, over the same plane. */
  async restart(): Promise<void> {
    this.#server = this.#makeServer();
    await this.#listen();
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  client(token = TOKEN): Client {
    return createClient({ url: this.url, token });
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  async #listen(): Promise<void> {
    const { port } = await this.#server.listen(this.#port, "127.0.0.1");
    this.#port = port;
  }

  #makeServer(): ApiServer {
    const logs: LogFiles = { find: (owner) => this.logs.get(keyOf(owner)) };
    return new ApiServer({
      usage: () => ({ at: "2026-01-01T00:00:00.000Z", nodes: [], processes: [] }),
      plane: this.plane,
      logs,
      version: "1.2.3",
      shutDown: (workloads) => this.endings.push(workloads),
      token: TOKEN,
      report: (_request, error) => this.bugs.push(error),
      ...this.#options,
    });
  }

  /** A request with the token, unless its headers say otherwise. */
  fetch(path: string, { method = "GET", body, headers = {} }: Asked = {}): Promise<Response> {
    return fetch(new URL(path, this.url), {
      method,
      headers: { Authorization: `Bearer ${TOKEN}`, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  /**
   * What comes back for these bytes until the server closes, or something has come. `half`: the
   * client closes its side at once.
   */
  async sendRaw(
    bytes: string | Uint8Array,
    { half = false, until }: { readonly half?: boolean; readonly until?: RegExp } = {},
  ): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<string>();
    const socket = connect(this.#port, "127.0.0.1");
    let text = "";
    socket.on("error", () => {}).once("close", () => resolve(text));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (until?.test(text) === true) socket.destroy();
    });
    if (half) socket.end(bytes);
    else socket.write(bytes);
    return promise;
  }

  /** Asks for a path with the token, and reads nothing of the answer. */
  sendDeaf(path: string): void {
    const socket = connect(this.#port, "127.0.0.1").on("error", () => {});
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`,
    );
    after(() => socket.destroy());
  }
}

function keyOf({ kind, name, member, replica }: LogOwner): string {
  return `${kind}/${name}/${member ?? replica ?? "youngest"}`;
}
