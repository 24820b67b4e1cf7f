import { setTimeout as wait } from "node:timers/promises";
import type { ProcessLog } from "../log-files.ts";
import { LogReader } from "./log-reader.ts";

/** Longest line that is kept until its end comes, in bytes. */
const LINE_BYTES_MAX = 64 * 1024;
const LINE_END = 10;

export interface LogRequest {
  readonly stream: "stdout" | "stderr" | "both";
  /** Lines of each stream before its end; absent: all that is kept. */
  readonly tail?: number;
  /** Whether to wait for what comes until the process has ended. */
  readonly follow: boolean;
}

/** The output of one stream on its way. */
interface Source {
  readonly reader: LogReader;
  readonly lines: LineGate;
}

/** How a log is watched while it grows. */
interface Following {
  readonly pollMs: number;
  readonly stop: AbortSignal;
}

/**
 * The output of a process. Of one stream each byte as soon as it is there; of both whole lines, since
 * nobody knows which came first. It takes no more memory however slowly it is read.
 * @throws ReplacedLogError, Error of the system; so may reading.
 */
export async function openLogText(
  log: ProcessLog,
  request: LogRequest,
  following: Following,
): Promise<AsyncGenerator<Buffer>> {
  const { stream, tail } = request;
  const wanted = stream === "both" ? (["stdout", "stderr"] as const) : ([stream] as const);
  const sources = await Promise.all(
    wanted.map(async (name) => ({
      reader: await LogReader.open(log.files[name], tail),
      lines: new LineGate(),
    })),
  );
  return readSources(sources, log, request, following);
}

async function* readSources(
  sources: readonly Source[],
  log: ProcessLog,
  { stream, follow }: LogRequest,
  { pollMs, stop }: Following,
): AsyncGenerator<Buffer> {
  while (!stop.aborted) {
    // Asked before reading: what a process wrote last is there when it has ended.
    const mayGrow = follow && log.isLive();
    let hasMore = false;
    for (const { reader, lines } of sources) {
      const chunk = await reader.read();
      if (chunk === undefined) continue;
      hasMore = true;
      const text = stream === "both" ? lines.push(chunk) : chunk;
      if (text.length > 0) yield text;
    }
    if (hasMore) continue;
    if (!mayGrow) break;
    // The abort is all that it can reject with, and the loop looks at that.
    await wait(pollMs, undefined, { signal: stop }).catch(() => {});
  }
  for (const { lines } of sources) {
    const rest = lines.end();
    if (rest.length > 0) yield rest;
  }
}

/** Lets whole lines through. */
class LineGate {
  #rest = Buffer.alloc(0);

  /** What can be told now, with what was kept before. */
  push(chunk: Buffer): Buffer {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const end = all.lastIndexOf(LINE_END) + 1;
    const isTooLong = all.length - end > LINE_BYTES_MAX;
    this.#rest = isTooLong ? Buffer.alloc(0) : Buffer.from(all.subarray(end));
    return isTooLong ? all : all.subarray(0, end);
  }

  end(): Buffer {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest;
  }
}
