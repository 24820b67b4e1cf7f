import { clientError, readError } from "./client-error.ts";

/** Time within which an answer has to begin, in milliseconds. */
const ANSWER_MS = 60_000;
/** Characters of an answer that is shown because nobody understands it. */
const SHOWN_MAX = 200;

/** Where the API is, and what lets in. */
export interface ApiAddress {
  /** Such as `http://127.0.0.1:7600`. */
  readonly url: string;
  readonly token: string;
}

/** What is asked. */
export interface Request {
  readonly method?: "GET" | "PUT" | "POST" | "DELETE";
  readonly path: string;
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request, its answer included. */
  readonly stop?: AbortSignal | undefined;
}

/** The whole answer of a request, as JSON. @throws ClientError. */
export async function ask<Answer>(address: ApiAddress, request: Request): Promise<Answer> {
  const response = await open(address, request);
  return parseJson(address, await readText(address, response)) as Answer;
}

/** @throws ClientError for what is no JSON. */
export function parseJson({ url }: ApiAddress, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw clientError("not-understood", `${url} sends no JSON: ${shorten(text)}`, error);
  }
}

/** The answer of a request once its status is good. @throws ClientError. */
export async function open(address: ApiAddress, request: Request): Promise<Response> {
  const { method = "GET", path, query = {}, headers = {}, body, stop } = request;
  const url = new URL(path, address.url);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), ANSWER_MS);
  const signals = stop === undefined ? [late.signal] : [late.signal, stop];
  try {
    const response = await fetch(url, {
      method,
      // A connection of its own is never one that the server is closing just now.
      headers: { Authorization: `Bearer ${address.token}`, Connection: "close", ...headers },
      signal: AbortSignal.any(signals),
      redirect: "error", // The token goes nowhere else.
      ...(body === undefined ? {} : { body }),
    });
    if (response.ok) return response;
    const text = await readText(address, response);
    const message = `${address.url} answers with status ${response.status}: ${shorten(text)}`;
    throw readError(text) ?? clientError("not-understood", message);
  } catch (error) {
    if (late.signal.aborted) {
      throw clientError("no-answer", `${address.url} has not answered for ${ANSWER_MS / 1000} s`);
    }
    throw toClientError(address, error);
  } finally {
    clearTimeout(timer);
  }
}

/** What `fetch` and its streams throw, as an error with code and cure; others as they are. */
export function toClientError({ url }: ApiAddress, error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  const { code, message } = (error.cause ?? error) as NodeJS.ErrnoException;
  if (code === "ECONNREFUSED")
    return clientError("not-running", `nothing listens at ${url}`, error);
  return clientError("connection-lost", `no connection with ${url}: ${code ?? message}`, error);
}

async function readText(address: ApiAddress, response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw toClientError(address, error);
  }
}

function shorten(text: string): string {
  return JSON.stringify(text.slice(0, SHOWN_MAX));
}
