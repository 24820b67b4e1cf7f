import type { FileHandle } from "node:fs/promises";
import { findTail } from "./log-tail.ts";
import { type Identity, identify, openLog, toIdentity } from "./open-log.ts";

/** Bytes that are read at a time. */
const CHUNK_BYTES = 64 * 1024;
/** Files beside a log that are looked for. */
const ROTATED_MAX = 100;

interface RotatedFile extends Identity {
  readonly path: string;
}

/**
 * Reads a file that a process appends to and that is rotated by copying: its text is copied to
 * FILE.1 and then cut. Nothing is left out and nothing told twice, unless two rotations come
 * between two reads and the files are not kept, or a rotation was under way when reading began.
 *
 * A place is an offset in one copy of the text. That copy is FILE itself while no FILE.n is younger
 * than the one read last to its end; else the oldest of the younger ones, which has the same text.
 */
export class LogReader {
  readonly #file: string;
  #offset = 0;
  /** The youngest of FILE.n that needs no reading; what is younger is unread. */
  #done: Identity | undefined;
  /** FILE.1 as it was when there was nothing more to read, or when reading began. */
  #quiet: Identity | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Begins so many lines before the end, or with the oldest text that is kept.
   * @throws ReplacedLogError, Error of the system.
   */
  static async open(file: string, lines?: number): Promise<LogReader> {
    const reader = new LogReader(file);
    await (await openLog(file))?.close(); // What is no log is told at once.
    reader.#quiet = await identify(`${file}.1`);
    if (lines === undefined) return reader;
    const { number, offset } = await findTail(file, lines);
    reader.#offset = offset;
    reader.#done = await identify(`${file}.${number + 1}`);
    return reader;
  }

  /**
   * What comes next, or `undefined` if nothing has come yet.
   * @throws ReplacedLogError, Error of the system.
   */
  async read(): Promise<Buffer | undefined> {
    for (;;) {
      const [oldest, ...younger] = await this.#listUnread();
      if (oldest === undefined) {
        const chunk = await this.#readFile();
        // Rotated meanwhile, it may have been cut before it was read.
        if ((await this.#listUnread()).length > 0) continue;
        if (chunk === undefined) return undefined;
        this.#offset += chunk.length;
        return chunk;
      }
      const isFinal = younger.length > 0 || (await this.#isCut(oldest));
      const part = await readPart(oldest.path, this.#offset);
      if (part?.identity.inode !== oldest.inode) continue; // It has another name by now.
      if (part.chunk.length > 0) {
        this.#offset += part.chunk.length;
        return part.chunk;
      }
      if (!isFinal) {
        this.#quiet = part.identity;
        return undefined;
      }
      this.#done = part.identity;
      this.#offset = 0;
    }
  }

  /** More of the file itself. */
  async #readFile(): Promise<Buffer | undefined> {
    const part = await readPart(this.#file, this.#offset);
    if (part === undefined) return undefined;
    // Cut without a copy: it begins anew.
    if (part.identity.bytes < this.#offset && (await this.#listUnread()).length === 0) {
      this.#offset = 0;
    }
    return part.chunk.length > 0 ? part.chunk : undefined;
  }

  /** The oldest first. While files are renamed one name is free, and a file can be seen twice. */
  async #listUnread(): Promise<RotatedFile[]> {
    const unread: RotatedFile[] = [];
    let missing = 0;
    for (let number = 1; number <= ROTATED_MAX && missing < 2; number += 1) {
      const path = `${this.#file}.${number}`;
      const identity = await identify(path);
      missing = identity === undefined ? missing + 1 : 0;
      if (identity === undefined || identity.inode === unread[0]?.inode) continue;
      if (isSame(identity, this.#done)) break;
      unread.unshift({ path, ...identity });
    }
    return unread;
  }

  /**
   * Whether the text of FILE.1 was cut from the file, so that FILE.1 will not grow any more. Before
   * the cut the file is as long at least. It may have grown as long again since: then FILE.1 stays
   * as it was found.
   */
  async #isCut(youngest: RotatedFile): Promise<boolean> {
    const file = await identify(this.#file);
    return file === undefined || file.bytes < youngest.bytes || isSame(youngest, this.#quiet);
  }
}

function isSame(one: Identity, other: Identity | undefined): boolean {
  return one.inode === other?.inode && one.changedNs === other.changedNs;
}

/** Bytes from an offset on, and what the file was just after they were read. */
async function readPart(
  path: string,
  offset: number,
): Promise<{ readonly chunk: Buffer; readonly identity: Identity } | undefined> {
  const handle = await openLog(path);
  if (handle === undefined) return undefined;
  try {
    const chunk = await readChunk(handle, offset);
    return { chunk, identity: toIdentity(await handle.stat({ bigint: true })) };
  } finally {
    await handle.close();
  }
}

async function readChunk(handle: FileHandle, offset: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, offset);
  return buffer.subarray(0, bytesRead);
}
