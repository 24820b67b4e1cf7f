import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { copyFile, rename, rm, stat, truncate } from "node:fs/promises";
import type { SpawnRequest } from "./protocol.ts";

/** Bytes copied at a time, and how often at most while the writer may not be interrupted. */
const CHUNK_BYTES = 2 ** 18;
const CHUNKS_MAX = 64;

/**
 * Opens a file for a process to append its output to, made with mode 0600 if missing.
 * @throws Error of the system, or one that says that this is no regular file: opening a pipe
 *   could wait for ever.
 */
export function openOutput(file: string): number {
  const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
  const descriptor = openSync(file, O_APPEND | O_CREAT | O_NONBLOCK | O_WRONLY, 0o600);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${file} is no regular file`);
}

/**
 * Moves what an output file holds to file.1, file.1 to file.2 and so on, if it is too long.
 *
 * The process writes to the file by a descriptor that outlives the keeper, so the file cannot be
 * exchanged: it is copied and then cut to nothing, and appending goes on at its start. What the
 * process writes between the last read of the copy, which finds the end, and the cut that follows
 * is lost: microseconds, and only when a file is rotated. If the keeper ends between copy and cut,
 * the content is there twice. A file that grows faster than it is copied is left for the next time.
 * @throws Error of the system, as when the file was removed.
 */
export async function rotateIfLong(
  file: string,
  { rotateBytes, rotateCount }: Pick<SpawnRequest, "rotateBytes" | "rotateCount">,
): Promise<void> {
  if ((await stat(file)).size <= rotateBytes) return;
  if (rotateCount === 0) {
    await truncate(file);
    return;
  }
  const draft = `${file}.rotating`;
  await copyFile(file, draft);
  for (let number = rotateCount; number > 1; number -= 1) {
    await rename(`${file}.${number - 1}`, `${file}.${number}`).catch(ignoreMissing);
  }
  await rename(draft, `${file}.1`);
  if (!cutAfterCopying(file, `${file}.1`)) await rm(`${file}.1`);
}

/** Copies what came meanwhile, and cuts the file when its end is reached. */
function cutAfterCopying(file: string, copy: string): boolean {
  const source = openSync(file, "r+");
  const target = openSync(copy, "a");
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let position = fstatSync(target).size;
    for (let count = 0; count < CHUNKS_MAX; count += 1) {
      const bytes = readSync(source, chunk, 0, CHUNK_BYTES, position);
      if (bytes === 0) {
        ftruncateSync(source);
        return true;
      }
      position += bytes;
      for (let start = 0; start < bytes; ) start += writeSync(target, chunk, start, bytes - start);
    }
    return false;
  } finally {
    closeSync(source);
    closeSync(target);
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
