import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
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
import { JournalError } from "./journal-error.ts";
import { filesOf } from "./journal-files.ts";
import type { Journal } from "./journal.ts";
import { type RestoreReport, restoreJournal } from "./restore-journal.ts";
import { openJournal, readJournal } from "./sqlite-journal.ts";

const folder = new TempFolder();
const create = buildOrigin();
const PAGE_BYTES = 4096;

test("a sound journal is left as it is", () => {
  const file = fill((journal) => appendEntries(journal, 20));
  const before = readFileSync(file);
  assert.deepEqual(restoreJournal(file), {
    file,
    faults: [],
    sequence: 20,
    lastMs: buildEntry(20).nowMs,
    kept: { first: 1, last: 20 },
    snapshotsLost: [],
  });
  assert.deepEqual(readFileSync(file), before);
});

test("with a copy, a damaged entry is not lost", () => {
  const file = fill((journal) => {
    appendEntries(journal, 20);
    journal.backUp();
    appendEntries(journal, 5);
  });
  damage(file, "UPDATE entries SET body = '{}' WHERE sequence = 13");
  const damaged = readFileSync(file);
  const report = restoreJournal(file);
  assert.match(report.faults.join("\n"), /entry 13 is not what was written/);
  checkRestored(report, 1, 25);
  assert.equal(report.lost, undefined);
  assert.equal(report.lastMs, buildEntry(25).nowMs);
  assert.deepEqual(readFileSync(report.damagedFile ?? ""), damaged);
});

test("a damaged digest of an entry that is whole costs nothing", () => {
  const file = fill((journal) => appendEntries(journal, 20));
  damage(file, "UPDATE entries SET digest = 'other' WHERE sequence = 13");
  const report = restoreJournal(file);
  checkRestored(report, 1, 20);
  assert.equal(report.lost, undefined);
});

test("without a copy, what follows a damaged entry is lost, and told", () => {
  const file = fill((journal) => appendEntries(journal, 20));
  damage(file, "UPDATE entries SET body = '{}' WHERE sequence = 13");
  const report = restoreJournal(file);
  checkRestored(report, 1, 12);
  assert.deepEqual(report.lost, { first: 13, last: 20 });
});

test("a snapshot after the damage saves the state; the history before it is told", () => {
  const file = fill((journal) => {
    journal.writeSnapshot({ sequence: appendEntries(journal, 15), state: "fifteen" });
    appendEntries(journal, 5);
  });
  damage(file, "UPDATE entries SET body = '{}' WHERE sequence = 13");
  const report = restoreJournal(file);
  checkRestored(report, 16, 20);
  assert.equal(report.lost, undefined);
  assert.deepEqual(report.historyLost, { first: 1, last: 15 });
  const reader = readJournal(file);
  assert.deepEqual(reader.readSnapshot(), { sequence: 15, state: "fifteen" });
  reader.close();
});

test("a damaged snapshot is dropped, and the older one stands", () => {
  const file = fill((journal) => {
    journal.writeSnapshot({ sequence: appendEntries(journal, 5), state: "older" });
    journal.writeSnapshot({ sequence: appendEntries(journal, 5), state: "newer" });
  });
  damage(file, "UPDATE snapshots SET chain = 'other' WHERE sequence = 10");
  const report = restoreJournal(file);
  checkRestored(report, 1, 10);
  assert.deepEqual(report.snapshotsLost, [10]);
  const reader = readJournal(file);
  assert.equal(reader.readSnapshot()?.state, "older");
  reader.close();
});

test("the first page is destroyed: the copy stands, and what it did not have is told", () => {
  const file = fill((journal) => {
    appendEntries(journal, 20);
    journal.backUp();
    appendEntries(journal, 5);
  });
  destroyPage(file, 0);
  const report = restoreJournal(file);
  checkRestored(report, 1, 20);
  assert.deepEqual(report.lost, { first: 21, last: 25 });
});

test("any other page is destroyed: with the copy nothing older than it is lost", () => {
  const whole = fill((journal) => {
    journal.writeSnapshot({ sequence: appendEntries(journal, 15), state: "fifteen" });
    journal.backUp();
    appendEntries(journal, 5);
  });
  const pages = readFileSync(whole).length / PAGE_BYTES;
  assert.ok(pages > 8, `${pages} pages`);
  for (let page = 1; page < pages; page += 1) {
    const file = folder.resolve(`page-${page}.db`);
    copyJournal(whole, file);
    destroyPage(file, page);
    const { faults, kept, lost, sequence } = restoreJournal(file);
    // Once each, and without a cure: it is being applied.
    for (const fault of faults) assert.equal(fault.split(file).length, 2, fault);
    assert.doesNotMatch(faults.join("\n"), /neuraxis restore/);
    assert.equal(kept?.first, 1);
    assert.ok(sequence >= 15 && (lost?.last ?? sequence) === 20);
    withJournal(file, (journal) => assert.deepEqual(readAll(journal), entriesOf(1, sequence)));
  }
});

test("a journal that is gone comes back from its copy", () => {
  const file = fill((journal) => {
    appendEntries(journal, 20);
    journal.backUp();
  });
  const { main, head } = filesOf(file);
  rmSync(main);
  const report = restoreJournal(file);
  checkRestored(report, 1, 20);
  assert.ok(existsSync(filesOf(report.damagedFile ?? "").head));
  rmSync(main);
  rmSync(head);
  checkRestored(restoreJournal(file), 1, 23);
});

test("a damaged head file is written anew", () => {
  const file = fill((journal) => appendEntries(journal, 20));
  writeFileSync(filesOf(file).head, "20");
  const report = restoreJournal(file);
  checkRestored(report, 1, 20);
  assert.match(report.faults.join("\n"), /it does not say what was written to it/);
});

test("where nothing says how it began, nothing is touched", () => {
  const file = fill((journal) => appendEntries(journal, 20));
  destroyPage(file, 0);
  const before = readFileSync(file);
  assert.throws(() => restoreJournal(file), hasCode("nothing-to-restore"));
  assert.deepEqual(readFileSync(file), before);
  assert.ok(existsSync(filesOf(file).head));
  const missing = folder.resolve("missing.db");
  assert.throws(() => restoreJournal(missing), hasCode("nothing-to-restore"));
});

test("a newer program's journal and one that is written are left alone", () => {
  const file = fill((journal) => appendEntries(journal, 20));
  withJournal(file, () => assert.throws(() => restoreJournal(file), hasCode("locked")));
  damage(file, "PRAGMA user_version = 2");
  assert.throws(() => restoreJournal(file), hasCode("newer-version"));
});

test("an interrupted restore goes on, and nobody opens the journal before", () => {
  const file = fill((journal) => appendEntries(journal, 20));
  damage(file, "UPDATE entries SET body = '{}' WHERE sequence = 13");
  const report = restoreJournal(file);
  const { main, head, restored } = filesOf(file);
  const away = filesOf(report.damagedFile ?? "");
  // As it was right after the restored journal was whole, and after the first renaming.
  renameSync(main, restored);
  renameSync(away.head, head);
  for (const isMoved of [true, false]) {
    if (!isMoved) {
      renameSync(main, restored);
      renameSync(away.main, main);
    }
    assert.throws(() => openJournal(file, { create }), hasCode("half-restored"));
    assert.throws(() => readJournal(file), hasCode("half-restored"));
    assert.deepEqual(restoreJournal(file), report);
    const reader = readJournal(file);
    assert.deepEqual(readAll(reader), entriesOf(1, 12));
    reader.close();
  }
});

/** The report says so, the journal holds it, goes on, and is copied. */
function checkRestored(report: RestoreReport, first: number, last: number): void {
  assert.deepEqual(report.kept, { first, last });
  assert.equal(report.sequence, last);
  withJournal(report.file, (journal) => {
    assert.equal(journal.droppedSequence, first - 1);
    assert.deepEqual(readAll(journal), entriesOf(first, last));
    appendEntries(journal, 3);
    journal.backUp();
  });
  for (const file of [report.file, filesOf(report.file).copy]) {
    const reader = readJournal(file);
    assert.deepEqual(readAll(reader), entriesOf(first, last + 3));
    reader.close();
  }
}

function entriesOf(first: number, last: number) {
  return Array.from({ length: last - first + 1 }, (_, index) => buildEntry(first + index));
}

let files = 0;

function fill(work: (journal: Journal) => void): string {
  files += 1;
  const file = folder.resolve(`journal-${files}.db`);
  withJournal(file, work);
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

function damage(file: string, sql: string): void {
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
}

function destroyPage(file: string, page: number): void {
  const content = readFileSync(file);
  content.fill(0xa5, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
  writeFileSync(file, content);
}

function hasCode(code: string) {
  return (error: unknown) => error instanceof JournalError && error.code === code;
}
