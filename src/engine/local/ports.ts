import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { decodeName } from "./folders.ts";
import { markOf } from "./process-ids.ts";

/** Below the ports that systems give to outgoing connections, above those of well-known services. */
const PORT_MIN = 20_000;
const PORT_MAX = 29_999;

/** Ports of replicas and gangs. Each holder keeps its port for life, in a file, over restarts too. */
export class Ports {
  readonly #folder: string;
  readonly #isFree: (port: number) => Promise<boolean>;
  readonly #taken: Map<string, number>;
  /** Holders for whom one is being chosen. */
  readonly #choosing = new Map<string, Promise<number>>();
  #next: number;

  /**
   * @param folder where the files are; made if missing.
   * @param isFree whether nobody listens on a port of this machine.
   */
  constructor(folder: string, isFree: (port: number) => Promise<boolean>) {
    this.#folder = folder;
    this.#isFree = isFree;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#taken = readPorts(folder);
    // Engines of other folders look elsewhere: a port is free until whoever it was given to listens.
    this.#next = PORT_MIN + (Number.parseInt(markOf(folder), 16) % (PORT_MAX - PORT_MIN + 1));
  }

  /** The holder's port: the one that it has, or one that nobody listens on. */
  portOf(holder: string): Promise<number> {
    const known = this.#taken.get(holder);
    if (known !== undefined) return Promise.resolve(known);
    const choosing = this.#choosing.get(holder) ?? this.#chooseFor(holder);
    this.#choosing.set(holder, choosing);
    return choosing;
  }

  /** The holder has a port that was chosen for it. */
  setPortOf(holder: string, port: number): number {
    this.#taken.set(holder, port);
    writeFileSync(this.#fileOf(holder), `${port}\n`, { mode: 0o600 });
    return port;
  }

  /** The holder needs its port no more. */
  release(holder: string): void {
    this.#choosing.delete(holder);
    this.#taken.delete(holder);
    rmSync(this.#fileOf(holder), { force: true });
  }

  /** The port that the holder has. */
  knownPortOf(holder: string): number | undefined {
    return this.#taken.get(holder);
  }

  async #chooseFor(holder: string): Promise<number> {
    const port = await this.#choose();
    // Released meanwhile: nobody wants it.
    if (this.#choosing.delete(holder)) this.setPortOf(holder, port);
    return port;
  }

  async #choose(): Promise<number> {
    for (let tries = 0; tries <= PORT_MAX - PORT_MIN; tries += 1) {
      const port = this.#next;
      this.#next = port === PORT_MAX ? PORT_MIN : port + 1;
      const isTaken = [...this.#taken.values()].includes(port);
      if (!isTaken && (await this.#isFree(port))) return port;
    }
    const message = `no free port from ${PORT_MIN} to ${PORT_MAX}`;
    throw Object.assign(new Error(message), { code: "EADDRINUSE", syscall: "listen" });
  }

  #fileOf(holder: string): string {
    return path.join(this.#folder, `${encodeURIComponent(holder)}${ENDING}`);
  }
}

const ENDING = ".port";

/** Those that an earlier process gave. */
function readPorts(folder: string): Map<string, number> {
  const ports = new Map<string, number>();
  for (const file of readdirSync(folder)) {
    const holder = file.endsWith(ENDING) ? decodeName(file.slice(0, -ENDING.length)) : undefined;
    if (holder === undefined) continue;
    const port = Number(readFileSync(path.join(folder, file), "utf8"));
    // A file that a crash cut off is as good as none.
    if (!Number.isInteger(port) || port < 1 || port > 65_535) continue;
    ports.set(holder, port);
  }
  return ports;
}
