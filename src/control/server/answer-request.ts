import type { IncomingMessage, ServerResponse } from "node:http";
import { hasTwoHosts } from "../../model/own-host.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import type { ApiFailure } from "../control-plane.ts";
import { failure } from "../failures.ts";
import { ReplacedLogError } from "./open-log.ts";
import { readBody } from "./read-body.ts";
import { readQuery } from "./read-query.ts";
import type { Call, Route, ServedApi } from "./route.ts";
import type { Router } from "./router.ts";
import { sendFailure, sendJson, sendStream, toJson } from "./send-answer.ts";

/** An entity tag, or what is in it. */
const ENTITY_TAG = /^"?([!#-~]{1,200}?)"?$/;

/** What requests pass on their way. */
export interface Desk {
  readonly api: ServedApi;
  readonly router: Router;
  readonly isOwnHost: (host: string | undefined) => boolean;
  readonly isToken: (authorization: string | undefined) => boolean;
  /** Answers that never change, by their routes. */
  readonly constants: Map<Route, Buffer>;
  /** Streams that are being sent. */
  streams: number;
}

interface Target {
  readonly route: Route;
  /** The object in the path. */
  readonly name: string;
  /** What stands after the question mark. */
  readonly query: string;
}

/**
 * Answers one request. Host, token, path and parameters are looked at, in this order, before any of
 * a body is read. `stop` tells that the connection has ended.
 * @throws Error for a bug, of the system for a log that cannot be read, and when a body breaks off.
 */
export async function answerRequest(
  desk: Desk,
  request: IncomingMessage,
  response: ServerResponse,
  stop: AbortSignal,
): Promise<void> {
  const target = findTarget(desk, request, response);
  if (!target.ok) {
    sendFailure(response, target.reason);
    return;
  }
  const { route } = target.value;
  const call = await readCall(desk.api, request, target.value, stop);
  if (!call.ok) sendFailure(response, call.reason);
  else if (route.kind === "stream") await answerStream(desk, response, route, call.value);
  else await answerAtOnce(desk, response, route, call.value);
}

async function answerAtOnce(
  { api, constants }: Desk,
  response: ServerResponse,
  route: Extract<Route, { kind: "json" }>,
  call: Call,
): Promise<void> {
  let body = constants.get(route);
  if (body === undefined) {
    const answer = await route.handle(api, call);
    if (!answer.ok) {
      sendFailure(response, answer.reason);
      return;
    }
    body = toJson(answer.value);
    if (route.isConstant === true) constants.set(route, body);
  }
  sendJson(response, route.status, body);
}

async function answerStream(
  desk: Desk,
  response: ServerResponse,
  route: Extract<Route, { kind: "stream" }>,
  call: Call,
): Promise<void> {
  const { limits } = desk.api;
  if (desk.streams >= limits.streams) {
    const message = `${limits.streams} watches and logs are being sent already`;
    sendFailure(response, failure("too-many-requests", message));
    return;
  }
  desk.streams += 1;
  try {
    const chunks = await route.handle(desk.api, call);
    if (!chunks.ok) sendFailure(response, chunks.reason);
    else await sendStream(response, { ...route.stream, chunks: chunks.value }, limits);
  } catch (error) {
    // It happened while the log was sent, which has been cut off: no bug of ours.
    if (!(error instanceof ReplacedLogError)) throw error;
  } finally {
    desk.streams -= 1;
  }
}

function findTarget(
  { router, isOwnHost, isToken }: Desk,
  { url = "", method = "", headers, rawHeaders }: IncomingMessage,
  response: ServerResponse,
): Result<Target, ApiFailure> {
  if (hasTwoHosts(rawHeaders)) {
    return fail(failure("invalid-request", "the request has two Host headers"));
  }
  if (!isOwnHost(headers.host)) {
    return fail(failure("wrong-host", `the Host header names ${headers.host ?? "nothing"}`));
  }
  const [path, ...rest] = url.split("?");
  const found = router.find(path);
  const route = found.ok ? found.value.methods.get(method) : undefined;
  // Who has no token learns nothing of what there is.
  if (route?.isOpen !== true && !isToken(headers.authorization)) {
    return fail(failure("no-token", "the request does not bear this API's token"));
  }
  if (!found.ok) return found;
  if (route === undefined) {
    const allowed = Array.from(found.value.methods.keys()).join(", ");
    response.setHeader("Allow", allowed);
    return fail(failure("wrong-method", `the path takes ${allowed}, not ${method}`));
  }
  return succeed({ route, name: found.value.name, query: rest.join("?") });
}

async function readCall(
  { limits }: ServedApi,
  request: IncomingMessage,
  { route, name, query: queryText }: Target,
  stop: AbortSignal,
): Promise<Result<Call, ApiFailure>> {
  const query = readQuery(queryText, route.query);
  if (!query.ok) return query;
  const takes = route.headers ?? [];
  const ifMatch = takes.includes("If-Match") ? request.headers["if-match"] : undefined;
  const [, version] = ENTITY_TAG.exec(ifMatch ?? "") ?? [];
  if (ifMatch !== undefined && (version === undefined || version === "*")) {
    return fail(failure("invalid-request", 'If-Match has to be one resourceVersion: "17"'));
  }
  const lastEventId = takes.includes("Last-Event-ID") ? request.headers["last-event-id"] : "";
  const noBody = succeed("");
  const body = route.body === undefined ? noBody : await readBody(request, limits.bodyBytes);
  if (!body.ok) return body;
  return succeed({
    name,
    query: query.value,
    ifMatch: version,
    lastEventId: lastEventId?.toString() || undefined,
    body: body.value,
    stop,
  });
}
