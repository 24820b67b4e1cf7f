import {
  accessSync,
  constants,
  type Dirent,
  lstatSync,
  readdirSync,
  realpathSync,
  statSync,
} from "node:fs";
import path from "node:path";
import type { Folders } from "./folders.ts";

/** Entries that are looked at in all: of a folder with more, the last by name, numbers by their size. */
const ENTRIES_MAX = 1000;
const byName = new Intl.Collator("en", { numeric: true });
/** Folders below it that are looked into: frameworks save one folder a checkpoint. */
const DEPTH_MAX = 2;

/**
 * Time of the newest file below a folder, in milliseconds since 1970; 0 if there is none. Names that
 * begin with a dot, or end in `.tmp` or `.partial`, are not finished and do not count.
 * O(entries).
 */
export function newestFileMs(folder: string): number {
  let left = ENTRIES_MAX;
  let newestMs = 0;
  const look = (below: string, depth: number) => {
    for (const entry of newestByName(entriesOf(below), left)) {
      left -= 1;
      if (left < 0) return;
      if (/^\.|\.(tmp|partial)$/.test(entry.name)) continue;
      const file = path.join(below, entry.name);
      if (entry.isFile()) newestMs = Math.max(newestMs, timeOf(file));
      else if (entry.isDirectory() && depth < DEPTH_MAX) look(file, depth + 1);
    }
  };
  look(folder, 0);
  return Math.floor(newestMs);
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
  return entries.toSorted((one, other) => byName.compare(other.name, one.name));
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // The job has not made it yet, or has just removed it: there is nothing saved in it.
    return [];
  }
}

function timeOf(file: string): number {
  try {
    return statSync(file).mtimeMs;
  } catch {
    // Removed since it was listed.
    return 0;
  }
}
