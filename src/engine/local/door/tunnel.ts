import { request as requestOf } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Ticket, Visitor } from "./desk.ts";
import type { DoorGround } from "./exchange.ts";
import { endToEndHeaders, headersForReplica } from "./headers.ts";
import type { Replica } from "./line.ts";
import type { DoorErrorCode } from "./protocol.ts";
import { formatHead, sendRawError } from "./replies.ts";
import type { Route } from "./route.ts";

const WEBSOCKET = ["Connection", "Upgrade", "Upgrade", "websocket"];

/** Whether a request asks for what a tunnel can carry; other upgrades may be ignored (RFC 9110, 7.8). */
export function isForTunnel({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** A WebSocket through the door: one request of its service for as long as it is open. */
export class Tunnel implements Visitor {
  readonly #ground: DoorGround;
  readonly #route: Route;
  readonly #request: IncomingMessage;
  readonly #client: Duplex;
  /** What the client has sent after its headers. */
  readonly #head: Buffer;
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
    this.#head = client.head;
  }

  /** Takes its place in the line of its service. */
  begin(): void {
    this.#client.on("error", () => this.#client.destroy());
    this.#client.on("close", () => this.#end());
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

  #join(answer: IncomingMessage, replica: Duplex, head: Buffer): void {
    const client = this.#client;
    const headers = [...endToEndHeaders(answer), ...WEBSOCKET];
    client.write(formatHead(101, "Switching Protocols", headers));
    client.write(head);
    replica.write(this.#head);
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
    answer.pipe(this.#client);
  }

  #end(): void {
    this.#upstream?.destroy();
    this.#upstream = undefined;
    if (this.#ticket !== undefined) this.#ground.desk.end(this.#ticket);
  }
}
