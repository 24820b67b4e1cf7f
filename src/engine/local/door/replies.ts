import type { ServerResponse } from "node:http";
import type { Writable } from "node:stream";
import { DOOR_ERRORS, type DoorErrorBody, type DoorErrorCode } from "./protocol.ts";

/** When a client that was turned away may come again; the line moves within that time. */
const RETRY_AFTER_SECONDS = "1";
/** Milliseconds in which a client can take its last answer. */
const LINGER_MS = 5000;

/** Answers with an error of the door's own. */
export function sendError(response: ServerResponse, code: DoorErrorCode): void {
  const { status, headers, text } = describeError(code);
  // A client that was not told to send its body may send it or not: nothing can follow after that.
  // Nor after a body whose rest is not waited for.
  const isOpenEnded = response.req.headers.expect !== undefined || code === "body-too-slow";
  if (isOpenEnded) response.shouldKeepAlive = false;
  response.writeHead(status, headers).end(text);
}

/** The same for a connection that was to be upgraded; it ends with that. */
export function sendRawError(socket: Writable, code: DoorErrorCode): void {
  const { status, headers, text } = describeError(code);
  socket.end(`${formatHead(status, code, [...headers, "Connection", "close"])}${text}`);
  closeSoon(socket);
}

/** Closes what has been sent its end, though the client may keep its own side open. */
export function closeSoon(socket: Writable): void {
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** First line and headers of an answer. @param headers names and values in turns. */
export function formatHead(status: number, reason: string, headers: readonly string[]): string {
  let head = `HTTP/1.1 ${status} ${reason}\r\n`;
  for (let index = 0; index < headers.length; index += 2) {
    head += `${headers[index]}: ${headers[index + 1]}\r\n`;
  }
  return `${head}\r\n`;
}

function describeError(code: DoorErrorCode) {
  const { status, meaning, cure } = DOOR_ERRORS[code];
  const body: DoorErrorBody = { error: { code, message: meaning, cure } };
  const text = `${JSON.stringify(body)}\n`;
  const headers = [
    "Content-Type",
    "application/json",
    "Content-Length",
    `${Buffer.byteLength(text)}`,
  ];
  if (status === 429 || status === 503) headers.push("Retry-After", RETRY_AFTER_SECONDS);
  return { status, headers, text };
}
