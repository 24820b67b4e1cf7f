import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";

/** Which file it is, whatever it is called now, and in which state. */
export interface Identity {
  readonly inode: bigint;
  readonly changedNs: bigint;
  readonly bytes: number;
}

/**
 * In the place of a log stands what its process has put there: a link to what is not its own, a pipe
 * that nobody writes to, a device without an end. It is not read.
 */
export class ReplacedLogError extends Error {
  constructor(path: string) {
    super(`the output at ${path} was replaced, by its own process maybe: it is no plain file`);
    this.name = "ReplacedLogError";
  }
}

/** Links and pipes are neither followed nor waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
/** What the system says of a link, and of a socket. */
const REPLACED: ReadonlySet<string> = new Set(["ELOOP", "EMLINK", "ENXIO"]);

/** Opens a file to read; `undefined` if there is none. @throws ReplacedLogError, Error of the system. */
export async function openLog(path: string): Promise<FileHandle | undefined> {
  const handle = await open(path, FLAGS).catch((error: NodeJS.ErrnoException) => {
    if (REPLACED.has(error.code ?? "")) throw new ReplacedLogError(path);
    return ignoreMissing(error);
  });
  if (handle === undefined || (await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new ReplacedLogError(path);
}

/** Of what is called so; `undefined` if nothing is. @throws Error of the system. */
export async function identify(path: string): Promise<Identity | undefined> {
  const found = await lstat(path, { bigint: true }).catch(ignoreMissing);
  return found && toIdentity(found);
}

export function toIdentity({ ino, mtimeNs, size }: BigIntStats): Identity {
  return { inode: ino, changedNs: mtimeNs, bytes: Number(size) };
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
  return undefined;
}
