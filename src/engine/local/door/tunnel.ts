import { request as requestOf } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Ticket, Visitor } from "./desk.ts";
import type { DoorGround } from "./exchange.ts";
import { endToEndHeaders, hasBody, headersForReplica } from "./headers.ts";
import type { Replica } from "./line.ts";
import type { DoorErrorCode } from "./protocol.ts";
import { closeSoon, formatHead, sendRawError } from "./replies.ts";
import type { Route } from "./route.ts";

/** What a client may send before it is joined to a replica; more is against the protocol. */
const EARLY_BYTES_MAX = 2 ** 16;

const WEBSOCKET = ["Connection", "Upgrade", "Upgrade", "websocket"];

/** Whether a request asks for what a tunnel can carry; other upgrades may be ignored (RFC 9110, 7.8). */
export function isForTunnel(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === "websocket" && !hasBody(request);
}

/** A WebSocket through the door: one request of its service for as long as it is open. */
export class Tunnel implements Visitor {
  readonly #ground: DoorGround;
  readonly #route: Route;
  readonly #request: IncomingMessage;
  readonly #client: Duplex;
  /** What the client has sent after its headers, until it is joined. */
  #early: Buffer;
  #isJoined = false;
  #ticket: Ticket | undefined;
  #upstream: ClientRequest | undefined;

  constructor(
    ground: DoorGround,
    route: Route,
    request: IncomingMessage,
    client: { readonly socket: Duplex; readonly head: Buffer },
  ) {
    this.#ground = ground;
    this.#route = route;
    this.#request = request;
    this.#client = client.socket;
    this.#early = client.head;
  }

  /** Takes its place in the line of its service. */
  begin(): void {
    const client = this.#client;
    client.on("error", () => client.destroy());
    client.on("close", () => this.#end());
    // Read meanwhile, since the end of a connection is seen by reading alone.
    client.on("data", this.#keepEarly);
    client.on("end", () => {
      if (!this.#isJoined) client.destroy();
    });
    const { socket } = this.#request;
    socket.setTimeout(this.#ground.limits.stallMs, () => {
      if (socket.writableLength > 0) socket.destroy();
    });
    const ticket = this.#ground.desk.arrive(this.#route.service, this);
    if (typeof ticket === "string") this.refuse(ticket);
    else this.#ticket = ticket;
  }

  refuse(code: DoorErrorCode): void {
    sendRawError(this.#client, code);
  }

  enter(replica: Replica): void {
    const { connections } = this.#ground;
    const upstream = requestOf({
      agent: connections.agentOf(replica),
      host: "127.0.0.1",
      port: replica.port,
      method: this.#request.method,
      path: this.#route.path,
      headers: [...headersForReplica(this.#request, this.#route.prefix), ...WEBSOCKET],
    });
    this.#upstream = upstream;
    upstream.on("upgrade", (answer, socket, head) => this.#join(answer, socket, head));
    upstream.on("response", (answer) => this.#passRefusal(answer));
    upstream.on("error", (error: NodeJS.ErrnoException) => {
      if (this.#upstream !== upstream || this.#ticket === undefined) return;
      this.#upstream = undefined;
      connections.dropIdle(replica);
      if (error.syscall === "connect") {
        this.#ground.desk.takeBack(this.#ticket, true);
        return;
      }
      this.#end();
      this.refuse("replica-lost");
    });
    upstream.end();
  }

  readonly #keepEarly = (chunk: Buffer): void => {
    this.#early = Buffer.concat([this.#early, chunk]);
    if (this.#early.length > EARLY_BYTES_MAX) this.#client.destroy();
  };

  #join(answer: IncomingMessage, replica: Duplex, head: Buffer): void {
    const client = this.#client;
    this.#isJoined = true;
    client.off("data", this.#keepEarly);
    const headers = [...endToEndHeaders(answer), ...WEBSOCKET];
    client.write(formatHead(101, "Switching Protocols", headers));
    client.write(head);
    replica.write(this.#early);
    replica.on("error", () => replica.destroy());
    replica.on("close", () => client.destroy());
    client.on("close", () => replica.destroy());
    if (client.destroyed) replica.destroy();
    client.pipe(replica).pipe(client);
  }

  /** The replica takes no WebSocket here, and says so by an ordinary answer. */
  #passRefusal(answer: IncomingMessage): void {
    const { statusCode = 502, statusMessage = "" } = answer;
    const headers = [...endToEndHeaders(answer), "Connection", "close"];
    this.#client.write(formatHead(statusCode, statusMessage, headers));
    answer.on("error", () => this.#client.destroy());
    answer.on("end", () => {
      this.#upstream = undefined; // Its connection is kept.
      this.#end();
      closeSoon(this.#client);
    });
    answer.pipe(this.#client);
  }

  #end(): void {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    upstream?.destroy();
    if (this.#ticket !== undefined) this.#ground.desk.end(this.#ticket);
  }
}
