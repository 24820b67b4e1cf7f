import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { seededRandom } from "./seeded-random.ts";
import { UsageError } from "./usage-error.ts";
import { Vocabulary } from "./vocabulary.ts";

/** One stretch of sixteen is held out. */
const HELD_OUT_EVERY = 16;
const STRETCH_CHARACTERS_MAX = 4096;
const HELD_OUT_WINDOWS_MAX = 64;
const HELD_OUT_WINDOWS_AT_ONCE = 8;
const TEXT_BYTES_MAX = 64 * 2 ** 20;
const EXTENSIONS = new Set([".md", ".ts", ".txt"]);
const FOLDERS_LEFT_OUT = new Set(["node_modules", "dist"]);

/** A text as tokens: what is trained on, and what tells how well. */
export interface Corpus {
  readonly vocabulary: Vocabulary;
  readonly training: Uint8Array;
  readonly heldOut: Uint8Array;
  /** SHA-256 of the text, in hex. */
  readonly digest: string;
}

/** `count` rows of `context + 1` tokens: each token but the last is followed by its target. */
export interface Windows {
  readonly count: number;
  readonly tokens: Int32Array;
}

/**
 * The files named, and in the folders named every `.md`, `.ts` and `.txt` file, in order of path,
 * without hidden ones, `node_modules` and `dist`. Throws UsageError for what is missing or too much.
 */
export function readTexts(paths: readonly string[]): string {
  const files = paths.flatMap((name) => (isFolder(name) ? listTexts(name) : [name]));
  const texts: string[] = [];
  let bytes = 0;
  for (const file of files) {
    const text = readFileSync(file, "utf8");
    bytes += Buffer.byteLength(text);
    if (bytes > TEXT_BYTES_MAX) {
      throw new UsageError(`the text has more than ${TEXT_BYTES_MAX} bytes: name fewer files`);
    }
    texts.push(text.replaceAll("\r\n", "\n"));
  }
  return texts.join("\n");
}

function isFolder(name: string): boolean {
  const stats = statSync(name, { throwIfNoEntry: false });
  if (stats === undefined) throw new UsageError(`${name} does not exist: name a text or a folder`);
  return stats.isDirectory();
}

function listTexts(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.toSorted((left, right) => (left.name < right.name ? -1 : 1))) {
    const name = path.join(folder, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory() && !FOLDERS_LEFT_OUT.has(entry.name)) files.push(...listTexts(name));
    if (entry.isFile() && EXTENSIONS.has(path.extname(entry.name))) files.push(name);
  }
  return files;
}

/**
 * Cuts a text into stretches of equal length and holds out each sixteenth: the same text is always
 * split the same way. Throws UsageError where a part is shorter than a window of `context`.
 */
export function splitText(text: string, context: number): Corpus {
  const characters = Array.from(text);
  const least = HELD_OUT_EVERY * (context + 1);
  if (characters.length < least) {
    throw new UsageError(
      `the text has ${characters.length} characters; a context of ${context} needs ${least}`,
    );
  }
  const stretch = Math.min(STRETCH_CHARACTERS_MAX, Math.floor(characters.length / HELD_OUT_EVERY));
  const training: string[] = [];
  const heldOut: string[] = [];
  for (let start = 0, index = 1; start < characters.length; start += stretch, index += 1) {
    const part = characters.slice(start, start + stretch).join("");
    (index % HELD_OUT_EVERY === 0 ? heldOut : training).push(part);
  }
  const vocabulary = Vocabulary.of(training.join(""));
  return {
    vocabulary,
    training: vocabulary.encode(training.join("")),
    heldOut: vocabulary.encode(heldOut.join("")),
    digest: createHash("sha256").update(text).digest("hex"),
  };
}

export interface BatchShare {
  readonly context: number;
  /** Windows of all processes together. */
  readonly batch: number;
  readonly rank: number;
  readonly worldSize: number;
}

/**
 * The windows of one process in one step. They depend on seed and step alone, so a resumed run
 * goes on with the windows that it would have seen; process `rank` takes each `worldSize`th.
 */
export function trainingWindows(
  tokens: Uint8Array,
  share: BatchShare,
  seed: number,
  step: number,
): Windows {
  const random = seededRandom(seed, 2, step);
  const last = tokens.length - share.context - 1;
  const starts = Array.from({ length: share.batch }, () => random.below(last + 1));
  return cut(tokens, ownPart(starts, share), share.context);
}

/**
 * One process's part of at most 64 windows spread evenly over the held-out text, eight at a time: more
 * at once would take more memory than training does.
 */
export function heldOutWindows(tokens: Uint8Array, share: BatchShare): Windows[] {
  const last = tokens.length - share.context - 1;
  const count = Math.min(HELD_OUT_WINDOWS_MAX, Math.floor((tokens.length - 1) / share.context));
  const starts = Array.from({ length: count }, (_, index) =>
    Math.floor((index * last) / Math.max(1, count - 1)),
  );
  const own = ownPart(starts, share);
  const parts: Windows[] = [];
  for (let from = 0; from < own.length; from += HELD_OUT_WINDOWS_AT_ONCE) {
    parts.push(cut(tokens, own.slice(from, from + HELD_OUT_WINDOWS_AT_ONCE), share.context));
  }
  return parts;
}

function ownPart(starts: readonly number[], { rank, worldSize }: BatchShare): number[] {
  return starts.filter((_, index) => index % worldSize === rank);
}

function cut(tokens: Uint8Array, starts: readonly number[], context: number): Windows {
  const cutOut = new Int32Array(starts.length * (context + 1));
  for (const [row, start] of starts.entries()) {
    cutOut.set(tokens.subarray(start, start + context + 1), row * (context + 1));
  }
  return { count: starts.length, tokens: cutOut };
}
