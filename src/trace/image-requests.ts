import { type OnIgnoredColumns, readCsvRows } from "./csv-rows.ts";
import { InputError } from "./input-error.ts";

/** Most requests that are kept in memory. */
const REQUESTS_MAX = 50_000_000;
/** Longest time that one request may run: a year. */
const SERVE_SECONDS_MAX = 366 * 86_400;

const COLUMNS = {
  required: ["gmt_create", "exec_time_seconds"],
  // The trace's own columns that serving time has no use for are known, not surprising.
  optional: [
    "predict_type",
    "predict_status",
    "groupId",
    "prompt_length",
    "negative_prompt_length",
    "num_images_per_prompt",
    "num_inference_steps",
    "checkpoint_model_version_id",
    "num_lora",
  ],
};

/** Requests in order of arrival. */
export interface ImageRequests {
  /** Milliseconds since the first of them, ascending. */
  readonly arrivalMs: Float64Array;
  /** Milliseconds that each was served. */
  readonly serveMs: Float64Array;
  /** Rows left out because they were never served: no execution time, or 0. */
  readonly unserved: number;
}

/**
 * Requests in the format of Alibaba's trace of image generation (cluster-trace-v2026-GenAI):
 * gmt_create (`2024-11-15 16:57:50`, ascending) and exec_time_seconds. A request that was executed
 * counts, whatever became of it.
 *
 * @throws InputError with file, line and column.
 */
export async function readImageRequests(
  file: string,
  onIgnoredColumns: OnIgnoredColumns,
): Promise<ImageRequests> {
  const arrivalMs: number[] = [];
  const serveMs: number[] = [];
  let unserved = 0;
  let latestMs = -Infinity;
  for await (const row of readCsvRows(file, COLUMNS, onIgnoredColumns)) {
    const seconds =
      row.text("exec_time_seconds") === ""
        ? 0
        : row.decimal("exec_time_seconds", SERVE_SECONDS_MAX);
    if (seconds === 0) {
      unserved += 1;
      continue;
    }
    const atMs = row.timestampMs("gmt_create");
    if (atMs < latestMs) {
      const problem = `${row.text("gmt_create")} is earlier than the request before it`;
      throw new InputError("unsorted-trace", row.place("gmt_create"), problem);
    }
    if (arrivalMs.length === REQUESTS_MAX) {
      const problem = `more than ${REQUESTS_MAX} requests`;
      throw new InputError("too-large", row.place("gmt_create"), problem);
    }
    latestMs = atMs;
    arrivalMs.push(atMs);
    serveMs.push(seconds * 1000);
  }
  const [firstMs] = arrivalMs;
  if (firstMs === undefined) {
    throw new InputError("empty-file", { file }, "has no request that was executed");
  }
  return {
    arrivalMs: Float64Array.from(arrivalMs, (atMs) => atMs - firstMs),
    serveMs: Float64Array.from(serveMs),
    unserved,
  };
}
