import assert from "node:assert/strict";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import {
  appendEntries,
  buildEntry,
  buildOrigin,
  copyJournal,
  readAll,
} from "../../../test/support/build-journal.ts";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { JOURNAL_ERRORS, JournalError, type JournalErrorCode } from "./journal-error.ts";
import { filesOf } from "./journal-files.ts";
import type { Journal } from "./journal.ts";
import { ENTRIES_DROPPED_MIN, openJournal, readJournal } from "./sqlite-journal.ts";

const folder = new TempFolder();
const create = buildOrigin();

test("an opened journal says what was appended before it was closed", () => {
  const file = nextFile();
  const journal = openJournal(file, { create });
  assert.equal(journal.sequence, 0);
  assert.equal(journal.append(buildEntry(1)), 1);
  assert.equal(journal.appendAll([buildEntry(2), buildEntry(3)]), 3);
  assert.equal(journal.appendAll([]), 3);
  assert.deepEqual(readAll(journal), [1, 2, 3].map(buildEntry));
  journal.close();
  withJournal(file, (opened) => {
    assert.equal(opened.sequence, 3);
    assert.deepEqual(opened.origin, create);
    assert.deepEqual(
      Array.from(opened.entriesAfter(1), ({ sequence }) => sequence),
      [2, 3],
    );
    assert.deepEqual([...opened.entriesAfter(3)], []);
    assert.equal(opened.append(buildEntry(4)), 4);
  });
});

test("a journal that is there keeps its origin", () => {
  const file = fill(1);
  const journal = openJournal(file, { create: buildOrigin({ uid: "home-2" }) });
  assert.equal(journal.origin.uid, create.uid);
  journal.close();
});

test("entries go on while entries are read; those come in the next reading", () => {
  withJournal(fill(600), (journal) => {
    let last = 0;
    for (const { sequence } of journal.entriesAfter(0)) {
      if (sequence % 100 === 0) appendEntries(journal, 1);
      last = sequence;
    }
    assert.equal(last, 600);
    assert.equal(readAll(journal).length, 606);
  });
});

test("only its user may read any file of a journal", () => {
  const file = nextFile();
  withJournal(file, (journal) => {
    appendEntries(journal, 5);
    journal.backUp();
    const names = readdirSync(folder.path).filter((name) => name.startsWith(path.basename(file)));
    assert.ok(names.length >= 5, names.join(" "));
    for (const name of names)
      assert.equal(statSync(folder.resolve(name)).mode & 0o777, 0o600, name);
  });
});

test("a second writer is refused, a reader is not, and reads what was there when it opened", () => {
  const file = nextFile();
  withJournal(file, (journal) => {
    appendEntries(journal, 5);
    refuses(file, "locked", () => openJournal(file));
    const reader = readJournal(file);
    appendEntries(journal, 5);
    assert.deepEqual(readAll(reader), readAll(journal).slice(0, 5));
    reader.close();
    assert.equal(journal.sequence, 10);
  });
  withJournal(file, () => undefined);
});

test("snapshots: the newest two are kept, and the newest up to a sequence is read", () => {
  const file = nextFile();
  const state = (sequence: number) => ({ at: sequence, text: "state ".repeat(sequence * 100) });
  withJournal(file, (journal) => {
    assert.equal(journal.readSnapshot(), undefined);
    for (let turn = 0; turn < 4; turn += 1) {
      const sequence = appendEntries(journal, 5);
      journal.writeSnapshot({ sequence, state: state(sequence) });
    }
    journal.writeSnapshot({ sequence: 17, state: state(17) });
    assert.throws(() => journal.writeSnapshot({ sequence: 21, state: 0 }), RangeError);
  });
  withJournal(file, (journal) => {
    assert.deepEqual(journal.readSnapshot(), { sequence: 20, state: state(20) });
    assert.deepEqual(journal.readSnapshot(19), { sequence: 17, state: state(17) });
    assert.equal(journal.readSnapshot(16), undefined);
  });
});

test("compaction drops entries up to the older snapshot, and the rest is still a chain", () => {
  const file = nextFile();
  withJournal(file, (journal) => {
    appendEntries(journal, ENTRIES_DROPPED_MIN + 50);
    journal.writeSnapshot({ sequence: ENTRIES_DROPPED_MIN, state: 1 });
    assert.equal(journal.compact(Infinity), 0, "the only snapshot");
    journal.writeSnapshot({ sequence: ENTRIES_DROPPED_MIN + 40, state: 2 });
    assert.equal(journal.compact(ENTRIES_DROPPED_MIN - 1), 0, "no snapshot so old");
    journal.backUp();
    assert.equal(journal.compact(Infinity), ENTRIES_DROPPED_MIN);
    assert.equal(journal.compact(Infinity), 0, "too few");
    assert.equal(journal.droppedSequence, ENTRIES_DROPPED_MIN);
    journal.backUp();
  });
  for (const each of [file, filesOf(file).copy]) {
    withJournal(each, (journal) => {
      assert.equal(journal.sequence, ENTRIES_DROPPED_MIN + 50);
      assert.equal(readAll(journal).length, 50);
      assert.equal(journal.readSnapshot(ENTRIES_DROPPED_MIN)?.state, 1);
      refuses(each, "dropped", () => [...journal.entriesAfter(ENTRIES_DROPPED_MIN - 1)]);
      assert.equal(appendEntries(journal, 3), ENTRIES_DROPPED_MIN + 53);
    });
  }
});

test("the copy follows: what is new is added, what does not belong is replaced", () => {
  const file = fill(10);
  const { copy } = filesOf(file);
  const check = (journal: Journal) => {
    journal.backUp();
    const reader = readJournal(copy);
    assert.deepEqual(readAll(reader), readAll(journal));
    assert.deepEqual(reader.readSnapshot(), journal.readSnapshot());
    reader.close();
  };
  withJournal(file, (journal) => {
    check(journal);
    journal.writeSnapshot({ sequence: appendEntries(journal, 10), state: { a: 1 } });
    check(journal);
    check(journal);
    damage(copy, "UPDATE entries SET digest = 'other' WHERE sequence = 20");
    check(journal);
    copyJournal(fill(5), copy);
    check(journal);
    folder.write(path.basename(copy), "no journal");
    check(journal);
  });
});

test("pages that no longer are SQLite's are told once, with one cure", () => {
  const file = fill(2000);
  destroyMiddle(file);
  const reader = readJournal(file);
  const { message } = refuses(file, "corrupt", () => readAll(reader));
  reader.close();
  assert.match(message, /: entry \d+ cannot be read: database disk image is malformed\. `/);
  assert.equal(message.split(file).length, 2);
  assert.equal(message.split(JOURNAL_ERRORS.corrupt.cure).length, 2);
});

test("a damaged entry is named, those before it are read, and the copy stays as it was", () => {
  for (const harm of [
    "UPDATE entries SET body = replace(body, 'throttled', 'throttlee') WHERE sequence = 7",
    "UPDATE entries SET digest = 'other' WHERE sequence = 7",
    "DELETE FROM entries WHERE sequence = 7",
  ]) {
    const file = fill(12);
    withJournal(file, (journal) => journal.backUp());
    damage(file, harm);
    withJournal(file, (journal) => {
      let read = 0;
      const error = refuses(file, "damaged-entry", () => {
        for (const { sequence } of journal.entriesAfter(0)) read = sequence;
      });
      assert.equal(error.sequence, 7);
      assert.match(error.message, /entry 7 is /);
      assert.equal(read, 6);
      appendEntries(journal, 1);
      journal.backUp(); // The damaged entry is not among the new ones.
    });
    const reader = readJournal(filesOf(file).copy);
    assert.equal(readAll(reader).length, 13);
    reader.close();
  }
});

test("what is missing at the end is seen when the journal is opened", () => {
  const file = fill(12);
  damage(file, "DELETE FROM entries WHERE sequence > 10");
  const error = refuses(file, "cut-short", () => openJournal(file));
  assert.match(error.message, /it ends at entry 10, but entry 12 was written/);
  refuses(file, "cut-short", () => readJournal(file));
});

test("a log that is lost or damaged after a crash is seen, and the files stay as they were", () => {
  const file = nextFile();
  const crashed = nextFile();
  withJournal(file, (journal) => {
    appendEntries(journal, 12);
    copyJournal(file, crashed);
  });
  const { main, wal } = filesOf(crashed);
  truncateSync(wal, statSync(wal).size - 100);
  const before = [readFileSync(main), readFileSync(wal)];
  refuses(crashed, "cut-short", () => openJournal(crashed));
  assert.deepEqual([readFileSync(main), readFileSync(wal)], before);
  rmSync(wal);
  refuses(crashed, "cut-short", () => openJournal(crashed));
});

test("a damaged snapshot is named; the older one is read", () => {
  const file = fill(12);
  withJournal(file, (journal) => {
    journal.writeSnapshot({ sequence: 6, state: "older" });
    journal.writeSnapshot({ sequence: 12, state: "newer" });
  });
  damage(file, "UPDATE snapshots SET state = CAST('\"never\"' AS BLOB) WHERE sequence = 12");
  withJournal(file, (journal) => {
    const error = refuses(file, "damaged-snapshot", () => journal.readSnapshot());
    assert.equal(error.sequence, 12);
    assert.equal(journal.readSnapshot(11)?.state, "older");
  });
});

test("what is no journal, or another program's, is refused with its cure", () => {
  const missing = nextFile();
  refuses(missing, "missing", () => openJournal(missing));
  const nowhere = folder.resolve("nowhere/journal.db");
  refuses(nowhere, "missing", () => openJournal(nowhere, { create }));
  const empty = folder.write("empty.db", "");
  refuses(empty, "not-a-journal", () => openJournal(empty, { create }));
  const text = folder.write("text.db", "Dear diary, ".repeat(1000));
  refuses(text, "not-a-journal", () => openJournal(text, { create }));
  const inside = folder.resolve("folder.db");
  mkdirSync(inside);
  refuses(inside, "not-a-journal", () => openJournal(inside, { create }));
  const foreign = folder.resolve("foreign.db");
  damage(foreign, "CREATE TABLE entries (sequence INTEGER PRIMARY KEY)");
  refuses(foreign, "not-a-journal", () => openJournal(foreign, { create }));
  const newer = fill(1);
  damage(newer, "PRAGMA user_version = 2");
  refuses(newer, "newer-version", () => openJournal(newer));
});

test("a truncated file is refused", () => {
  const file = fill(100);
  truncateSync(file, 3 * 4096);
  refuses(file, "corrupt", () => openJournal(file));
  truncateSync(file, 100);
  refuses(file, "corrupt", () => openJournal(file));
});

test("no journal is made where one was", () => {
  const file = fill(3);
  const { head, copy } = filesOf(file);
  withJournal(file, (journal) => journal.backUp());
  rmSync(file);
  refuses(file, "missing", () => openJournal(file, { create }));
  rmSync(head);
  refuses(file, "missing", () => openJournal(file, { create }));
  rmSync(copy);
  openJournal(file, { create }).close();
});

let files = 0;

function nextFile(): string {
  files += 1;
  return folder.resolve(`journal-${files}.db`);
}

/** A closed journal of so many entries. */
function fill(count: number): string {
  const file = nextFile();
  withJournal(file, (journal) => appendEntries(journal, count));
  return file;
}

function withJournal(file: string, work: (journal: Journal) => void): void {
  const journal = openJournal(file, { create });
  try {
    work(journal);
  } finally {
    journal.close();
  }
}

/** Overwrites the pages in the middle of the file; those of its ends stay. */
function destroyMiddle(file: string): void {
  const content = readFileSync(file);
  content.fill(0xa5, 8 * 4096, content.length - 8 * 4096);
  writeFileSync(file, content);
}

function damage(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function refuses(file: string, code: JournalErrorCode, work: () => unknown): JournalError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof JournalError, String(error));
    assert.equal(error.code, code, error.message);
    assert.equal(error.file, file);
    assert.ok(error.message.startsWith(`${file}: `), error.message);
    assert.ok(error.message.endsWith(JOURNAL_ERRORS[code].cure), error.message);
    return error;
  }
  return assert.fail(`not refused as ${code}`);
}
