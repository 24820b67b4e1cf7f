import type { Client } from "../client/client.ts";
import { ClientError } from "../client/client-error.ts";
import type { Host } from "./host.ts";
import { LinePrefix } from "./line-prefix.ts";

const STREAMS = ["stdout", "stderr"] as const;
/** Times in a row that a stream which broke off is asked for again, and the wait before each. */
const TRIES_MAX = 20;
const TRY_MS = 500;

interface Source {
  readonly member: number;
  readonly stream: (typeof STREAMS)[number];
  readonly prefix: LinePrefix | undefined;
  readonly stop: AbortSignal;
}

/** Writes what the members of a job write to the streams of this program, one attempt after another. */
export class MemberOutput {
  readonly #host: Host;
  readonly #client: Client;
  readonly #job: string;
  #attempt = 0;
  #shown: Promise<unknown> = Promise.resolve();

  constructor(host: Host, client: Client, job: string) {
    this.#host = host;
    this.#client = client;
    this.#job = job;
  }

  /** Shows an attempt that runs or has run, once, after those before it. */
  show(attempt: number, members: number, stop: AbortSignal): void {
    if (attempt === this.#attempt) return;
    this.#attempt = attempt;
    const sources = Array.from({ length: members }, (_, member) =>
      STREAMS.map((stream) => {
        const prefix = members === 1 ? undefined : new LinePrefix(`[${member}] `);
        return { member, stream, prefix, stop };
      }),
    ).flat();
    this.#shown = this.#shown.then(() => Promise.all(sources.map((source) => this.#copy(source))));
  }

  /** Resolves when all is written, or lost for good and told so. */
  async end(): Promise<void> {
    await this.#shown;
  }

  /** Copies to the end of the process; a stream that broke off goes on where it was. */
  async #copy({ member, stream, prefix, stop }: Source): Promise<void> {
    let seen = 0;
    for (let tries = 0; !stop.aborted; tries += 1) {
      let skip = seen;
      try {
        const query = { kind: "BatchJob", name: this.#job, follow: true } as const;
        for await (const bytes of this.#client.log({ ...query, member, stream, stop })) {
          const fresh = bytes.subarray(skip);
          skip -= bytes.length - fresh.length;
          seen += fresh.length;
          tries = 0;
          const text = prefix === undefined ? fresh : prefix.push(fresh);
          await this.#host.user.write(stream, text);
        }
        if (prefix !== undefined) await this.#host.user.write(stream, prefix.end());
        return;
      } catch (error) {
        if (stop.aborted) return;
        if (!(error instanceof ClientError)) throw error;
        // A process that never was has no output.
        if (error.code === "unknown-object") return;
        if (tries >= TRIES_MAX) {
          this.#host.note(`error: ${error.message}; see neuraxis logs ${this.#job}`);
          return;
        }
      }
      await this.#host.user.wait(TRY_MS, stop);
    }
  }
}
