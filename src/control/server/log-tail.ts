import { identify, openLog } from "./open-log.ts";

/** Bytes that are looked through at a time. */
const BLOCK_BYTES = 64 * 1024;
const LINE_END = 10;

/** Where text begins: in FILE for number 0, else in FILE.number. */
export interface LogPlace {
  readonly number: number;
  readonly offset: number;
}

/**
 * Where the last lines of a file and of those rotated out of it begin; the beginning of the oldest
 * of them if there are fewer. What stands after the last line end is a line, too. O(bytes told).
 */
export async function findTail(file: string, lines: number): Promise<LogPlace> {
  // The end of the last line begins no other.
  const search = { left: lines, isAtEnd: true };
  for (let number = 0; ; number += 1) {
    const path = number === 0 ? file : `${file}.${number}`;
    const offset = await searchBackwards(path, search);
    if (offset !== undefined) return { number, offset };
    const older = await identify(`${file}.${number + 1}`);
    if (older === undefined) return { number, offset: 0 };
  }
}

/** Where the line begins that is the last one wanted; `undefined` if more are wanted than are here. */
async function searchBackwards(
  path: string,
  search: { left: number; isAtEnd: boolean },
): Promise<number | undefined> {
  const handle = await openLog(path);
  if (handle === undefined) return undefined;
  try {
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    let end = (await handle.stat()).size;
    if (search.left === 0) return end;
    while (end > 0) {
      const start = Math.max(end - BLOCK_BYTES, 0);
      const { bytesRead } = await handle.read(block, 0, end - start, start);
      for (let index = bytesRead - 1; index >= 0; index -= 1) {
        const isBetween = block[index] === LINE_END && !search.isAtEnd;
        search.isAtEnd = false;
        if (!isBetween) continue;
        search.left -= 1;
        if (search.left === 0) return start + index + 1;
      }
      end = start;
    }
    return undefined;
  } finally {
    await handle.close();
  }
}
