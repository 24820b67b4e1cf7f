import { type OnIgnoredColumns, readCsvRows } from "./csv-rows.ts";
import { InputError } from "./input-error.ts";

/** Most requests that are kept in memory. */
const REQUESTS_MAX = 50_000_000;
/** Most tokens of one prompt or one answer. */
const TOKENS_MAX = 1_000_000_000;

const COLUMNS = { required: ["TIMESTAMP", "ContextTokens", "GeneratedTokens"], optional: [] };

/** Requests in order of arrival. */
export interface LlmRequests {
  /** Milliseconds since the first of them, ascending. */
  readonly arrivalMs: Float64Array;
  /** Tokens of each prompt. */
  readonly contextTokens: Int32Array;
  /** Tokens of each answer. */
  readonly generatedTokens: Int32Array;
}

/**
 * Requests in the format of Azure's LLM inference traces (Patel et al., ISCA '24): TIMESTAMP
 * (`2023-11-16 18:17:03.9799600`, ascending), ContextTokens, GeneratedTokens.
 *
 * @throws InputError with file, line and column.
 */
export async function readLlmRequests(
  file: string,
  onIgnoredColumns: OnIgnoredColumns,
): Promise<LlmRequests> {
  const arrivalMs: number[] = [];
  const contextTokens: number[] = [];
  const generatedTokens: number[] = [];
  let firstMs: number | undefined;
  for await (const row of readCsvRows(file, COLUMNS, onIgnoredColumns)) {
    const atMs = row.timestampMs("TIMESTAMP");
    firstMs ??= atMs;
    if (atMs - firstMs < (arrivalMs.at(-1) ?? 0)) {
      const problem = `${row.text("TIMESTAMP")} is earlier than the request before it`;
      throw new InputError("unsorted-trace", row.place("TIMESTAMP"), problem);
    }
    if (arrivalMs.length === REQUESTS_MAX) {
      const problem = `more than ${REQUESTS_MAX} requests`;
      throw new InputError("too-large", row.place("TIMESTAMP"), problem);
    }
    arrivalMs.push(atMs - firstMs);
    contextTokens.push(row.integer("ContextTokens", TOKENS_MAX));
    generatedTokens.push(row.integer("GeneratedTokens", TOKENS_MAX));
  }
  return {
    arrivalMs: Float64Array.from(arrivalMs),
    contextTokens: Int32Array.from(contextTokens),
    generatedTokens: Int32Array.from(generatedTokens),
  };
}
