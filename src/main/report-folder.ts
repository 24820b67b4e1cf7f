import { mkdir, open, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { UsageError } from "../cli/usage-error.ts";

/**
 * Tries whether files of these names can be written into a folder, and leaves no trace.
 *
 * @throws UsageError if one cannot.
 */
export async function checkFolder(folder: string, names: readonly string[]): Promise<void> {
  const made: string[] = [];
  try {
    await makeFolder(folder, made);
    for (const name of names) {
      const file = path.join(folder, name);
      await tryFile(file);
      await tryFile(partialOf(file));
    }
  } catch (error) {
    throw toUsageError(error, folder);
  } finally {
    for (const level of made.toReversed()) await rmdir(level);
  }
}

/**
 * Writes files into a folder, which is made if needed. Each file is there whole or not at all.
 *
 * @throws UsageError if one cannot be written.
 */
export async function writeFiles(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  try {
    await makeFolder(folder, []);
    for (const [name, content] of files) await writeWhole(path.join(folder, name), content);
  } catch (error) {
    throw toUsageError(error, folder);
  }
}

/** Level by level: on some file systems Node's own recursive mkdir tries for ever. */
async function makeFolder(folder: string, made: string[]): Promise<void> {
  const missing: string[] = [];
  let level = path.resolve(folder);
  while (!(await exists(level)) && path.dirname(level) !== level) {
    missing.push(level);
    level = path.dirname(level);
  }
  for (const next of missing.toReversed()) {
    await mkdir(next);
    made.push(next);
  }
}

async function exists(file: string): Promise<boolean> {
  try {
    await stat(file);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}

async function tryFile(file: string): Promise<void> {
  if (await exists(file)) {
    await (await open(file, "r+")).close();
    return;
  }
  await (await open(file, "wx")).close();
  await rm(file);
}

/** What a file is called until it is there whole. */
function partialOf(file: string): string {
  return `${file}.partial`;
}

async function writeWhole(file: string, content: string): Promise<void> {
  const partial = partialOf(file);
  try {
    await writeFile(partial, content);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

function toUsageError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error && "syscall" in error)) return error;
  const cure = "Name a folder that you may write to, or one that does not exist yet.";
  return new UsageError(`--report: cannot write to ${folder}: ${error.message}. ${cure}`);
}
