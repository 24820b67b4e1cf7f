import { createHash } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import type { Moments } from "./adam.ts";
import { weightCount } from "./model.ts";

const shapeSchema = z.object({
  vocabulary: z.int().positive(),
  width: z.int().positive(),
  heads: z.int().positive(),
  layers: z.int().positive(),
  context: z.int().positive(),
});

const headSchema = z.object({
  shape: shapeSchema,
  characters: z.array(z.string()),
  step: z.int().nonnegative(),
  seed: z.int().nonnegative(),
  batch: z.int().positive(),
  learningRate: z.number().positive(),
  textDigest: z.string(),
  trainBits: z.number().nullable(),
});

/** What is known of a model besides its numbers. `trainBits` is the running mean, null at step 0. */
export type CheckpointHead = z.infer<typeof headSchema>;

/** All that a run needs to go on as if it had never stopped, whatever number of processes. */
export interface Checkpoint {
  readonly head: CheckpointHead;
  readonly weights: Float32Array;
  readonly moments: Moments;
}

/** The file cannot be a checkpoint, or not a whole one. */
class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}

/*
 * A file: these eight bytes, the length of the head in four, the head in JSON, weights, first and
 * second moments as 32-bit floats, and SHA-256 of all before. Numbers are little-endian.
 */
const MAGIC = "TINYLM01";
const HEAD_START = MAGIC.length + 4;
const DIGEST_BYTES = 32;
const FILE_NAME = /^step-(\d{8,})\.ckpt$/;
/** The newest ones of a folder; older ones are removed. */
const KEPT = 3;

export function encodeCheckpoint({ head, weights, moments }: Checkpoint): Buffer {
  const text = Buffer.from(JSON.stringify(head));
  const start = Buffer.alloc(HEAD_START);
  start.write(MAGIC);
  start.writeUInt32LE(text.length, MAGIC.length);
  const numbers = [weights, moments.first, moments.second].map((values) => bytesOf(values));
  const content = Buffer.concat([start, text, ...numbers]);
  return Buffer.concat([content, digestOf(content)]);
}

/** Throws CheckpointError for bytes that are no whole checkpoint. */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (file.length < HEAD_START + DIGEST_BYTES || file.toString("latin1", 0, 8) !== MAGIC) {
    throw new CheckpointError("it is no checkpoint");
  }
  const content = file.subarray(0, -DIGEST_BYTES);
  if (!digestOf(content).equals(file.subarray(-DIGEST_BYTES))) {
    throw new CheckpointError("it is damaged: its SHA-256 differs");
  }
  const numbersStart = HEAD_START + content.readUInt32LE(MAGIC.length);
  const head = parseHead(content.toString("utf8", HEAD_START, numbersStart));
  const count = weightCount(head.shape);
  if (content.length !== numbersStart + 3 * count * 4) {
    throw new CheckpointError("its numbers do not fit its shape");
  }
  const part = (index: number) => {
    const start = numbersStart + index * count * 4;
    return new Float32Array(new Uint8Array(content.subarray(start, start + count * 4)).buffer);
  };
  return { head, weights: part(0), moments: { first: part(1), second: part(2) } };
}

function parseHead(text: string): CheckpointHead {
  const { data, error } = headSchema.safeParse(JSON.parse(text));
  if (error) throw new CheckpointError(`its head is of another version: ${z.prettifyError(error)}`);
  return data;
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function digestOf(content: Buffer): Buffer {
  return createHash("sha256").update(content).digest();
}

/**
 * Writes `step-00000100.ckpt` under a temporary name, brings it to the disk and renames it: a file of
 * that name is whole. Then removes older ones but the newest two, and what earlier runs left half written.
 */
export function saveCheckpoint(folder: string, checkpoint: Checkpoint): string {
  mkdirSync(folder, { recursive: true });
  const { step } = checkpoint.head;
  const file = path.join(folder, `step-${String(step).padStart(8, "0")}.ckpt`);
  writeDurably(`${file}.tmp`, encodeCheckpoint(checkpoint));
  renameSync(`${file}.tmp`, file);
  for (const name of readdirSync(folder)) {
    if (/^step-\d+\.ckpt\.tmp$/.test(name)) rmSync(path.join(folder, name), { force: true });
  }
  const older = listCheckpoints(folder).filter((entry) => entry.step < step);
  for (const entry of older.slice(KEPT - 1)) rmSync(entry.file, { force: true });
  return file;
}

function writeDurably(file: string, bytes: Uint8Array): void {
  const handle = openSync(file, "w");
  try {
    writeFileSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** By step, the newest first; nothing where there is no folder. */
function listCheckpoints(folder: string): { readonly file: string; readonly step: number }[] {
  if (statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder)
    .flatMap((name) => {
      const match = FILE_NAME.exec(name);
      return match ? [{ file: path.join(folder, name), step: Number(match[1]) }] : [];
    })
    .toSorted((left, right) => right.step - left.step);
}

/** The newest whole checkpoint of a folder; `warn` is told of each newer one that cannot be read. */
export function newestCheckpoint(
  folder: string,
  warn: (message: string) => void,
): Checkpoint | undefined {
  for (const { file } of listCheckpoints(folder)) {
    try {
      return decodeCheckpoint(readFileSync(file));
    } catch (error) {
      warn(`skipped ${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return undefined;
}

/** A checkpoint file, or the newest whole one of a folder. Throws CheckpointError where there is none. */
export function openCheckpoint(place: string, warn: (message: string) => void): Checkpoint {
  if (statSync(place, { throwIfNoEntry: false })?.isFile() === true) {
    return decodeCheckpoint(readFileSync(place));
  }
  const checkpoint = newestCheckpoint(place, warn);
  if (checkpoint === undefined) throw new CheckpointError(`${place} has no checkpoint`);
  return checkpoint;
}
