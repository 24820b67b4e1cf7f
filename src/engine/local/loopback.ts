import { createServer } from "node:net";
import { request } from "node:http";
import type { Readiness } from "../../model/launch.ts";

/** What an engine asks of the ports of its own machine. */
export interface Loopback {
  /** Whether nobody listens on the port. Never rejects. */
  isFree(port: number): Promise<boolean>;
  /** Asks the process on this port whether it serves. Never rejects. */
  asksReady(port: number, readiness: Readiness): Promise<Answer>;
}

/** What came of asking a process whether it serves. */
export type Answer =
  | { readonly kind: "answered"; readonly status: number }
  | { readonly kind: "nobody-listens" }
  | { readonly kind: "too-late" }
  /** The connection ended before the answer; code: such as `ECONNRESET`. */
  | { readonly kind: "broken-off"; readonly code: string };

const HOST = "127.0.0.1";

/** This machine's own. */
export const loopback: Loopback = { isFree, asksReady };

/** Whether it says that it serves. */
export function isYes(answer: Answer): boolean {
  return answer.kind === "answered" && answer.status >= 200 && answer.status < 300;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("error", () => resolve(false));
  server.listen(port, HOST, () => server.close(() => resolve(true)));
  return promise;
}

function asksReady(port: number, { path, timeoutMs }: Readiness): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const asciiPath = path.toWellFormed().replaceAll(/[^!-~]+/g, encodeURIComponent);
  const asked = request({ host: HOST, port, path: asciiPath, agent: false });
  const limit = setTimeout(() => {
    resolve({ kind: "too-late" });
    asked.destroy();
  }, timeoutMs);
  asked.on("response", (response) => {
    response.resume();
    resolve({ kind: "answered", status: response.statusCode ?? 0 });
  });
  asked.on("error", ({ code = "unknown" }: NodeJS.ErrnoException) => {
    resolve(code === "ECONNREFUSED" ? { kind: "nobody-listens" } : { kind: "broken-off", code });
  });
  asked.on("close", () => {
    clearTimeout(limit);
    resolve({ kind: "broken-off", code: "closed" });
  });
  asked.end();
  return promise;
}
