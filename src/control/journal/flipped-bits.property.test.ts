import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import {
  appendEntries,
  buildEntry,
  buildOrigin,
  copyJournal,
  readAll,
} from "../../../test/support/build-journal.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { JournalError } from "./journal-error.ts";
import { filesOf } from "./journal-files.ts";
import type { JournalReader } from "./journal.ts";
import { restoreJournal } from "./restore-journal.ts";
import { openJournal, readJournal } from "./sqlite-journal.ts";

const COPIED = 40;
const WRITTEN = 70;
const STATE = { text: "some state ".repeat(500) };

const folder = new TempFolder();
const file = folder.resolve("journal.db");
/** A crash left its newest entries in the log. */
const whole = folder.resolve("whole.db");
const journal = openJournal(whole, { create: buildOrigin() });
journal.writeSnapshot({ sequence: appendEntries(journal, 20), state: STATE });
appendEntries(journal, COPIED - 20);
journal.backUp();
journal.close();
const crashing = openJournal(whole);
crashing.writeSnapshot({ sequence: appendEntries(crashing, 20), state: STATE });
for (let count = COPIED + 20; count < WRITTEN; count += 1) crashing.append(buildEntry(count + 1));
const crashed = folder.resolve("crashed.db");
copyJournal(whole, crashed);
crashing.close();

const harm = fc.record({
  part: fc.constantFrom("main", "wal", "head"),
  places: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), {
    minLength: 1,
    maxLength: 3,
  }),
  bit: fc.nat(7),
  isCut: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
});

test("a journal with flipped bits says what was written, or names its damage", () => {
  fc.assert(
    fc.property(harm, (harm) => {
      doHarm(harm);
      try {
        const reader = readJournal(file);
        try {
          checkAll(reader);
        } finally {
          reader.close();
        }
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        assert.ok(error.message.startsWith(file), error.message);
      }
    }),
    { numRuns: 400 },
  );
});

test("a restore saves what the copy holds, and tells of each entry whether it is lost", () => {
  fc.assert(
    fc.property(harm, (harm) => {
      doHarm(harm);
      const report = restoreJournalOrNewer();
      if (report === undefined) return;
      assert.ok(report.sequence >= COPIED);
      if (harm.part !== "head") assert.equal(report.lost?.last ?? report.sequence, WRITTEN);
      const reader = readJournal(file);
      const first = reader.droppedSequence + 1;
      const expected = Array.from({ length: report.sequence - first + 1 }, (_, index) =>
        buildEntry(first + index),
      );
      assert.deepEqual(readAll(reader), expected);
      reader.close();
    }),
    { numRuns: 200 },
  );
});

/** A flipped bit of the version looks like a newer program's journal: that one is left alone. */
function restoreJournalOrNewer() {
  try {
    return restoreJournal(file);
  } catch (error) {
    if (error instanceof JournalError && error.code === "newer-version") return undefined;
    throw error;
  }
}

function checkAll(reader: JournalReader): void {
  assert.deepEqual(reader.origin, buildOrigin());
  assert.equal(reader.sequence, WRITTEN);
  const expected = Array.from({ length: WRITTEN }, (_, index) => buildEntry(index + 1));
  assert.deepEqual(readAll(reader), expected);
  const snapshot = reader.readSnapshot();
  if (snapshot !== undefined) assert.deepEqual(snapshot.state, STATE);
}

type Harm = typeof harm extends fc.Arbitrary<infer Value> ? Value : never;

function doHarm({ part, places, bit, isCut }: Harm): void {
  copyJournal(crashed, file);
  const harmed = filesOf(file)[part];
  const content = readFileSync(harmed);
  const offsets = places.map((place) => Math.floor(place * content.length));
  for (const offset of offsets) content[offset] ^= 1 << bit;
  writeFileSync(harmed, isCut ? content.subarray(0, offsets[0]) : content);
}
