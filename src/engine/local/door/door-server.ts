import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { hasTwoHosts, hostCheck } from "../../../model/own-host.ts";
import { Turns } from "../../../model/turns.ts";
import { Desk } from "./desk.ts";
import { Exchange, type DoorGround } from "./exchange.ts";
import { KeptBytes } from "./kept-body.ts";
import type { DoorLimits } from "./limits.ts";
import type { DoorErrorCode, DoorTable, ServiceObservation } from "./protocol.ts";
import { ReplicaConnections } from "./replica-connections.ts";
import { sendError, sendRawError } from "./replies.ts";
import { readRoute, type Route } from "./route.ts";
import { isForTunnel, Tunnel } from "./tunnel.ts";

/** For the headers of a request to come in. */
const HEADERS_LIMIT_MS = 30_000;
/** A client's connection that is idle for so long is closed. */
const CLIENT_IDLE_MS = 75_000;

/** Serves HTTP: `/services/NAME/PATH` is a request for PATH of a replica, `/healthz` of the door. */
export class DoorServer {
  readonly #ground: DoorGround;
  readonly #server: Server;
  readonly #isOwnHost: (host: string | undefined) => boolean;
  /** Requests of one connection, whose answers are passed on one after the other. */
  readonly #turns: Turns<Duplex>;

  /**
   * @param hosts names that a Host header may have, without port.
   * @param onChange is called whenever `observe` would give something else.
   */
  constructor(limits: DoorLimits, hosts: readonly string[], onChange: () => void) {
    this.#isOwnHost = hostCheck(hosts);
    this.#turns = new Turns(limits.pipelined);
    this.#ground = {
      desk: new Desk(limits, onChange),
      connections: new ReplicaConnections(limits.idleConnectionsMax),
      keptBytes: new KeptBytes(limits.keptBytesTotalMax),
      limits,
    };
    this.#server = createServer({
      headersTimeout: HEADERS_LIMIT_MS,
      // A body may wait with its request, and take as long as its client does.
      requestTimeout: 0,
      keepAliveTimeout: CLIENT_IDLE_MS,
      shouldUpgradeCallback: isForTunnel,
    });
    this.#server.maxConnections = limits.connectionsMax;
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response);
    };
    this.#server.on("request", serve);
    // Whoever asks before sending a body is told to when a replica is there to take it.
    this.#server.on("checkContinue", serve);
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * @returns the port, which the system chooses for 0.
   * @throws Error of the system, such as EADDRINUSE.
   */
  async listen(port: number, host: string): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen(port, host, resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  set(table: DoorTable): void {
    this.#ground.desk.set(table);
    this.#ground.connections.prune();
  }

  observe(): ServiceObservation[] {
    return this.#ground.desk.observe();
  }

  /** Takes no new requests, refuses those that wait, and lets the others finish. */
  close(): void {
    this.#ground.desk.close();
    this.#server.close();
  }

  /** Requests in replicas. */
  get inside(): number {
    return this.#ground.desk.inside;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const isTaken = this.#turns.take(socket, (done) => {
      if (!socket.destroyed) this.#answer(request, response.once("close", done));
    });
    if (!isTaken) socket.destroy();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const route = this.#readRoute(request);
    if (typeof route !== "string") new Exchange(this.#ground, route, request, response).begin();
    else if (route === "unknown-path" && request.url === "/healthz") sendHealth(response);
    else sendError(response, route);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const route = this.#readRoute(request);
    // Who has answers to come waits for them.
    if (this.#turns.isTaken(socket)) socket.destroy();
    else if (typeof route !== "string")
      new Tunnel(this.#ground, route, request, { socket, head }).begin();
    else
      sendRawError(
        socket.on("error", () => socket.destroy()),
        route,
      );
  }

  /** Where it goes, or why it goes nowhere. */
  #readRoute({ url = "", headers, rawHeaders }: IncomingMessage): Route | DoorErrorCode {
    if (hasTwoHosts(rawHeaders)) return "bad-request";
    if (!this.#isOwnHost(headers.host)) return "wrong-host";
    return readRoute(url) ?? "unknown-path";
  }
}

function sendHealth(response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "application/json" }).end('{"status":"ok"}\n');
}
