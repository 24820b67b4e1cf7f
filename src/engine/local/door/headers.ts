import type { IncomingMessage } from "node:http";

/** Headers that speak of one connection only (RFC 9110, 7.6.1), and those of proxies. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Written anew for the replica; `expect` is answered by the door. */
const REWRITTEN: ReadonlySet<string> = new Set(["expect", "x-forwarded-for"]);

/** Methods whose requests have no body unless they say so. */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"]);

/** A header goes through unless the connection or this set says otherwise. Names and values in turns. */
export function endToEndHeaders(
  { rawHeaders, headers }: IncomingMessage,
  except?: ReadonlySet<string>,
): string[] {
  const named = headers.connection?.toLowerCase().split(/[\s,]+/);
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index].toLowerCase();
    if (HOP_BY_HOP.has(name) || except?.has(name) === true) continue;
    // Framing is not the client's to remove: a body without its length would be read as a request.
    if (named?.includes(name) === true && name !== "content-length" && name !== "host") continue;
    kept.push(rawHeaders[index], rawHeaders[index + 1]);
  }
  return kept;
}

/**
 * What a replica is sent with a request, names and values in turns: the client's own headers, and
 * who the client was. What an earlier proxy said about scheme and host stays.
 * @param prefix path below which the service is reached, as in `/services/chat`.
 */
export function headersForReplica(request: IncomingMessage, prefix: string): string[] {
  const { headers, socket, method = "GET" } = request;
  const sent = endToEndHeaders(request, REWRITTEN);
  const earlier = headers["x-forwarded-for"];
  const client = socket.remoteAddress ?? "unknown";
  sent.push("X-Forwarded-For", earlier === undefined ? client : `${String(earlier)}, ${client}`);
  if (headers["x-forwarded-proto"] === undefined) sent.push("X-Forwarded-Proto", "http");
  if (headers["x-forwarded-host"] === undefined && headers.host !== undefined) {
    sent.push("X-Forwarded-Host", headers.host);
  }
  if (headers["x-forwarded-prefix"] === undefined) sent.push("X-Forwarded-Prefix", prefix);
  if (headers.host === undefined) sent.push("Host", "localhost"); // HTTP/1.0 may do without.
  const encoding = headers["transfer-encoding"];
  if (encoding !== undefined) sent.push("Transfer-Encoding", encoding);
  else if (headers["content-length"] === undefined && !BODILESS.has(method)) {
    sent.push("Content-Length", "0");
  }
  return sent;
}

/** Whether a body follows the headers of a request (RFC 9112, 6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}
