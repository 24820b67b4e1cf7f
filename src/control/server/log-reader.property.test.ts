import assert from "node:assert/strict";
import { appendFileSync, copyFileSync, existsSync, readFileSync, renameSync } from "node:fs";
import { truncateSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { LogReader } from "./log-reader.ts";

const folder = new TempFolder();
const KEPT = 5;

/** Steps of a rotation in the keeper's order; what is appended in between gets to the copy at last. */
const rotation: readonly ((file: string) => void)[] = [
  (file) => copyFileSync(file, `${file}.rotating`),
  (file) => {
    for (let number = KEPT; number > 1; number -= 1) {
      if (existsSync(`${file}.${number - 1}`)) {
        renameSync(`${file}.${number - 1}`, `${file}.${number}`);
      }
    }
  },
  (file) => renameSync(`${file}.rotating`, `${file}.1`),
  (file) => {
    writeFileSync(`${file}.1`, readFileSync(file));
    truncateSync(file);
  },
];

test("whatever is appended and rotated between reads, each byte is told once and in order", async () => {
  const step = fc.constantFrom("append", "rotate", "rotate", "read");
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      run += 1;
      const file = folder.write(`log-${run}`, "");
      const reader = await LogReader.open(file);
      let [written, told, lines, rotated, readAt] = ["", "", 0, 0, -1];
      const read = async () => {
        for (let chunk = await reader.read(); chunk; chunk = await reader.read()) told += chunk;
        readAt = rotated;
      };
      const rotate = () => {
        rotation[rotated % rotation.length](file);
        rotated += 1;
      };
      for (const name of steps) {
        // Reads are farther apart than the renaming and the cut of one rotation.
        const isTwice = rotated % rotation.length === 3 && readAt === rotated;
        if (name === "read" && !isTwice) await read();
        if (name === "rotate") rotate();
        // More rotations than files that are kept would lose text.
        if (rotated - readAt > 3 * rotation.length) await read();
        if (name !== "append") continue;
        lines += 1;
        written += `${lines}\n`;
        appendFileSync(file, `${lines}\n`);
      }
      while (rotated % rotation.length > 0) rotate();
      for (let rounds = 0; rounds < 3; rounds += 1) await read();
      assert.equal(told, written);
    }),
    { numRuns: 200 },
  );
});
