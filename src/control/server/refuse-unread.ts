import type { Socket } from "node:net";
import { type ApiErrorCode, API_ERRORS } from "../../api/api-error.ts";
import { failure } from "../failures.ts";

/** Codes of Node's parser for what is not refused by us. */
const PARSER_ERRORS: Readonly<Record<string, ApiErrorCode>> = {
  HPE_HEADER_OVERFLOW: "headers-too-large",
  ERR_HTTP_REQUEST_TIMEOUT: "request-too-slow",
};

/** What was refused is closed after this time, whatever its other end does. */
const LINGER_MS = 1000;

/** Answers what is no request, as far as it came, and closes the connection soon. */
export function refuseUnread(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || socket.bytesWritten > 0) {
    socket.destroy();
    return;
  }
  const code = PARSER_ERRORS[error.code ?? ""] ?? "invalid-request";
  const message = code === "invalid-request" ? "this is no HTTP request" : API_ERRORS[code].meaning;
  const body = JSON.stringify({ error: failure(code, message) });
  socket.end(
    `HTTP/1.1 ${API_ERRORS[code].status} Refused\r\nConnection: close\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
