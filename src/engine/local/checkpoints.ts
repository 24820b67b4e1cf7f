import {
  accessSync,
  constants,
  type Dirent,
  lstatSync,
  opendirSync,
  realpathSync,
  statSync,
} from "node:fs";
import path from "node:path";
import type { Folders } from "./folders.ts";

/** Entries whose time is asked in all: of a folder with more, the last by name, numbers by their size. */
const ENTRIES_MAX = 1000;
/** Entries that are listed in all; folders do not say in which order theirs come. */
const LISTED_MAX = 20_000;
const LISTED_AT_ONCE = 256;
/** Folders below it that are looked into: frameworks save one folder a checkpoint. */
const DEPTH_MAX = 2;
/** Between two that are told: a file that grows, such as a log beside them, is new at each look. */
const SPACING_MS = 5000;
/** Digits of numbers in names, so that texts compare as they do. */
const DIGITS = 16;

/**
 * Time of the newest file below a folder, in milliseconds since 1970, of those that are not after
 * `untilMs`: a time yet to come says nothing. 0 if there is none. Names that begin with a dot, or end
 * in `.tmp` or `.partial`, are not finished and do not count.
 * O(entries log entries), of at most 20,000 entries.
 */
export function newestFileMs(folder: string, untilMs: number): number {
  const budget = { listed: LISTED_MAX };
  let left = ENTRIES_MAX;
  let newestMs = 0;
  const look = (below: string, depth: number) => {
    for (const entry of newestByName(entriesOf(below, budget), left)) {
      left -= 1;
      if (left < 0) return;
      if (/^\.|\.(tmp|partial)$/.test(entry.name)) continue;
      const file = path.join(below, entry.name);
      if (entry.isFile()) {
        const ms = timeOf(file);
        if (ms <= untilMs) newestMs = Math.max(newestMs, ms);
      } else if (entry.isDirectory() && depth < DEPTH_MAX) look(file, depth + 1);
    }
  };
  look(folder, 0);
  return newestMs;
}

/** Which of the checkpoints of a gang are told. */
export class ToldCheckpoints {
  #toldMs: number;
  #newestMs = 0;
  /** When it was looked last, and when the last one was told. */
  #lookedMs = Number.NEGATIVE_INFINITY;
  #spokeMs = Number.NEGATIVE_INFINITY;

  /** @param toldMs until when they are told. */
  constructor(toldMs: number) {
    this.#toldMs = toldMs;
  }

  /** Whether one is to tell: the newest, which is not after now, is still to tell, and none was for a while. The machine's clock may have been set back. */
  isNew(newestMs: number, nowMs: number): boolean {
    this.#toldMs = Math.min(this.#toldMs, nowMs);
    this.#spokeMs = Math.min(this.#spokeMs, nowMs);
    this.#lookedMs = nowMs;
    this.#newestMs = newestMs;
    return newestMs > this.#toldMs && nowMs - this.#spokeMs >= SPACING_MS;
  }

  /** It was told at this time, which may be of another clock than that of the files. */
  told(nowMs: number): void {
    this.#toldMs = Math.max(nowMs, this.#newestMs);
    this.#spokeMs = this.#lookedMs;
  }
}

/**
 * Why a job cannot have its checkpoints in this folder, as a clause; `undefined` if nothing is known
 * against it. It need not be there yet: then it is the nearest folder above it that counts. A link
 * may lead out of the folder of all checkpoints, and folders may be another user's.
 */
export function checkpointFault(folders: Folders, below: string): string | undefined {
  const folder = folders.checkpointOf(below);
  try {
    const real = realpathSync(nearestTo(folder));
    const inside = path.relative(realpathSync(folders.checkpoints), real);
    if (inside.split(path.sep)[0] === ".." || path.isAbsolute(inside)) {
      return `${folder} leads to ${real}, outside of its place`;
    }
    if (!statSync(real).isDirectory()) return `${real} is no folder`;
    accessSync(real, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    return `cannot read and write ${folder} (${code})`;
  }
}

/** The file itself, or what is there on the way to it; a link counts as it is. */
function nearestTo(file: string): string {
  const isThere = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  return isThere ? file : nearestTo(path.dirname(file));
}

function newestByName(entries: readonly Dirent[], countMax: number): readonly Dirent[] {
  if (entries.length <= countMax) return entries;
  return entries
    .map((entry) => ({ entry, key: sortKeyOf(entry.name) }))
    .toSorted((left, right) => (left.key === right.key ? 0 : left.key < right.key ? 1 : -1))
    .map(({ entry }) => entry);
}

function sortKeyOf(name: string): string {
  return name.replaceAll(/\d+/g, (digits) => digits.padStart(DIGITS, "0"));
}

/** Takes what it lists from the budget. */
function entriesOf(folder: string, budget: { listed: number }): readonly Dirent[] {
  const entries: Dirent[] = [];
  try {
    const listing = opendirSync(folder, { bufferSize: LISTED_AT_ONCE });
    try {
      for (; budget.listed > 0; budget.listed -= 1) {
        const entry = listing.readSync();
        if (entry === null) break;
        entries.push(entry);
      }
    } finally {
      listing.closeSync();
    }
  } catch {
    // The job has not made it yet, or has just removed it: there is nothing saved in it.
  }
  return entries;
}

function timeOf(file: string): number {
  try {
    return Math.floor(statSync(file).mtimeMs);
  } catch {
    // Removed since it was listed.
    return 0;
  }
}
