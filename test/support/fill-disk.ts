/**
 * Writes a journal on a disk until that is full: `node fill-disk.ts FOLDER`. Then makes room and
 * goes on. Prints what happened as JSON.
 */
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { JournalError } from "../../src/control/journal/journal-error.ts";
import { openJournal } from "../../src/control/journal/sqlite-journal.ts";
import { appendEntries, buildEntry, buildOrigin, readAll } from "./build-journal.ts";

const [folder = ""] = process.argv.slice(2);
const file = path.join(folder, "journal.db");
const room = path.join(folder, "room");
writeFileSync(room, Buffer.alloc(2 ** 19));

let journal = openJournal(file, { create: buildOrigin() });
const refused = [appendUntilRefused(), appendUntilRefused(), tryTo(() => journal.backUp())];
const fullAt = journal.sequence;
journal.close();
fillUp();
const opened = tryTo(() => {
  journal = openJournal(file);
  refused.push(appendUntilRefused());
});
rmSync(room);
if (opened !== undefined) journal = openJournal(file);
const sequence = appendEntries(journal, 1);
const isWhole = readAll(journal).every(
  (entry, index) => JSON.stringify(entry) === JSON.stringify(buildEntry(index + 1)),
);
journal.close();
process.stdout.write(JSON.stringify({ refused, opened, fullAt, sequence, isWhole }));

/** To the last byte. */
function fillUp(): void {
  const descriptor = openSync(path.join(folder, "filler"), "w");
  try {
    for (;;) writeSync(descriptor, "x".repeat(512));
  } catch {
    closeSync(descriptor);
  }
}

function appendUntilRefused(): unknown {
  return tryTo(() => {
    for (;;) appendEntries(journal, 1);
  });
}

function tryTo(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { code: error.code, message: error.message };
  }
}
