import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { hostCheck, LOOPBACK_HOSTS } from "../../model/own-host.ts";
import { printable } from "../../model/printable.ts";
import { Turns } from "../../model/turns.ts";
import { failure } from "../failures.ts";
import { answerRequest, type Desk } from "./answer-request.ts";
import { Connections } from "./connections.ts";
import { tokenCheck } from "./gate.ts";
import { openApiDocument } from "./open-api.ts";
import { refuseUnread } from "./refuse-unread.ts";
import type { ServedApi } from "./route.ts";
import { Router } from "./router.ts";
import { ROUTES } from "./routes.ts";
import { sendFailure } from "./send-answer.ts";
import { SERVER_LIMITS, type ServerLimits } from "./server-limits.ts";

/** What a server answers from, and how it is guarded. */
export interface ApiServerOptions
  extends Pick<ServedApi, "plane" | "logs" | "usage" | "version" | "shutDown"> {
  /** Without it a request gets nothing but health, version and the OpenAPI document. */
  readonly token: string;
  /** Names that a Host header may have, without port. Absent: those of loopback. */
  readonly hosts?: readonly string[];
  /** Tells of a bug: what was asked, and the error. No header is in it. */
  readonly report: (request: string, error: unknown) => void;
  readonly limits?: Partial<ServerLimits>;
}

/** The control API on a socket. */
export class ApiServer {
  readonly #server: Server;
  readonly #desk: Desk;
  readonly #report: ApiServerOptions["report"];
  readonly #limits: ServerLimits;
  readonly #turns: Turns<Socket>;
  readonly #connections: Connections;
  /** Of the requests that are being answered. */
  readonly #stops = new Set<AbortController>();
  #isClosing = false;

  constructor(options: ApiServerOptions) {
    const {
      plane,
      logs,
      usage,
      version,
      shutDown,
      token,
      hosts = LOOPBACK_HOSTS,
      report,
    } = options;
    const limits = { ...SERVER_LIMITS, ...options.limits };
    let document: object | undefined;
    const describe = () => (document ??= openApiDocument(ROUTES, version));
    this.#desk = {
      api: { plane, logs, usage, version, shutDown, limits, describe },
      router: new Router(ROUTES),
      isOwnHost: hostCheck(hosts),
      isToken: tokenCheck(token),
      constants: new Map(),
      streams: 0,
    };
    this.#report = report;
    this.#limits = limits;
    this.#turns = new Turns(limits.pipelined);
    this.#connections = new Connections(limits.connections);
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response);
    };
    this.#server = createServer(
      {
        maxHeaderSize: limits.headerBytes,
        headersTimeout: limits.headersMs,
        requestTimeout: limits.requestMs,
        connectionsCheckingInterval: limits.checkMs,
        keepAliveTimeout: limits.idleMs,
        requireHostHeader: false, // It is refused with the others, in the API's words.
      },
      serve,
    );
    this.#server.on("connection", (socket: Socket) => this.#connections.add(socket));
    this.#server.on("checkExpectation", serve);
    this.#server.on("clientError", refuseUnread);
  }

  /** Listens; port 0 is any free one. @throws Error of the system, such as EADDRINUSE. */
  async listen(port: number, host: string): Promise<AddressInfo> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject).listen({ port, host }, resolve);
    });
    return this.#server.address() as AddressInfo;
  }

  /** Lets nobody in any more, ends all streams, and resolves when all is sent or the time is over. */
  async close(): Promise<void> {
    this.#isClosing = true;
    const isClosed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const stop of this.#stops) stop.abort();
    this.#closeIfIdle();
    const timer = setTimeout(() => this.#server.closeAllConnections(), this.#limits.closeMs);
    await isClosed;
    clearTimeout(timer);
  }

  /** Closes what would wait for further requests. */
  #closeIfIdle(): void {
    if (this.#stops.size === 0) this.#server.closeAllConnections();
    else this.#server.closeIdleConnections();
  }

  /** What is sent before an answer has been taken waits for that: nobody can ask for ever and read nothing. */
  #serve(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const isTaken = this.#turns.take(socket, (done) => {
      if (!socket.destroyed) void this.#answer(request, response.once("close", done));
    });
    if (!isTaken) socket.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#desk.isToken(request.headers.authorization)) this.#connections.trust(request.socket);
    response.setTimeout(this.#limits.stallMs, () => {
      if (response.writableLength > 0) response.destroy();
    });
    const stop = new AbortController();
    this.#stops.add(stop);
    response.once("close", () => {
      stop.abort();
      this.#stops.delete(stop);
      if (this.#isClosing) this.#closeIfIdle();
    });
    try {
      if (this.#isClosing) {
        response.setHeader("Connection", "close");
        sendFailure(response, failure("shutting-down", "the control plane is about to end"));
        return;
      }
      await answerRequest(this.#desk, request, response, stop.signal);
    } catch (error) {
      if (stop.signal.aborted || request.destroyed) return; // Nobody waits for an answer.
      this.#report(printable(`${request.method} ${request.url}`), error);
      if (response.headersSent) response.destroy();
      else sendFailure(response, failure("internal-error", "the request met a bug"));
    }
  }
}
