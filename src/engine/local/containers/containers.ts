import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Note } from "../../../model/note.ts";
import type { ProcessEnd } from "../processes.ts";
import type { ContainerRuntime } from "./container-runtime.ts";

/** Podman refuses once what it only then sees has ended. */
const REMOVALS_MAX = 3;
const REMOVAL_MS = 30_000;

/**
 * The containers of one engine, each the process that it stands for. The runtime's client removes one
 * that ends by itself; this removes what is left where the client was killed, or nobody was there.
 */
export class Containers {
  readonly runtime: ContainerRuntime;
  readonly #prefix: string;
  readonly #names = new Set<string>();
  #tell: (note: Omit<Note, "about">) => void = () => {};

  /** @param key tells the containers of one engine from another's: letters and digits. */
  constructor(runtime: ContainerRuntime, key: string) {
    this.runtime = runtime;
    this.#prefix = `neuraxis-${key}-`;
  }

  /** Name of the container of a process, which is about to start. */
  add(id: string): string {
    const name = this.#nameOf(id);
    this.#names.add(name);
    return name;
  }

  /** Takes up those of processes that run, and removes all others that an earlier engine left. */
  async begin(running: Iterable<string>, tell: (note: Omit<Note, "about">) => void): Promise<void> {
    this.#tell = tell;
    const wanted = new Set([...running].map((id) => this.#nameOf(id)));
    for (const name of await this.#list()) {
      if (wanted.has(name)) this.#names.add(name);
      else await this.#remove(name);
    }
  }

  /**
   * Removes what the process left in the runtime: nothing, if its client ended by itself. One that is
   * asked to end before its container runs ends well, and leaves it.
   */
  async afterEnd(id: string, end: ProcessEnd): Promise<void> {
    const name = this.#nameOf(id);
    if (!this.#names.delete(name)) return;
    const isByItself = end.kind === "exited" && end.signal === null && !end.wasAsked;
    if (!isByItself) await this.#remove(name);
  }

  /** Removes all, whatever runs in them. */
  async end(): Promise<void> {
    for (const name of await this.#list()) await this.#remove(name);
  }

  #nameOf(id: string): string {
    return this.#prefix + encodeURIComponent(id).replaceAll(/[^\w.-]/g, "_");
  }

  async #list(): Promise<readonly string[]> {
    const filter = `name=^${this.#prefix}`;
    try {
      const text = await this.#run(["ps", "--all", "--filter", filter, "--format", "{{.Names}}"]);
      return text.split("\n").filter((name) => name.startsWith(this.#prefix));
    } catch (error) {
      this.#tell({
        type: "Warning",
        reason: "containers-unknown",
        message: `what an earlier engine left in ${this.runtime.kind} is not removed: ${messageOf(error)}`,
      });
      return [];
    }
  }

  async #remove(name: string): Promise<void> {
    const manner = this.runtime.kind === "podman" ? ["--ignore", "--time=0"] : [];
    for (let removals = 1; ; removals += 1) {
      try {
        await this.#run(["rm", "--force", ...manner, name]);
        return;
      } catch (error) {
        const message = messageOf(error);
        if (/no such container/i.test(message)) return;
        if (removals < REMOVALS_MAX) continue;
        const left = `the container ${name} cannot be removed: ${message}`;
        return this.#tell({ type: "Warning", reason: "container-left", message: left });
      }
    }
  }

  async #run(words: readonly string[]): Promise<string> {
    const { program, environment } = this.runtime;
    const options = { env: environment, timeout: REMOVAL_MS };
    return (await promisify(execFile)(program, words, options)).stdout;
  }
}

function messageOf(error: unknown): string {
  return (error as Error).message.trim().split("\n").at(-1) ?? "";
}
