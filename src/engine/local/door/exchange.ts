import { request as requestOf } from "node:http";
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { BodyPace } from "./body-pace.ts";
import type { Desk, Ticket, Visitor } from "./desk.ts";
import { endToEndHeaders, hasBody, headersForReplica } from "./headers.ts";
import { KeptBody, type KeptBytes } from "./kept-body.ts";
import type { DoorLimits } from "./limits.ts";
import type { Replica } from "./line.ts";
import type { DoorErrorCode } from "./protocol.ts";
import type { ReplicaConnections } from "./replica-connections.ts";
import { sendError } from "./replies.ts";
import type { Route } from "./route.ts";

/** What all requests of a door share. */
export interface DoorGround {
  readonly desk: Desk;
  readonly connections: ReplicaConnections;
  readonly keptBytes: KeptBytes;
  readonly limits: DoorLimits;
}

/**
 * One request and its answer, passed on as they come. Until the answer begins the body is kept, so
 * that the request can be sent to another replica if this one ends.
 */
export class Exchange implements Visitor {
  readonly #ground: DoorGround;
  readonly #route: Route;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #body: KeptBody;
  readonly #pace: BodyPace;
  #ticket: Ticket | undefined;
  /** The request to a replica that is under way. */
  #upstream: ClientRequest | undefined;
  #isBodyBegun = false;
  #isBodyRead = false;
  #attempts = 0;

  constructor(
    ground: DoorGround,
    route: Route,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    this.#ground = ground;
    this.#route = route;
    this.#request = request;
    this.#response = response;
    this.#body = new KeptBody(ground.limits.keptBytesMax, ground.keptBytes);
    this.#pace = new BodyPace(ground.limits, () => this.#giveUp("body-too-slow"));
    this.#isBodyRead = !hasBody(request);
    response.setTimeout(ground.limits.stallMs, () => {
      if (response.writableLength > 0) response.destroy();
    });
    response.on("close", () => this.#end());
    response.on("error", () => {}); // Written to after it was closed; "close" says it all.
  }

  /** Takes its place in the line of its service. */
  begin(): void {
    const ticket = this.#ground.desk.arrive(this.#route.service, this);
    if (typeof ticket === "string") this.refuse(ticket);
    else this.#ticket = ticket;
  }

  refuse(code: DoorErrorCode): void {
    if (!this.#response.headersSent) sendError(this.#response, code);
    // What is left of its body has to go by before the connection's next request.
    this.#request.resume();
  }

  enter(replica: Replica): void {
    const { method } = this.#request;
    const upstream = requestOf({
      agent: this.#ground.connections.agentOf(replica),
      host: "127.0.0.1",
      port: replica.port,
      method,
      path: this.#route.path,
      headers: headersForReplica(this.#request, this.#route.prefix),
    });
    this.#upstream = upstream;
    upstream.on("response", (answer) => this.#passAnswer(upstream, answer));
    upstream.on("error", (error) => this.#failUnder(upstream, replica, error));
    this.#sendBody(upstream);
  }

  #sendBody(upstream: ClientRequest): void {
    for (const chunk of this.#body.chunks ?? []) upstream.write(chunk);
    if (this.#isBodyRead) {
      upstream.end();
      return;
    }
    const request = this.#request;
    upstream.on("drain", () => this.#readOn(upstream));
    this.#readOn(upstream);
    if (this.#isBodyBegun) return;
    this.#isBodyBegun = true;
    if (request.headers.expect !== undefined) this.#response.writeContinue();
    request.on("data", (chunk: Buffer) => {
      this.#body.push(chunk);
      this.#pace.count(chunk.length);
      if (this.#upstream?.write(chunk) === false) this.#pause();
    });
    request.on("end", () => {
      this.#isBodyRead = true;
      this.#pace.stop();
      this.#upstream?.end();
    });
  }

  /** The replica takes more of the body. Once it has answered it is for the replica to wait or not. */
  #readOn(upstream: ClientRequest): void {
    if (this.#upstream !== upstream || this.#isBodyRead) return;
    this.#request.resume();
    if (!this.#response.headersSent) this.#pace.start();
  }

  #pause(): void {
    this.#request.pause();
    this.#pace.stop();
  }

  #passAnswer(upstream: ClientRequest, answer: IncomingMessage): void {
    const response = this.#response;
    this.#body.drop();
    if (this.#upstream !== upstream) return;
    this.#pace.stop();
    try {
      response.writeHead(answer.statusCode ?? 0, answer.statusMessage, endToEndHeaders(answer));
    } catch {
      // A status or a header that may be read and not written.
      this.#giveUp("bad-answer");
      return;
    }
    answer.pipe(response);
    answer.on("error", () => response.destroy());
    answer.on("end", () => {
      // It may be complete before the body of its request is; otherwise the connection is kept.
      if (upstream.writableFinished) this.#upstream = undefined;
      this.#end();
    });
    // Headers go with the first piece of the body; alone if none has come with them.
    setImmediate(() => {
      if (!answer.readableDidRead && !answer.readableEnded) response.flushHeaders();
    });
  }

  /** The connection to the replica could not be made, or ended before the answer began. */
  #failUnder(upstream: ClientRequest, replica: Replica, error: NodeJS.ErrnoException): void {
    const { desk, connections, limits } = this.#ground;
    if (this.#upstream !== upstream || this.#ticket === undefined) return;
    if (this.#response.headersSent) {
      this.#response.destroy();
      return;
    }
    this.#upstream = undefined;
    this.#pause();
    connections.dropIdle(replica);
    const isUnreachable = error.syscall === "connect";
    if (!isUnreachable) this.#attempts += 1;
    const isBad = error.code?.startsWith("HPE_") === true;
    if (!isBad && this.#body.chunks !== undefined && this.#attempts < limits.attemptsMax) {
      desk.takeBack(this.#ticket, isUnreachable);
      return;
    }
    this.#giveUp(isBad ? "bad-answer" : "replica-lost");
  }

  #giveUp(code: DoorErrorCode): void {
    this.#end();
    this.refuse(code);
  }

  /** The answer is complete, or nobody wants it any more. */
  #end(): void {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    this.#pace.stop();
    this.#body.drop();
    upstream?.destroy();
    if (this.#ticket !== undefined) this.#ground.desk.end(this.#ticket);
    this.#request.resume();
  }
}
