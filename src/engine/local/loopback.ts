import { createServer } from "node:net";
import { request } from "node:http";
import type { Readiness } from "../../model/launch.ts";

/** What an engine asks of the ports of its own machine. */
export interface Loopback {
  /** Whether nobody listens on the port. Never rejects. */
  isFree(port: number): Promise<boolean>;
  /** Whether the process on this port says that it serves. Never rejects. */
  asksReady(port: number, readiness: Readiness): Promise<boolean>;
}

const HOST = "127.0.0.1";

/** This machine's own. */
export const loopback: Loopback = { isFree, asksReady };

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("error", () => resolve(false));
  server.listen(port, HOST, () => server.close(() => resolve(true)));
  return promise;
}

function asksReady(port: number, { path, timeoutMs }: Readiness): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const asciiPath = path.toWellFormed().replaceAll(/[^!-~]+/g, encodeURIComponent);
  const asked = request({ host: HOST, port, path: asciiPath, agent: false });
  const limit = setTimeout(() => asked.destroy(), timeoutMs);
  asked.on("response", (response) => {
    response.resume();
    const { statusCode = 0 } = response;
    resolve(statusCode >= 200 && statusCode < 300);
  });
  asked.on("error", () => resolve(false));
  asked.on("close", () => {
    clearTimeout(limit);
    resolve(false);
  });
  asked.end();
  return promise;
}
