import { readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { Cgroups } from "./cgroups.ts";
import { readControl } from "./control-file.ts";
import { findHierarchies } from "./hierarchies.ts";
import type { Isolation } from "./isolation.ts";
import { NoCgroups } from "./no-cgroups.ts";

export interface IsolationOptions {
  /** Tells the folders of one home from another's: 1 to 32 lower-case letters and digits. */
  readonly key: string;
  /** Prefix of all paths of the system, "/" but in tests. */
  readonly root?: string;
}

/**
 * The best isolation that this machine gives this user, some milliseconds' work. With cgroups it
 * makes the folders of both classes, and lifts a quota that a killed predecessor left on offline
 * work; what that froze stays frozen until `limitOffline`.
 * @throws RangeError for a key that is none.
 */
export function detectIsolation({ key, root = "/" }: IsolationOptions): Isolation {
  if (!/^[a-z0-9]{1,32}$/.test(key)) {
    throw new RangeError(`the key must be 1 to 32 lower-case letters and digits, not ${key}`);
  }
  const hierarchies = findHierarchies(root, `neuraxis-${key}.rest`);
  const cgroups = new Cgroups(hierarchies, {
    key,
    cores: availableParallelism(),
    hasBfq: hasBfq(path.join(root, "sys/block")),
    hasSwap: (readControl(path.join(root, "proc"), "swaps") ?? "").includes("\n"),
  });
  return cgroups.describe().kind === "none" ? new NoCgroups() : cgroups;
}

function hasBfq(blockFolder: string): boolean {
  try {
    return readdirSync(blockFolder).some((disk) =>
      readControl(path.join(blockFolder, disk, "queue"), "scheduler")?.includes("[bfq]"),
    );
  } catch {
    return false;
  }
}
