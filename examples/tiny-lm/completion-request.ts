import { randomInt } from "node:crypto";
import { z } from "zod";
import type { TextRequest } from "./generate.ts";

const MAX_TOKENS_MAX = 2048;
const STOPS_MAX = 4;

const bodySchema = z.object({
  model: z.string().optional(),
  prompt: z.union([z.string(), z.array(z.string()).length(1)]).default(""),
  max_tokens: z.int().min(1).max(MAX_TOKENS_MAX).default(16),
  temperature: z.number().min(0).max(2).default(1),
  seed: z.int().optional(),
  stream: z.boolean().default(false),
  stream_options: z.object({ include_usage: z.boolean().default(false) }).optional(),
  stop: z.union([z.string().min(1), z.array(z.string().min(1)).max(STOPS_MAX)]).default([]),
  n: z.literal(1).default(1),
});

/** A request of OpenAI's completions API, as far as this server knows it; the rest is not looked at. */
export interface CompletionRequest extends TextRequest {
  readonly isStreamed: boolean;
  /** Whether the last piece of a stream tells the counts. */
  readonly tellsUsage: boolean;
}

/** An answer with a 4xx or 5xx status and OpenAI's error object. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly param: string | null;

  constructor(status: number, code: string, message: string, param: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
  }

  toJSON() {
    const { status, message, param, code } = this;
    return { error: { message, type: typeOf(status), param, code } };
  }
}

function typeOf(status: number): string {
  if (status === 429) return "rate_limit_error";
  return status < 500 ? "invalid_request_error" : "server_error";
}

/** Reads a request's body. Throws ApiError: 400 for what is wrong, 404 for another model than `modelName`. */
export function parseCompletionRequest(body: string, modelName: string): CompletionRequest {
  const { data, error } = bodySchema.safeParse(withoutNulls(parseJson(body)));
  if (error) {
    const [issue] = error.issues;
    const param = issue.path.length > 0 ? String(issue.path[0]) : null;
    throw new ApiError(400, "invalid_value", `${param ?? "body"}: ${issue.message}`, param);
  }
  if (data.model !== undefined && data.model !== modelName) {
    const message = `the model ${data.model} is not here; this server has ${modelName}`;
    throw new ApiError(404, "model_not_found", message, "model");
  }
  return {
    prompt: [data.prompt].flat().join(""),
    maxTokens: data.max_tokens,
    temperature: data.temperature,
    seed: data.seed ?? randomInt(2 ** 32),
    stop: [data.stop].flat(),
    isStreamed: data.stream,
    tellsUsage: data.stream_options?.include_usage ?? false,
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new ApiError(400, "invalid_json", "the body is no JSON");
  }
}

/** Clients send null for what they leave to the server. */
function withoutNulls(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}
