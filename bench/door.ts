/**
 * What the door adds to a request, and how many it passes on: one replica, asked directly and through
 * the door in turns. Prints only. With the argument "replica" it is that replica.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { formatTable } from "../src/cli/format-table.ts";
import { DoorClient, doorCommand } from "../src/engine/local/door/door-client.ts";
import { formatCount, formatRange, median } from "./support/numbers.ts";

/** Requests one after the other, in each of so many turns. */
const REQUESTS = 300;
const TURNS = 20;
/** Connections that ask as fast as they can, and for how long, in each of so many turns. */
const CONNECTIONS = 32;
const RUSH_MS = 2000;
const RUSHES = 4;

const BODY = JSON.stringify({ prompt: "x".repeat(200) });
const ANSWER = JSON.stringify({ text: "y".repeat(200) });

async function serveAsReplica(): Promise<void> {
  const server = createServer((asked, response) => {
    asked.resume().once("end", () => {
      response.writeHead(200, {
        "Content-Type": "application/json",
        "Content-Length": ANSWER.length,
      });
      response.end(ANSWER);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
}

async function measure(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "neuraxis-door-"));
  const replica = spawn(process.execPath, [import.meta.filename, "replica"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [program, ...args] = doorCommand(folder, { port: 0, host: "127.0.0.1" });
  const door = spawn(program, args, { stdio: "inherit" });
  const client = new DoorClient(folder);
  try {
    const [chunk] = (await once(replica.stdout, "data")) as [Buffer];
    const direct = new Target(Number(chunk), "/");
    const through = new Target(await open(client, direct.port), "/services/echo/");
    const idle = readResident(door.pid);
    const delays = await compareDelays(direct, through);
    const rates = await compareRates(direct, through);
    process.stdout.write(
      formatTable([
        ["", "p50 ms", "p99 ms", `requests a second, ${CONNECTIONS} at once`],
        ["direct", ...formatDelays(delays.direct), formatRange(rates.direct)],
        ["through the door", ...formatDelays(delays.through), formatRange(rates.through)],
      ]),
    );
    const added = median(delays.through) - median(delays.direct);
    process.stdout.write(`added p50: ${added.toFixed(3)} ms\n`);
    process.stdout.write(`resident: ${idle} idle, ${readResident(door.pid)} after\n`);
  } finally {
    client.close();
    door.kill();
    replica.kill();
    rmSync(folder, { recursive: true });
  }
}

/** Returns the door's port when its table names the replica. */
async function open(client: DoorClient, port: number): Promise<number> {
  const replicas = [{ id: "echo/1", port, isOpen: true }];
  const revision = client.setTable({
    services: [{ name: "echo", concurrency: CONNECTIONS, replicas }],
  });
  for await (const observation of client.observations()) {
    if (observation.revision === revision) break;
  }
  return client.greeting?.port ?? 0;
}

/** One way to the replica, with connections of its own that are kept. */
class Target {
  readonly port: number;
  readonly #path: string;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(port: number, path: string) {
    this.port = port;
    this.#path = path;
  }

  ask(): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = { "Content-Type": "application/json", "Content-Length": BODY.length };
      const place = { host: "127.0.0.1", port: this.port, path: this.#path, agent: this.#agent };
      const asked = request({ ...place, method: "POST", headers }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode}`));
        answer.resume().once("end", resolve);
      });
      asked.once("error", reject);
      asked.end(BODY);
    });
  }
}

interface Pair {
  readonly direct: number[];
  readonly through: number[];
}

/** Milliseconds of each request; the first turn of each way warms it up. */
async function compareDelays(direct: Target, through: Target): Promise<Pair> {
  const delays: Pair = { direct: [], through: [] };
  for (let turn = 0; turn <= TURNS; turn += 1) {
    const isWarm = turn > 0;
    const count = isWarm ? REQUESTS : REQUESTS * 10;
    for (const [target, list] of [
      [direct, delays.direct],
      [through, delays.through],
    ] as const) {
      for (let asked = 0; asked < count; asked += 1) {
        const startMs = performance.now();
        await target.ask();
        if (isWarm) list.push(performance.now() - startMs);
      }
    }
  }
  return delays;
}

/** Requests a second of each turn. */
async function compareRates(direct: Target, through: Target): Promise<Pair> {
  const rates: Pair = { direct: [], through: [] };
  for (let turn = 0; turn < RUSHES; turn += 1) {
    rates.direct.push(await rush(direct));
    rates.through.push(await rush(through));
  }
  return rates;
}

async function rush(target: Target): Promise<number> {
  const startMs = performance.now();
  let count = 0;
  const work = async () => {
    for (; performance.now() - startMs < RUSH_MS; count += 1) await target.ask();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return (count * 1000) / (performance.now() - startMs);
}

function formatDelays(delays: readonly number[]): string[] {
  const sorted = delays.toSorted((left, right) => left - right);
  return [0.5, 0.99].map((share) => sorted[Math.floor(share * sorted.length)].toFixed(3));
}

/** Linux only. */
function readResident(pid: number | undefined): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return `${formatCount(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024)} MiB`;
}

if (process.argv.includes("replica")) await serveAsReplica();
else await measure();
