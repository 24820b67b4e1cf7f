import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { API_ERRORS } from "../../api/api-error.ts";
import type { ApiFailure } from "../control-plane.ts";
import type { ServerLimits } from "./server-limits.ts";

const COMMON_HEADERS = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" };
const RETRY_SECONDS = 1;

/** Sends what is JSON, or will be. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.isBuffer(body) ? body : toJson(body);
  response
    .writeHead(status, {
      ...COMMON_HEADERS,
      "Content-Type": "application/json",
      "Content-Length": bytes.length,
    })
    .end(bytes);
}

/** The bytes of a body. */
export function toJson(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body));
}

/** Sends the error with its status. */
export function sendFailure(response: ServerResponse, error: ApiFailure): void {
  const { status } = API_ERRORS[error.code];
  if (status === 401) response.setHeader("WWW-Authenticate", 'Bearer realm="neuraxis"');
  if (status === 429) response.setHeader("Retry-After", RETRY_SECONDS);
  sendJson(response, status, { error });
}

/** What is sent bit by bit. */
export interface Stream {
  readonly mediaType: string;
  readonly chunks: AsyncIterable<string | Buffer>;
  /** Sent in between. */
  readonly heartbeat?: string;
}

/**
 * Sends all chunks, as fast as they are taken: not more than one waits. It returns when the last
 * one is sent, or the connection has ended.
 * @throws Error of the chunks' source; the connection is cut then, so that nobody takes what was
 *   sent for all of it.
 */
export async function sendStream(
  response: ServerResponse,
  { mediaType, chunks, heartbeat }: Stream,
  { heartbeatMs, stallMs, logStallMs }: ServerLimits,
): Promise<void> {
  response.writeHead(200, { ...COMMON_HEADERS, "Content-Type": mediaType }).flushHeaders();
  const isTimed = heartbeat !== undefined;
  response.setTimeout(isTimed ? stallMs : logStallMs);
  const beat = () => {
    if (!response.writableNeedDrain) response.write(heartbeat);
  };
  const timer = isTimed ? setInterval(beat, heartbeatMs) : undefined;
  try {
    for await (const chunk of chunks) {
      if (response.destroyed) return;
      if (response.write(chunk)) continue;
      await drain(response);
      if (response.destroyed) return;
    }
    response.end();
  } catch (error) {
    response.destroy();
    throw error;
  } finally {
    clearInterval(timer);
  }
}

/** Waits until all is taken, or the connection is cut. */
async function drain(response: ServerResponse): Promise<void> {
  const ends = new AbortController();
  const { signal } = ends;
  await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
  ends.abort();
}
