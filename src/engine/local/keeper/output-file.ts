import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from "node:fs";
import { open, rename, rm, type FileHandle } from "node:fs/promises";
import type { SpawnRequest } from "./protocol.ts";

/** Bytes copied at a time, and how often at most while the writer may not be waited for. */
const CHUNK_BYTES = 2 ** 18;
const CHUNKS_MAX = 64;

/**
 * Opens a file for a process to append its output to, made with mode 0600 if missing.
 * @throws Error of the system, or one that says that this is no regular file: opening a pipe
 *   could wait for ever.
 */
export function openOutput(file: string): number {
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_WRONLY } = constants;
  const flags = O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_WRONLY;
  const descriptor = openSync(file, flags, 0o600);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${file} is no regular file`);
}

/** Which file this is, whatever its name: its disk and its number there, until it is removed. */
export function inodeOf(descriptor: number): string {
  const { dev, ino } = fstatSync(descriptor, { bigint: true });
  return `${dev}:${ino}`;
}

/** How an output file is rotated, and which file it is: what else has its name is left alone. */
export interface Rotation extends Pick<SpawnRequest, "rotateBytes" | "rotateCount"> {
  readonly inode: string;
}

/**
 * Moves what an output file holds to file.1, file.1 to file.2 and so on, if it is too long.
 *
 * The process writes to the file by a descriptor that outlives the keeper, so the file cannot be
 * exchanged: it is copied and then cut to nothing, and appending goes on at its start. What the
 * process writes between the last read of the copy, which finds the end, and the cut that follows
 * is lost: microseconds, and only when a file is rotated. If the keeper ends between copy and cut,
 * the content is there twice.
 *
 * Of a file that is more than twice too long, or grows faster than it is copied, the end alone is
 * kept: `rotateBytes`, or 16 MiB if that is less. So a writer uses the disk for what it writes between
 * two looks and for old files of `rotateBytes` each, or up to twice that if it writes as much a look.
 * @returns whether it was more than twice too long: it is worth another look soon.
 * @throws Error of the system, as when the file was removed, or one that says that the name is
 *   another file's now, which is left as it is.
 */
export async function rotateIfLong(file: string, rotation: Rotation): Promise<boolean> {
  const { rotateBytes, rotateCount, inode } = rotation;
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR, O_WRONLY } = constants;
  await using source = await open(file, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
  if (inodeOf(source.fd) !== inode) throw new Error(`${file} is not the file that was opened`);
  const { size } = fstatSync(source.fd);
  const isFlooded = size > 2 * rotateBytes;
  if (size <= rotateBytes) return false;
  if (rotateCount === 0) {
    await source.truncate();
    return isFlooded;
  }
  const draft = `${file}.rotating`;
  await rm(draft, { force: true });
  await using target = await open(draft, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, 0o600);
  if (!isFlooded) await copy(source, target, size);
  for (let number = rotateCount; number > 1; number -= 1) {
    await rename(`${file}.${number - 1}`, `${file}.${number}`).catch(ignoreMissing);
  }
  await rename(draft, `${file}.1`);
  const tailBytes = Math.min(rotateBytes, CHUNK_BYTES * CHUNKS_MAX);
  copyRest(source.fd, target.fd, { copied: isFlooded ? 0 : size, tailBytes });
  // Freeing gigabytes takes a tenth of a second, and nothing of a flood is whole anyway.
  if (isFlooded) await source.truncate();
  else ftruncateSync(source.fd);
  return isFlooded;
}

/** Copies the first so many bytes. */
async function copy(source: FileHandle, target: FileHandle, bytes: number): Promise<void> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; position < bytes; ) {
    const length = Math.min(CHUNK_BYTES, bytes - position);
    const { bytesRead } = await source.read(chunk, 0, length, position);
    if (bytesRead === 0) return; // Its process has cut it.
    for (let start = 0; start < bytesRead; ) {
      const { bytesWritten } = await target.write(chunk, start, bytesRead - start, position);
      start += bytesWritten;
      position += bytesWritten;
    }
  }
}

/** Copies what came meanwhile, or of too much its end in place of all before. */
function copyRest(
  source: number,
  target: number,
  { copied, tailBytes }: { readonly copied: number; readonly tailBytes: number },
): void {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const { size } = fstatSync(source);
  const isFarBehind = size - copied > tailBytes;
  if (isFarBehind) ftruncateSync(target);
  let from = isFarBehind ? size - tailBytes : copied;
  let to = isFarBehind ? 0 : copied;
  for (let count = 0; count < CHUNKS_MAX; count += 1) {
    const bytes = readSync(source, chunk, 0, CHUNK_BYTES, from);
    if (bytes === 0) break;
    from += bytes;
    for (let start = 0; start < bytes; ) {
      const written = writeSync(target, chunk, start, bytes - start, to);
      start += written;
      to += written;
    }
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
