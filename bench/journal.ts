/**
 * Entries a second that the control plane's journal takes, what a commit costs with SQLite's two
 * settings, and how fast a journal is opened, read, copied and restored. Prints only. The folder
 * is in the system's own for temporary files, or what NEURAXIS_BENCH_FOLDER names.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { formatTable } from "../src/cli/format-table.ts";
import { filesOf } from "../src/control/journal/journal-files.ts";
import type { Journal, JournalEntry } from "../src/control/journal/journal.ts";
import { restoreJournal } from "../src/control/journal/restore-journal.ts";
import { openJournal, readJournal } from "../src/control/journal/sqlite-journal.ts";
import { jobId, nodeId } from "../src/model/ids.ts";
import { milliseconds } from "../src/model/units.ts";

const ROUNDS = 5;
const ROUND_MS = 1000;
const ENTRIES = 50_000;
const BATCH = 100;

const folder = mkdtempSync(
  path.join(process.env["NEURAXIS_BENCH_FOLDER"] ?? tmpdir(), "neuraxis-journal-"),
);
try {
  process.stdout.write(formatTable([["", "entries a second"], ...measureCommits()]));
  process.stdout.write(`\n${formatTable([["50,000 entries", "ms"], ...measureReading()])}`);
} finally {
  rmSync(folder, { recursive: true });
}

/** A job starts: some 400 bytes. */
function buildEntry(sequence: number): JournalEntry {
  const job = jobId(`training-${sequence}`);
  const members = [{ member: 0, role: "worker", node: nodeId("here"), devices: [0, 1] }];
  const about = { kind: "BatchJob", name: job } as const;
  const message = `member 0 of ${job} runs on here with 2 devices`;
  return {
    nowMs: 1_700_000_000_000 + sequence,
    changes: [],
    events: [{ kind: "job-started", job, attempt: 1 }],
    notes: [{ about, type: "Normal", reason: "member-started", message }],
    actions: [{ kind: "start-job", job, attempt: 1, members, after: [] }],
  };
}

/** In turns, so that what else the machine does meets all alike. */
function measureCommits(): string[][] {
  const journal = createJournal("commits.db");
  const body = JSON.stringify(buildEntry(1));
  const ways: readonly [string, () => number][] = [
    ["the journal, one entry at a time", () => append(journal, 1)],
    [`the journal, ${BATCH} at a time`, () => append(journal, BATCH)],
    ["bare SQLite, synchronous=FULL", () => insertBare("FULL", body)],
    ["bare SQLite, synchronous=NORMAL", () => insertBare("NORMAL", body)],
  ];
  const rates = ways.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, [, measure]] of ways.entries()) rates[index]?.push(measure());
  }
  journal.close();
  return ways.map(([name], index) => [name, formatSpread(rates[index] ?? [])]);
}

/** Entries a second. */
function append(journal: Journal, atOnce: number): number {
  const entries = Array.from({ length: atOnce }, (_, index) => buildEntry(index));
  return countPerSecond(() => {
    journal.appendAll(entries);
    return atOnce;
  });
}

function insertBare(synchronous: string, body: string): number {
  const database = new DatabaseSync(path.join(folder, `${synchronous}.db`));
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};
    CREATE TABLE IF NOT EXISTS entries (sequence INTEGER PRIMARY KEY, body TEXT)`);
  const insert = database.prepare("INSERT INTO entries (body) VALUES (?)");
  const rate = countPerSecond(() => Number(insert.run(body).changes));
  database.close();
  return rate;
}

function countPerSecond(work: () => number): number {
  const startMs = performance.now();
  let count = 0;
  while (performance.now() < startMs + ROUND_MS) count += work();
  return (count * 1000) / (performance.now() - startMs);
}

function measureReading(): string[][] {
  const journal = createJournal("reading.db");
  const { main, copy, head } = filesOf(path.join(folder, "reading.db"));
  for (let count = 0; count < ENTRIES; count += BATCH) {
    journal.appendAll(Array.from({ length: BATCH }, (_, index) => buildEntry(count + index)));
  }
  const rows = [
    ["first copy", timeOf(() => journal.backUp())],
    ["copy of what is new, here nothing", timeOf(() => journal.backUp())],
  ];
  journal.close();
  rows.push(
    ["open", timeOf(() => openJournal(main).close())],
    ["read and compare all", timeOf(() => readAll(main))],
  );
  writeFileSync(head, "damaged");
  rows.push(
    ["restore", timeOf(() => restoreJournal(main))],
    ["size in KiB", (statSync(copy).size / 1024).toFixed(0)],
  );
  return rows;
}

function readAll(file: string): void {
  const reader = readJournal(file);
  let last = 0;
  for (const { sequence } of reader.entriesAfter(0)) last = sequence;
  if (last !== ENTRIES) throw new Error(`${last} entries are there`);
  reader.close();
}

function timeOf(work: () => void): string {
  const startMs = performance.now();
  work();
  return (performance.now() - startMs).toFixed(0);
}

function createJournal(name: string): Journal {
  const scheduler = { graceMs: milliseconds(30_000) };
  const named = { uid: "bench", program: "0", seed: 1, policy: "best-fit", scheduler };
  return openJournal(path.join(folder, name), { create: { ...named, profile: { classes: [] } } });
}

function formatSpread(rates: readonly number[]): string {
  const sorted = rates.toSorted((one, other) => one - other);
  const [least, median, most] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((index) =>
    (sorted[index] ?? 0).toFixed(0),
  );
  return `${median} (${least} to ${most})`;
}
