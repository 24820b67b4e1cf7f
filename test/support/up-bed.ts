import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Client, createClient } from "../../src/client/client.ts";
import { findProcesses, sendSignal } from "../../src/engine/local/keeper/process-table.ts";
import { detectIsolation } from "../../src/engine/local/kernel/detect-isolation.ts";
import { isListening } from "../../src/main/up/check-addresses.ts";

const root = path.resolve(import.meta.dirname, "../..");
/** Node keeps compiled sources there: a start takes a third of the time. */
const compileCache = path.join(root, ".cache/compiled");

/** How often is looked whether something has come about, and for how long. */
const LOOK_MS = 20;
const LIMIT_MS = 120_000;

export interface UpBedOptions {
  /** What is started; the repository's command line if absent. */
  readonly script?: string;
  /** Variables that the control plane gets, beside those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A real `neuraxis up` as a process of its own, on free ports, with a home in a folder so short that
 * sockets fit. It can be killed and started again. Linux alone.
 *
 * TMPDIR leads into the folder and is inherited by all that comes of it: so each process that is
 * left is found, whoever started it.
 */
export class UpBed {
  /** The bed's own; the home is in it, and room for files of the test. */
  readonly folder: string;
  readonly #options: UpBedOptions;
  #child: ChildProcess | undefined;
  #output = "";
  #port = 0;
  #doorPort = 0;

  private constructor(options: UpBedOptions) {
    this.#options = options;
    this.folder = mkdtempSync("/tmp/nx-");
    mkdirSync(this.#temporary);
  }

  /** A bed whose control plane answers. */
  static async start(options: UpBedOptions = {}): Promise<UpBed> {
    const bed = await UpBed.prepare(options);
    await bed.up();
    return bed;
  }

  /** A bed whose control plane was not started yet. */
  static async prepare(options: UpBedOptions = {}): Promise<UpBed> {
    const bed = new UpBed(options);
    [bed.#port, bed.#doorPort] = await findFreePorts();
    return bed;
  }

  get home(): string {
    return path.join(this.folder, "home");
  }

  get journal(): string {
    return path.join(this.home, "journal.db");
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get token(): string {
    return readFileSync(path.join(this.home, "token"), "utf8").trim();
  }

  /** Of the control plane's process. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get ports(): { readonly api: number; readonly door: number } {
    return { api: this.#port, door: this.#doorPort };
  }

  /** What the control plane has written for people, of all its lives. */
  get output(): string {
    return this.#output;
  }

  get client(): Client {
    return createClient({ url: this.url, token: this.token });
  }

  resolve(name: string): string {
    return path.join(this.folder, name);
  }

  /** @returns milliseconds from its start to its first answer. */
  async up(): Promise<number> {
    const startMs = performance.now();
    this.launch();
    await this.answer();
    return performance.now() - startMs;
  }

  /** Starts it, and does not wait. */
  launch(): void {
    const { script = path.join(root, "bin/neuraxis.js"), environment } = this.#options;
    const { api, door } = this.ports;
    const listen = ["--listen", `127.0.0.1:${api}`, "--door", `127.0.0.1:${door}`];
    const child = spawn(process.execPath, [script, "up", "--home", this.home, ...listen], {
      cwd: root,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: compileCache,
        ...environment,
        TMPDIR: this.#temporary,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
    this.#child = child;
  }

  /** Comes back when it answers. @throws Error with its output if it has ended. */
  async answer(): Promise<void> {
    await this.until("the control plane answers", async () => {
      const child = this.#child;
      if (child === undefined || hasEnded(child)) {
        throw new Error(`the control plane has ended:\n${this.#output}`);
      }
      return (await fetch(`${this.url}/healthz`).catch(() => undefined))?.status === 200;
    });
  }

  /** SIGKILL of the control plane alone; comes back when it is gone. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Signals the control plane, waits for its end, and gives its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || hasEnded(child)) return child?.exitCode ?? null;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
    return child.exitCode;
  }

  get keeper(): number {
    return this.#all(isKeeper).at(0) ?? 0;
  }

  /** The process that takes requests to services. */
  get door(): number {
    return this.#all(isDoor).at(0) ?? 0;
  }

  /** The process of a job's only member; 0 if there is none. */
  memberOf(job: string): number {
    const variable = `NEURAXIS_JOB=${job}`;
    return this.processes().find((pid) => readWords(pid, "environ").includes(variable)) ?? 0;
  }

  /** As when power is lost: nothing sees another's end, and cgroups are gone. */
  async killAll(): Promise<void> {
    const { keeper } = this;
    this.#child?.kill("SIGKILL");
    sendSignal(keeper, "SIGKILL");
    await this.#clear();
  }

  /** Waits until one keeper, and no other, takes commands. */
  async keeperAnswers(): Promise<void> {
    const socket = path.join(this.home, "engine/keeper/keeper.sock");
    await this.until("the keeper answers", async () => {
      const isOne = this.#all(isKeeper).length === 1;
      return isOne && (await isListening(socket));
    });
  }

  /** Numbers of all processes that came of this bed, ascending. */
  processes(): readonly number[] {
    const marks = [`TMPDIR=${this.#temporary}`, this.home];
    return findProcesses((pid) => {
      const words = [...readWords(pid, "environ"), ...readWords(pid, "cmdline")];
      return words.some((word) => word === marks[0] || word.startsWith(marks[1]));
    }).toSorted((left, right) => left - right);
  }

  /** Folders of cgroups that are there for this home. */
  cgroups(): readonly string[] {
    const base = "/sys/fs/cgroup";
    const folders = ["", ...readFolder(base)].map((name) => path.join(base, name));
    return [...new Set(folders)].flatMap((folder) =>
      readFolder(folder)
        .filter((name) => name.startsWith(`neuraxis-${this.#key}.`))
        .map((name) => path.join(folder, name)),
    );
  }

  /** Waits until it holds. @throws Error naming `what`. */
  async until(
    what: string | (() => string),
    holds: () => Promise<boolean> | boolean,
  ): Promise<void> {
    const endMs = performance.now() + LIMIT_MS;
    while (!(await holds())) {
      if (performance.now() > endMs) {
        const words = typeof what === "string" ? what : what();
        throw new Error(`it never came about that ${words}`);
      }
      await pause(LOOK_MS);
    }
  }

  /** Ends all that came of it, and removes it. */
  async remove(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#clear();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #clear(): Promise<void> {
    await this.until("all of its processes are gone", () => {
      const left = this.processes();
      for (const pid of left) sendSignal(pid, "SIGKILL");
      // What is frozen does not die before it is thawed.
      detectIsolation({ key: this.#key }).removeAll();
      return left.length === 0;
    });
    detectIsolation({ key: this.#key }).removeAll();
  }

  get #temporary(): string {
    return path.join(this.folder, "tmp");
  }

  /** Tells this home's cgroups from others', as the engine does. */
  get #key(): string {
    const folder = path.join(this.home, "engine");
    return createHash("sha256").update(folder).digest("hex").slice(0, 12);
  }

  #all(isIt: (words: readonly string[]) => boolean): readonly number[] {
    return this.processes().filter((pid) => isIt(readWords(pid, "cmdline")));
  }
}

function isKeeper(words: readonly string[]): boolean {
  return words.some((word) => /\/keeper\.[jt]s$/.test(word));
}

function isDoor(words: readonly string[]): boolean {
  return words.some((word) => /\/door\.[jt]s$/.test(word));
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** Free just now: nobody else is expected to take them. */
async function findFreePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = servers.map(async (server) => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    return (server.address() as AddressInfo).port;
  });
  const [api, door] = await Promise.all(ports);
  for (const server of servers) server.close();
  return [api, door];
}

/** Words between zero bytes of a file of a process; none if it is gone. */
function readWords(pid: number, file: "environ" | "cmdline"): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0");
  } catch {
    return [];
  }
}

function readFolder(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
