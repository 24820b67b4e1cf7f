import type { z } from "zod";
import type { ApiErrorCode } from "../../api/api-error.ts";
import type { ShutdownOrder, UsageAnswer } from "../../api/answers.ts";
import type { Shaped } from "../../api/shape-parts.ts";
import type { Result } from "../../model/result.ts";
import type { ApiFailure, ControlPlane } from "../control-plane.ts";
import type { LogFiles } from "../log-files.ts";
import type { ServerLimits } from "./server-limits.ts";

/** What routes answer from. */
export interface ServedApi {
  readonly plane: ControlPlane;
  readonly logs: LogFiles;
  /** What work uses now. */
  readonly usage: () => UsageAnswer;
  /** Of the program. */
  readonly version: string;
  /** Begins the end of the control plane and returns at once. */
  readonly shutDown: (workloads: ShutdownOrder["workloads"]) => void;
  readonly limits: ServerLimits;
  /** The OpenAPI document of all routes. */
  readonly describe: () => object;
}

/** One request, checked. */
export interface Call<Query = unknown> {
  /** The object that the path names; "" where it names none. */
  readonly name: string;
  readonly query: Query;
  /** The version in If-Match, without quotes. */
  readonly ifMatch: string | undefined;
  readonly lastEventId: string | undefined;
  /** "" for a route that takes none. */
  readonly body: string;
  /** Tells that nobody waits for the answer any more. */
  readonly stop: AbortSignal;
}

type Outcome<Value> = Result<Value, ApiFailure> | Promise<Result<Value, ApiFailure>>;

export type Header = "If-Match" | "Last-Event-ID";

/** What is the same for every kind of answer. */
interface RouteFacts<Query> {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** Such as `/v1alpha1/queues/{name}`. */
  readonly path: string;
  /** Unique; such as `getQueue`. */
  readonly id: string;
  readonly summary: string;
  /** Without a token. */
  readonly isOpen?: true;
  readonly query: Query;
  readonly headers?: readonly Header[];
  readonly body?: "manifests" | z.ZodType;
  /** Errors of its own, beside those that any request can have. */
  readonly errors: readonly ApiErrorCode[];
}

export interface StreamFacts {
  readonly mediaType: string;
  readonly description: string;
  /** What the data of its events is. */
  readonly data?: z.ZodType;
  /** Sent while there is nothing else. */
  readonly heartbeat?: string;
}

type Handler<Query, Value> = (this: void, api: ServedApi, call: Call<Query>) => Outcome<Value>;

/** Answers at once, with what `shape` says. */
interface JsonRoute<Query, Handled, Answer, Value> extends RouteFacts<Query> {
  readonly kind: "json";
  readonly status: 200 | 202;
  readonly shape: Answer;
  /** It answers the same as long as the server lives. */
  readonly isConstant?: true;
  readonly handle: Handler<Handled, Value>;
}

/** Answers bit by bit. */
interface StreamRoute<Query, Handled> extends RouteFacts<Query> {
  readonly kind: "stream";
  readonly stream: StreamFacts;
  readonly handle: Handler<Handled, AsyncIterable<string | Buffer>>;
}

/** One path and method of the API: what is asked, what is answered, and who answers. */
export type Route =
  | JsonRoute<z.ZodRawShape, unknown, z.ZodType, unknown>
  | StreamRoute<z.ZodRawShape, unknown>;

type Parsed<Query extends z.ZodRawShape> = z.output<z.ZodObject<Query>>;

/** A route of JSON: the handler gets what `query` reads, and answers what `shape` says. */
export function jsonRoute<Query extends z.ZodRawShape, Answer extends z.ZodType>(
  route: Omit<JsonRoute<Query, Parsed<Query>, Answer, NoInfer<Shaped<Answer>>>, "kind">,
): Route {
  const { handle } = route;
  return {
    kind: "json",
    ...route,
    handle: (api, call) => handle(api, call as Call<Parsed<Query>>),
  };
}

/** A route that answers bit by bit: the handler gets what `query` reads. */
export function streamRoute<Query extends z.ZodRawShape>(
  route: Omit<StreamRoute<Query, Parsed<Query>>, "kind">,
): Route {
  const { handle } = route;
  return {
    kind: "stream",
    ...route,
    handle: (api, call) => handle(api, call as Call<Parsed<Query>>),
  };
}
