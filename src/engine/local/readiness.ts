import { request } from "node:http";
import type { Readiness } from "../../model/launch.ts";

/** Whether the process on this port says that it serves. Never rejects. */
export function asksReady(port: number, { path, timeoutMs }: Readiness): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const asked = request({ host: "127.0.0.1", port, path, agent: false, timeout: timeoutMs });
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
