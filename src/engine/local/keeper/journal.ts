import {
  closeSync,
  fdatasync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { Ledger, type JournalLine } from "./ledger.ts";
import { parseObject } from "./protocol.ts";

const syncToDisk = promisify(fdatasync);

/** A journal is not compacted before it has this many bytes, or twice what the last one left. */
const COMPACTION_BYTES_MIN = 2 ** 20;

/**
 * The file that a keeper's memory is, one line of JSON each. A line is handed to the system when it
 * is appended, so it survives the end of the keeper; `sync` makes it survive the machine's.
 */
export class Journal {
  /** What the lines say, those included that are not on the disk yet. */
  readonly ledger = new Ledger();
  readonly #file: string;
  #descriptor: number;
  #bytes = 0;
  #compactAtBytes = COMPACTION_BYTES_MIN;
  /** What the system has not taken, for want of room. */
  #unwritten: Buffer = Buffer.alloc(0);
  #syncedSequence: number;
  #running: Promise<void> | undefined;
  #waiting: Promise<void> | undefined;

  /**
   * Opens the journal, or makes an empty one. Cuts off a last line that a crash left incomplete.
   * @throws Error naming file and line if another line cannot be read: then the file is damaged.
   */
  constructor(file: string) {
    this.#file = file;
    this.#descriptor = openSync(file, "a+", 0o600);
    this.#replay(readFileSync(file));
    // What an earlier keeper wrote and did not live to sync is about to be told.
    fsyncSync(this.#descriptor);
    syncFolder(path.dirname(file));
    this.#syncedSequence = this.ledger.sequence;
    this.#compactIfLarge();
  }

  /** Of the newest record that is on the disk. */
  get syncedSequence(): number {
    return this.#syncedSequence;
  }

  /**
   * Appends a line and takes it into the ledger.
   * @returns false if the system did not take all of it; the rest is tried again before the next
   *   line and at each sync.
   */
  append(line: JournalLine): boolean {
    this.ledger.apply(line);
    const text = Buffer.from(`${JSON.stringify(line)}\n`);
    this.#unwritten = this.#unwritten.length === 0 ? text : Buffer.concat([this.#unwritten, text]);
    try {
      this.#write();
    } catch {
      return false;
    }
    return true;
  }

  /**
   * Resolves when all that was appended before the call is on the disk. Calls that come while the
   * disk is busy share the next turn.
   * @throws Error of the system (no room, a failing disk); the lines are kept for the next call.
   */
  sync(): Promise<void> {
    this.#waiting ??= this.#syncAfter(this.#running);
    return this.#waiting;
  }

  async #syncAfter(previous: Promise<void> | undefined): Promise<void> {
    await Promise.allSettled([previous]);
    this.#running = this.#waiting;
    this.#waiting = undefined;
    this.#write();
    const { sequence } = this.ledger;
    await syncToDisk(this.#descriptor);
    this.#syncedSequence = sequence;
    this.#compactIfLarge();
  }

  #write(): void {
    while (this.#unwritten.length > 0) {
      const written = writeSync(this.#descriptor, this.#unwritten);
      this.#bytes += written;
      this.#unwritten = this.#unwritten.subarray(written);
    }
  }

  #replay(content: Buffer): void {
    const end = content.lastIndexOf(10) + 1;
    const lines = content.toString("utf8", 0, end).split("\n").slice(0, -1);
    let cutBytes = content.length - end;
    for (const [index, text] of lines.entries()) {
      const line = parseObject(text);
      if (line !== undefined) this.ledger.apply(line as unknown as JournalLine);
      else if (index < lines.length - 1)
        throw new Error(`${this.#file}:${index + 1}: damaged line`);
      else cutBytes += Buffer.byteLength(text) + 1;
    }
    this.#bytes = content.length - cutBytes;
    if (cutBytes > 0) truncateSync(this.#file, this.#bytes);
  }

  /** Replaces a large file by the shortest that says the same; where that fails, it stays. */
  #compactIfLarge(): void {
    if (this.#bytes < this.#compactAtBytes) return;
    const lines = this.ledger.toLines().map((line) => `${JSON.stringify(line)}\n`);
    const content = Buffer.from(lines.join(""));
    this.#compactAtBytes = Math.max(COMPACTION_BYTES_MIN, 2 * content.length);
    try {
      const descriptor = writeAnew(this.#file, content);
      closeSync(this.#descriptor);
      this.#descriptor = descriptor;
    } catch {
      this.#compactAtBytes += this.#bytes;
      return;
    }
    this.#bytes = content.length;
    this.#unwritten = Buffer.alloc(0);
    this.#syncedSequence = this.ledger.sequence;
  }
}

/** Puts a file of this content in the place of another, all or nothing, and opens it. */
function writeAnew(file: string, content: Buffer): number {
  const draft = `${file}.new`;
  const descriptor = openSync(draft, "w", 0o600);
  try {
    for (let start = 0; start < content.length; ) start += writeSync(descriptor, content, start);
    fsyncSync(descriptor);
    renameSync(draft, file);
  } finally {
    closeSync(descriptor);
  }
  syncFolder(path.dirname(file));
  return openSync(file, "a", 0o600);
}

/** Makes the names of a folder's files survive the machine's end. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
