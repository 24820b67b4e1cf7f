import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { setImmediate as nextTurn } from "node:timers/promises";
import { ApiError, parseCompletionRequest, type CompletionRequest } from "./completion-request.ts";
import { generate, type TextModel, type TextPiece } from "./generate.ts";
import { Turns } from "./turns.ts";

/** The model's name in requests and answers. */
const MODEL_NAME = "tiny-lm";
const BODY_BYTES_MAX = 64 * 1024;
/** For a whole request to come in. */
const REQUEST_LIMIT_MS = 30_000;
const RETRY_AFTER_SECONDS = "1";

export interface ServerLimits {
  /** Requests that wait while one is written; beyond it 429. */
  readonly waitingMax: number;
}

/**
 * Completions over HTTP. One request is written at a time, a character per turn of the event loop, so that
 * health checks and new requests are answered meanwhile: one core gives no more by writing several at once.
 */
export class CompletionServer {
  readonly http: Server;
  readonly #turns: Turns;
  #state: "loading" | "ready" | "stopping" = "loading";
  #model: TextModel | undefined;

  constructor({ waitingMax }: ServerLimits) {
    this.#turns = new Turns(waitingMax);
    this.http = createServer({ requestTimeout: REQUEST_LIMIT_MS }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  /** From now on requests are answered. */
  use(model: TextModel): void {
    this.#model = model;
    if (this.#state === "loading") this.#state = "ready";
  }

  /** Takes no new requests; resolves when those that were taken are answered. */
  stop(): Promise<void> {
    this.#state = "stopping";
    return new Promise((resolve) => this.http.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on("close", () => {
      // A connection kept alive for more would keep the server from its end.
      if (this.#state === "stopping") this.http.closeIdleConnections();
    });
    try {
      await this.#route(request, response);
    } catch (error) {
      sendError(response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url?.split("?")[0]}`;
    if (route === "GET /healthz") {
      sendJson(response, this.#state === "ready" ? 200 : 503, { status: this.#state });
    } else if (route === "POST /v1/completions") {
      await this.#complete(request, response);
    } else {
      throw new ApiError(404, "not_found", `${route} is not here; POST /v1/completions is`);
    }
  }

  async #complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const model = this.#model;
    if (this.#state !== "ready" || model === undefined) {
      throw new ApiError(503, "not_ready", `the server is ${this.#state}`);
    }
    const left = new AbortController();
    response.on("close", () => left.abort());
    const completion = parseCompletionRequest(await readBody(request), MODEL_NAME);
    const turn = this.#turns.take(left.signal);
    if (turn === undefined) {
      throw new ApiError(429, "too_many_waiting", "too many requests wait: try again later");
    }
    if (!(await turn)) return;
    try {
      const writer = new AnswerWriter(response, completion, model);
      for (const piece of generate(model, completion)) {
        if (left.signal.aborted) return;
        writer.add(piece);
        await nextTurn();
      }
      writer.end();
    } finally {
      this.#turns.giveBack();
    }
  }
}

/** Writes one completion in OpenAI's form: whole, or as server-sent events. */
class AnswerWriter {
  readonly #response: ServerResponse;
  readonly #request: CompletionRequest;
  readonly #head: object;
  readonly #promptTokens: number;
  #text = "";
  #tokens = 0;
  #finishReason: string | null = null;

  constructor(response: ServerResponse, request: CompletionRequest, model: TextModel) {
    this.#response = response;
    this.#request = request;
    this.#promptTokens = model.vocabulary.encode(request.prompt).length;
    this.#head = {
      id: `cmpl-${randomUUID()}`,
      object: "text_completion",
      created: Math.floor(Date.now() / 1000),
      model: MODEL_NAME,
    };
    if (!request.isStreamed) return;
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  }

  add({ text, tokens, finishReason }: TextPiece): void {
    this.#tokens = tokens;
    this.#finishReason = finishReason ?? null;
    if (!this.#request.isStreamed) this.#text += text;
    else if (text !== "" || finishReason) this.#event(this.#body(text));
  }

  end(): void {
    const usage = {
      prompt_tokens: this.#promptTokens,
      completion_tokens: this.#tokens,
      total_tokens: this.#promptTokens + this.#tokens,
    };
    if (!this.#request.isStreamed) {
      sendJson(this.#response, 200, { ...this.#body(this.#text), usage });
      return;
    }
    if (this.#request.tellsUsage) this.#event({ ...this.#head, choices: [], usage });
    this.#response.end("data: [DONE]\n\n");
  }

  #body(text: string): object {
    const choice = { index: 0, text, logprobs: null, finish_reason: this.#finishReason };
    return { ...this.#head, choices: [choice] };
  }

  #event(body: object): void {
    this.#response.write(`data: ${JSON.stringify(body)}\n\n`);
  }
}

/** Throws ApiError 413 for more than 64 KiB. */
async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  // The connection must outlive a body that is not read to its end: the refusal goes out on it.
  const stream: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) {
      throw new ApiError(413, "too_large", `the body has more than ${BODY_BYTES_MAX} bytes`);
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  const isKnown = error instanceof ApiError;
  if (!isKnown) process.stderr.write(`tiny-lm: ${String(error)}\n`);
  const answer = isKnown ? error : new ApiError(500, "internal", "the server has a bug");
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (answer.status === 429 || answer.status === 503) {
    response.setHeader("retry-after", RETRY_AFTER_SECONDS);
  }
  // What is left of a body too large is not read: the connection cannot be used again.
  if (answer.status === 413) response.setHeader("connection", "close");
  sendJson(response, answer.status, answer);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${JSON.stringify(body)}\n`);
}
