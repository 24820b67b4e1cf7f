import { copyFileSync, existsSync, rmSync } from "node:fs";
import { filesOf, type JournalFiles } from "../../src/control/journal/journal-files.ts";
import type {
  Journal,
  JournalEntry,
  JournalOrigin,
  JournalReader,
} from "../../src/control/journal/journal.ts";
import { milliseconds } from "../../src/model/units.ts";

export function buildOrigin(options: Partial<JournalOrigin> = {}): JournalOrigin {
  return {
    uid: "home-1",
    program: "0.1.0",
    seed: 7,
    policy: "best-fit",
    profile: { classes: [] },
    scheduler: { graceMs: milliseconds(30_000) },
    ...options,
  };
}

/** The entry of this sequence in every journal of these tests: short ones, and some of pages. */
export function buildEntry(sequence: number): JournalEntry {
  const message = `${sequence} ü `.repeat(sequence % 10 === 0 ? 1000 : sequence % 7);
  const about = { kind: "Node", name: "here" } as const;
  const note = { about, type: "Normal", reason: "throttled", message } as const;
  return { nowMs: 1_000_000 + sequence, changes: [], events: [], notes: [note], actions: [] };
}

/** Appends so many entries, and returns the last sequence. */
export function appendEntries(journal: Journal, count: number): number {
  const first = journal.sequence + 1;
  return journal.appendAll(Array.from({ length: count }, (_, index) => buildEntry(first + index)));
}

export function readAll(journal: JournalReader): JournalEntry[] {
  return Array.from(journal.entriesAfter(journal.droppedSequence), ({ entry }) => entry);
}

/** The files that hold something, as a crash of the machine would leave them. */
const PARTS = ["main", "wal", "head", "copy"] as const satisfies readonly (keyof JournalFiles)[];

/** Copies a journal, which may be open, to files of another name; replaces what is there. */
export function copyJournal(from: string, to: string): void {
  const source = filesOf(from);
  const target = filesOf(to);
  for (const file of Object.values(target)) rmSync(file, { force: true });
  for (const part of PARTS) {
    if (existsSync(source[part])) copyFileSync(source[part], target[part]);
  }
}
