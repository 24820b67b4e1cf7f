import { Agent, request } from "node:http";
import { wait } from "../wait.ts";
import type { PlannedRequest } from "./traffic.ts";

/** A request that has no answer after so long has failed. */
const ANSWER_LIMIT_MS = 30_000;
const TEMPERATURE = 0.8;

/** What became of a request. */
export interface Answer {
  /** From the time at which it was to be sent. */
  readonly latencyMs: number;
  /** Absent if it was answered as it should be. */
  readonly failure?: string;
}

/** What is asked of a model. */
interface Completion {
  readonly prompt: string;
  readonly max_tokens: number;
  readonly temperature: number;
  readonly seed: number;
}

/** Sends requests to the door of one service. */
export class RequestSender {
  readonly #url: URL;
  readonly #text: string;
  readonly #agent = new Agent({ keepAlive: true });

  /** @param endpoint of the service. @param text of which prompts are cut. */
  constructor(endpoint: string, text: string) {
    this.#url = new URL(`${endpoint}/v1/completions`);
    this.#text = text;
  }

  /**
   * Open loop: sends each request at its time, whatever became of those before, and resolves when
   * all that were sent are answered. After `stop` no more are sent.
   */
  async sendAll(
    requests: readonly PlannedRequest[],
    tell: (answer: Answer) => void,
    stop: AbortSignal,
  ): Promise<void> {
    const startMs = performance.now();
    const open: Promise<void>[] = [];
    for (const planned of requests) {
      const dueMs = startMs + planned.atMs;
      const waitMs = dueMs - performance.now();
      if (waitMs > 0) await wait(waitMs, stop);
      if (stop.aborted) break;
      open.push(this.#send(planned, dueMs).then(tell));
    }
    await Promise.all(open);
  }

  /** What the model writes on. @throws Error if it is not answered. */
  async complete(prompt: string, characters: number): Promise<string> {
    return this.#ask({ prompt, max_tokens: characters, temperature: 0.5, seed: 1 });
  }

  close(): void {
    this.#agent.destroy();
  }

  async #send({ prompt, generated, seed }: PlannedRequest, dueMs: number): Promise<Answer> {
    const from = seed % Math.max(1, this.#text.length - prompt);
    const words = { prompt: this.#text.slice(from, from + prompt), max_tokens: generated };
    try {
      await this.#ask({ ...words, temperature: TEMPERATURE, seed });
      return { latencyMs: performance.now() - dueMs };
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      return { latencyMs: performance.now() - dueMs, failure };
    }
  }

  #ask(completion: Completion): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const headers = { "content-type": "application/json" };
    const signal = AbortSignal.timeout(ANSWER_LIMIT_MS);
    const options = { method: "POST", agent: this.#agent, headers, signal };
    const sent = request(this.#url, options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (piece: string) => (body += piece));
      response.on("error", reject).on("end", () => {
        if (response.statusCode === 200) resolve(textOf(body));
        else reject(new Error(`status ${response.statusCode}: ${body.slice(0, 200)}`));
      });
    });
    sent.on("error", reject).end(JSON.stringify(completion));
    return promise.catch((error: unknown) => {
      throw error instanceof Error ? error : new Error(String(error));
    });
  }
}

function textOf(body: string): string {
  const { choices } = JSON.parse(body) as {
    readonly choices: readonly { readonly text: string }[];
  };
  return choices[0]!.text;
}
