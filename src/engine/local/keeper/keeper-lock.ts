import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fail, succeed, type Result } from "../../../model/result.ts";
import { findProcess, isRunning } from "./process-table.ts";
import { parseObject, type ProcessIdentity } from "./protocol.ts";

const LOCK_NAME = /^keeper\.lock\.(\d+)$/;

/**
 * Makes this process the only keeper of a folder for as long as it lives.
 *
 * A lock is a file `keeper.lock.N` that names its holder; the highest N counts. Who finds the
 * holder of N ended makes N + 1, which only one can. A lock is removed when a higher one is there,
 * never before, and one made late, below a higher one, is given up: so there is no moment in which
 * two hold the highest. The system's own locks would do the same, but Node cannot take them.
 * @returns the holder if another keeper lives.
 * @throws Error of the system if the folder cannot be written.
 */
export function takeLock(folder: string): Result<ProcessIdentity, ProcessIdentity> {
  const { pid } = process;
  const self: ProcessIdentity = { pid, startTime: findProcess(pid)?.startTime ?? "" };
  const draft = path.join(folder, `keeper.lock-draft.${pid}`);
  writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
  try {
    for (;;) {
      const top = findTop(folder);
      const holder = top === 0 ? undefined : readHolder(lockFile(folder, top));
      if (holder !== undefined && isRunning(holder)) return fail(holder);
      if (makeLock(draft, folder, top + 1)) return succeed(self);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

function makeLock(draft: string, folder: string, number: number): boolean {
  try {
    linkSync(draft, lockFile(folder, number));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
  const isHighest = findTop(folder) === number;
  const surplus = isHighest ? listLocks(folder).filter((other) => other < number) : [number];
  for (const other of surplus) rmSync(lockFile(folder, other), { force: true });
  return isHighest;
}

function findTop(folder: string): number {
  return Math.max(0, ...listLocks(folder));
}

function listLocks(folder: string): number[] {
  return readdirSync(folder)
    .map((name) => LOCK_NAME.exec(name)?.[1])
    .filter((number) => number !== undefined)
    .map(Number);
}

function lockFile(folder: string, number: number): string {
  return path.join(folder, `keeper.lock.${number}`);
}

/** Nothing if the file names nobody, as one does that a crash of the machine cut off. */
function readHolder(file: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime } = parseObject(readFileSync(file, "utf8")) ?? {};
    return typeof pid === "number" && typeof startTime === "string"
      ? { pid, startTime }
      : undefined;
  } catch {
    return undefined; // A higher lock was made meanwhile.
  }
}
