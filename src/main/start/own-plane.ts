import type { Client } from "../../client/client.ts";
import { createClient } from "../../client/client.ts";
import { ClientError } from "../../client/client-error.ts";
import { Home } from "../up/home.ts";
import { runDown } from "../up/run-down.ts";
import { runUp } from "../up/run-up.ts";

/** Any free port of loopback. */
const ANY = { host: "127.0.0.1", port: 0 };
/** After these the control plane has gone, or is about to. */
const GONE = new Set<ClientError["code"]>(["not-running", "connection-lost", "shutting-down"]);

/** The control plane of one home, a process of its own that outlives the one that asks it. */
export class OwnPlane {
  readonly #home: Home;
  readonly #version: string;
  readonly #meet: (pid: number) => void;
  #client: Client | undefined;

  /** @param meet is called with the process of each one that is found or started. */
  constructor(folder: string, version: string, meet: (pid: number) => void) {
    this.#home = new Home(folder);
    this.#version = version;
    this.#meet = meet;
  }

  /** The API's address, as it was last. */
  get url(): string {
    return this.#home.api()?.url ?? "";
  }

  /**
   * Asks the control plane; one that has gone is started again, and asked again.
   * @throws ClientError, and UsageError if it cannot be started.
   */
  async ask<Answer>(question: (client: Client) => Promise<Answer>): Promise<Answer> {
    const client = (this.#client ??= await this.#raise());
    try {
      return await question(client);
    } catch (error) {
      if (!(error instanceof ClientError) || !GONE.has(error.code)) throw error;
      this.#client = await this.#raise();
      return question(this.#client);
    }
  }

  /** Ends it with all work, in good order. */
  async end(): Promise<void> {
    await runDown(this.#home.folder, { workloads: "end", note: () => {} });
    this.#client = undefined;
  }

  /** The one that runs, or a new one. */
  async #raise(): Promise<Client> {
    const running = await this.#connect();
    if (running !== undefined) return running;
    const order = { home: this.#home.folder, api: ANY, door: ANY, detach: true };
    await runUp(order, { version: this.#version, note: () => {} });
    return (await this.#connect())!;
  }

  async #connect(): Promise<Client | undefined> {
    const api = this.#home.api();
    if (api === undefined) return undefined;
    const client = createClient({ url: api.url, token: this.#home.token() });
    try {
      await client.version();
      this.#meet(api.pid);
      return client;
    } catch (error) {
      // What its home tells of has ended; another program may have its port.
      if (error instanceof ClientError) return undefined;
      throw error;
    }
  }
}
