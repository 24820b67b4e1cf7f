import { lstatSync, readdirSync, type Stats, statSync } from "node:fs";
import { UsageError } from "../../cli/usage-error.ts";

/** Bits of a mode by which others than the owner write. */
const WRITABLE = 0o022;

/**
 * A folder that is there is this user's own, and nobody else could have put anything there.
 * @throws UsageError with the cure. O(1).
 */
export function checkOwnFolder(folder: string): void {
  checkOwner(folder);
  const mode = statSync(folder).mode & 0o777;
  if ((mode & WRITABLE) === 0 || readdirSync(folder).length === 0) return;
  throw new UsageError(
    `others may write to ${folder}: what is there may be theirs. ` +
      `If you trust all of it: chmod 700 '${folder}'. Else name another folder by --home.`,
  );
}

/** What is there, if anything, is this user's own, and so is what a link leads to. @throws UsageError. O(1). */
export function checkOwner(file: string): void {
  for (const look of [lstatSync, statSync]) {
    const stats = look(file, { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (isOwn(stats)) continue;
    throw new UsageError(
      `${file} belongs to user ${stats.uid}, and this is user ${process.geteuid?.()}. ` +
        "Start it as that user, or name another folder by --home.",
    );
  }
}

/** Where there are no users, all is everybody's own. */
export function isOwn({ uid }: Stats): boolean {
  return process.geteuid === undefined || uid === process.geteuid();
}
