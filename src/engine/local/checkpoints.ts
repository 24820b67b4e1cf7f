import { readdirSync, statSync } from "node:fs";
import path from "node:path";

/** Entries of a folder of checkpoints that are looked at; more are rarely the newest. */
const ENTRIES_MAX = 1000;
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
    for (const entry of entriesOf(below)) {
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

function entriesOf(folder: string) {
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
