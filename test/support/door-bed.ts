import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import type { ClientRequest, IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createRawServer, type AddressInfo, type Socket } from "node:net";
import { after } from "node:test";
import { DoorServer } from "../../src/engine/local/door/door-server.ts";
import { DOOR_LIMITS, type DoorLimits } from "../../src/engine/local/door/limits.ts";
import type { DoorReplica, ServiceObservation } from "../../src/engine/local/door/protocol.ts";

/** An answer that was read to its end. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What the door may be called. */
const HOSTS = ["127.0.0.1", "models.test"];

/** A door in this process, and replicas; all of it ends with the file's tests. */
export class DoorBed {
  readonly door: DoorServer;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #ends: (() => void)[] = [];
  #changed = Promise.withResolvers<void>();
  #replicas = 0;
  port = 0;

  constructor(limits: Partial<DoorLimits> = {}) {
    this.door = new DoorServer({ ...DOOR_LIMITS, ...limits }, HOSTS, () => {
      this.#changed.resolve();
      this.#changed = Promise.withResolvers();
    });
    after(() => {
      this.#agent.destroy();
      this.door.close();
      for (const end of this.#ends) end();
    });
  }

  /** With one service, "chat". */
  async open(replicas: readonly DoorReplica[], concurrency = 1): Promise<void> {
    if (this.port === 0) this.port = await this.door.listen(0, "127.0.0.1");
    this.door.set({ services: [{ name: "chat", concurrency, replicas }] });
  }

  /** A replica that answers so, and the server behind it. */
  async replica(
    serve: (request: IncomingMessage, response: ServerResponse) => unknown,
  ): Promise<{ replica: DoorReplica; server: Server }> {
    const server = createServer((request, response) => {
      Promise.resolve(serve(request, response)).catch(() => response.destroy());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#ends.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return { replica: this.#name(server.address() as AddressInfo), server };
  }

  /** A replica that speaks for itself. */
  async rawReplica(onSocket: (socket: Socket) => void): Promise<DoorReplica> {
    const server = createRawServer((socket) => onSocket(socket.on("error", () => {})));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    this.#ends.push(() => server.close());
    return this.#name(server.address() as AddressInfo);
  }

  /** A replica that no connection can be made to. */
  async deadReplica(): Promise<DoorReplica> {
    const server = createRawServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const replica = this.#name(server.address() as AddressInfo);
    server.close();
    await once(server, "close");
    return replica;
  }

  /** A request to the service that is under way. */
  begin(path: string, { method = "GET", headers = {} }: Asking = {}): ClientRequest {
    const place = { host: "127.0.0.1", port: this.port, agent: this.#agent };
    return request({ ...place, path: `/services/chat${path}`, method, headers });
  }

  async ask(path: string, asking: Asking = {}): Promise<Answered> {
    const asked = this.begin(path, asking);
    asked.end(asking.body);
    return read(asked);
  }

  get service(): ServiceObservation | undefined {
    return this.door.observe().find(({ name }) => name === "chat");
  }

  /** Resolves when what the door sees of the service is so. */
  async until(isSo: (service: ServiceObservation) => boolean): Promise<void> {
    for (;;) {
      const { service } = this;
      if (service !== undefined && isSo(service)) return;
      await this.#changed.promise;
    }
  }

  #name({ port }: AddressInfo): DoorReplica {
    this.#replicas += 1;
    return { id: `chat/${this.#replicas}`, port, isOpen: true };
  }
}

/** @throws Error if the answer breaks off. */
export async function read(asked: ClientRequest): Promise<Answered> {
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await readAll(answer) };
}

/** @throws Error if the message breaks off. */
export async function readAll(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
