import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { Launch } from "../../model/launch.ts";
import { printable } from "../../model/printable.ts";
import type { Folders } from "./folders.ts";

/** So much is read of the end of an output. */
const READ_BYTES = 4096;
const LINES_MAX = 3;
const LENGTH_MAX = 200;

/**
 * The last lines that a process wrote, of its errors before all else: at most 200 printable
 * characters. Nothing if it wrote nothing, or if whoever runs it was given a secret: what is told
 * to people is journaled, and outputs are not.
 */
export function lastWords(
  process: string,
  launches: readonly Launch[],
  folders: Folders,
): string | undefined {
  const hasSecret = launches.some(({ environment }) => environment.some((one) => "secret" in one));
  if (hasSecret) return undefined;
  const { stderr, stdout } = folders.outputOf(process);
  return lastLines(readEnd(stderr)) ?? lastLines(readEnd(stdout));
}

/** As many as have room; the last alone is shortened if it has to be. */
function lastLines({ text, isWhole }: { readonly text: string; readonly isWhole: boolean }) {
  const lines = text.split(/[\r\n]+/).map((line) => printable(line.replaceAll("\t", " ")).trim());
  // What is read may begin in the middle of a line.
  const known = isWhole || lines.length === 1 ? lines : lines.slice(1);
  const last = known.filter((line) => line !== "").slice(-LINES_MAX);
  while (last.length > 1 && last.join(" | ").length > LENGTH_MAX) last.shift();
  const words = last.join(" | ");
  if (words === "") return undefined;
  return words.length <= LENGTH_MAX ? words : `${words.slice(0, LENGTH_MAX).toWellFormed()}…`;
}

/** A process may have put anything in the place of its output: a pipe is not waited for. */
function readEnd(file: string): { readonly text: string; readonly isWhole: boolean } {
  const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = constants;
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, O_NOFOLLOW | O_NONBLOCK | O_RDONLY);
    const from = Math.max(0, fstatSync(descriptor).size - READ_BYTES);
    const bytes = Buffer.alloc(READ_BYTES);
    const count = readSync(descriptor, bytes, 0, READ_BYTES, from);
    return { text: bytes.toString("utf8", 0, count), isWhole: from === 0 };
  } catch {
    // It never began, or its output is removed: there is nothing to tell.
    return { text: "", isWhole: true };
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
