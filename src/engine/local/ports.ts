import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";

/** Below the ports that systems give to outgoing connections, above those of well-known services. */
const PORT_MIN = 20_000;
const PORT_MAX = 29_999;
const LOOPBACK = "127.0.0.1";

/** Ports of replicas and gangs. Each holder keeps its port for life, in a file, over restarts too. */
export class Ports {
  readonly #folder: string;
  readonly #taken = new Map<string, number>();
  #next = PORT_MIN;

  /** @param folder where the files are; made if missing. */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** The holder's port: the one that it has, or one that nobody listens on. */
  async portOf(holder: string): Promise<number> {
    const known = this.#taken.get(holder) ?? this.#read(holder);
    if (known !== undefined) {
      this.#taken.set(holder, known);
      return known;
    }
    const port = await this.#choose();
    this.#taken.set(holder, port);
    writeFileSync(this.#fileOf(holder), `${port}\n`, { mode: 0o600 });
    return port;
  }

  /** The holder has a port that was chosen for it. */
  setPortOf(holder: string, port: number): number {
    this.#taken.set(holder, port);
    writeFileSync(this.#fileOf(holder), `${port}\n`, { mode: 0o600 });
    return port;
  }

  /** The holder needs its port no more. */
  release(holder: string): void {
    this.#taken.delete(holder);
    rmSync(this.#fileOf(holder), { force: true });
  }

  /** The port of a holder that was given one in this process. */
  knownPortOf(holder: string): number | undefined {
    return this.#taken.get(holder);
  }

  async #choose(): Promise<number> {
    const inUse = new Set(this.#taken.values());
    for (let tries = 0; tries <= PORT_MAX - PORT_MIN; tries += 1) {
      const port = this.#next;
      this.#next = port === PORT_MAX ? PORT_MIN : port + 1;
      if (!inUse.has(port) && (await isFree(port))) return port;
    }
    throw new Error(`no free port from ${PORT_MIN} to ${PORT_MAX}`);
  }

  #read(holder: string): number | undefined {
    try {
      const port = Number(readFileSync(this.#fileOf(holder), "utf8"));
      return port >= 1 && port <= 65_535 ? port : undefined;
    } catch {
      // It has none yet.
      return undefined;
    }
  }

  #fileOf(holder: string): string {
    return path.join(this.#folder, `${encodeURIComponent(holder)}.port`);
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  server.once("error", () => resolve(false));
  server.listen(port, LOOPBACK, () => server.close(() => resolve(true)));
  return promise;
}
