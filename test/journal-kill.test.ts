import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import path from "node:path";
import { test } from "node:test";
import { filesOf } from "../src/control/journal/journal-files.ts";
import { restoreJournal } from "../src/control/journal/restore-journal.ts";
import { openJournal, readJournal } from "../src/control/journal/sqlite-journal.ts";
import { buildEntry, buildOrigin, readAll } from "./support/build-journal.ts";
import { congruentialRandom } from "./support/scripted-random.ts";
import { TempFolder } from "./support/temp-folder.ts";

const KILLS = 50;
/** The writer's batches are not longer. */
const BATCH_MAX = 3;
const writer = path.join(import.meta.dirname, "support/write-journal.ts");

test("kill -9 of the writer at random moments, 50 times: what was durable is there", async () => {
  const file = new TempFolder().resolve("journal.db");
  const random = congruentialRandom(1);
  let entries = 0;
  for (let turn = 0; turn < KILLS; turn += 1) {
    const durable = await killAfter(file, 1 + random.below(40));
    const journal = openJournal(file);
    const { sequence } = journal;
    assert.ok(sequence >= durable, `entry ${durable} was durable, and ${sequence} is the last`);
    assert.deepEqual(
      Array.from(journal.entriesAfter(entries), ({ entry }) => entry),
      Array.from({ length: sequence - entries }, (_, index) => buildEntry(entries + 1 + index)),
    );
    const snapshot = journal.readSnapshot();
    assert.deepEqual(snapshot?.state, snapshot && { sequence: snapshot.sequence });
    assert.deepEqual(journal.origin, buildOrigin());
    journal.close();
    entries = sequence;
  }
  assert.ok(entries > KILLS);
  assert.deepEqual(restoreJournal(file).faults, []);
  const copy = readJournal(filesOf(file).copy);
  assert.deepEqual(
    readAll(copy),
    Array.from({ length: copy.sequence }, (_, index) => buildEntry(index + 1)),
  );
  assert.ok(copy.sequence >= entries - 11 * BATCH_MAX);
  copy.close();
});

test("while a process writes, another one may read and not write", async () => {
  const file = new TempFolder().resolve("journal.db");
  await killAfter(file, 20, (durable) => {
    assert.throws(() => openJournal(file), /another process writes this journal/);
    const reader = readJournal(file);
    assert.ok(reader.sequence >= durable);
    assert.equal(readAll(reader).length, reader.sequence);
    reader.close();
  });
  openJournal(file).close();
});

/**
 * Starts the writer and kills it once it has printed so many lines; returns the last one printed.
 * `onLine` is told each that comes before.
 */
function killAfter(
  file: string,
  lines: number,
  onLine: (sequence: number) => void = () => undefined,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [writer, file], { stdio: ["ignore", "pipe", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (errors += chunk));
    let count = 0;
    let last = 0;
    createInterface(child.stdout).on("line", (line) => {
      last = Number(line);
      count += 1;
      try {
        if (count < lines) onLine(last);
        else child.kill("SIGKILL");
      } catch (error) {
        child.kill("SIGKILL");
        reject(error);
      }
    });
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      if (signal === "SIGKILL") resolve(last);
      else reject(new Error(`the writer ended by itself: ${errors}`));
    });
  });
}
