/**
 * Writes a journal until it is killed: `node write-journal.ts FILE`. Prints the sequence of each
 * entry once it is durable. Entries are those of `buildEntry`.
 */
import { writeSync } from "node:fs";
import { openJournal } from "../../src/control/journal/sqlite-journal.ts";
import { appendEntries, buildOrigin } from "./build-journal.ts";

const [file = ""] = process.argv.slice(2);
const journal = openJournal(file, { create: buildOrigin() });
for (;;) {
  const sequence = appendEntries(journal, 1 + (journal.sequence % 3));
  if (sequence % 7 === 0) journal.writeSnapshot({ sequence, state: { sequence } });
  if (sequence % 11 === 0) journal.backUp();
  writeSync(1, `${sequence}\n`);
}
