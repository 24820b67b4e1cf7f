/**
 * The service of bench/colocation.ts, a process of its own: GET /?work=N does so much arithmetic and
 * answers; GET /speed tells how much it does in a millisecond. Prints its port.
 */
import { pbkdf2Sync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** So short that it is likely to be undisturbed. */
const SPEED_MS = 100;

const server = createServer({ keepAlive: true }, (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const answer = pathname === "/speed" ? measureSpeed() : compute(Number(searchParams.get("work")));
  response.end(String(answer));
});
// Connections wait as long as they must: in an overload for many seconds.
server.keepAliveTimeout = 0;
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});

/** Hashes in native code, whose speed does not depend on what the compiler knows by now. */
function compute(steps: number): string {
  return pbkdf2Sync("", "", steps, 32, "sha256").toString("hex");
}

function measureSpeed(): number {
  const startMs = performance.now();
  let [steps, elapsedMs] = [0, 0];
  while (elapsedMs < SPEED_MS) {
    compute(1000);
    steps += 1000;
    elapsedMs = performance.now() - startMs;
  }
  return Math.round(steps / elapsedMs);
}
