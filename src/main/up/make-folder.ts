import { accessSync, constants, existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../../cli/usage-error.ts";

/**
 * Makes a folder, and those above it that are missing, for the owner alone; one that is there stays
 * as it is. Step by step: below /proc Node's own way with `recursive` never comes back.
 * @throws UsageError if there is something else, or the system refuses.
 */
export function makeFolder(folder: string): void {
  const missing: string[] = [];
  let found = folder;
  while (!existsSync(found) && path.dirname(found) !== found) {
    missing.push(found);
    found = path.dirname(found);
  }
  try {
    if (!statSync(found).isDirectory()) throw new UsageError(`${found} is a file, not a folder`);
    accessSync(found, constants.W_OK | constants.X_OK);
    for (const step of missing.toReversed()) makeOne(step);
  } catch (error) {
    const { message } = error as Error;
    throw new UsageError(`${folder} cannot be a home: ${message}. Name another folder by --home.`);
  }
}

function makeOne(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!existsSync(folder)) throw error;
  }
}
