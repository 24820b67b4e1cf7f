import type {
  Journal,
  JournalEntry,
  JournalOrigin,
  NumberedEntry,
  Snapshot,
} from "../../src/control/journal/journal.ts";
import { milliseconds } from "../../src/model/units.ts";

const ORIGIN: JournalOrigin = {
  uid: "home",
  program: "0.0.0",
  seed: 7,
  policy: "best-fit",
  profile: { classes: [] },
  scheduler: { graceMs: milliseconds(30_000) },
};

/** A journal that lives as long as the test. What goes in comes out as from JSON. */
export class MemoryJournal implements Journal {
  readonly origin = ORIGIN;
  readonly droppedSequence = 0;
  /** Called before an entry is kept and after it; what it throws, `append` throws. */
  watch: (moment: "before" | "after", sequence: number) => void = () => {};
  #entries: string[] = [];
  /** All that were ever written. */
  readonly #snapshots: string[] = [];

  get sequence(): number {
    return this.#entries.length;
  }

  append(entry: JournalEntry): number {
    const sequence = this.#entries.length + 1;
    this.watch("before", sequence);
    this.#entries.push(JSON.stringify(entry));
    this.watch("after", sequence);
    return sequence;
  }

  appendAll(entries: readonly JournalEntry[]): number {
    for (const entry of entries) this.append(entry);
    return this.sequence;
  }

  writeSnapshot(snapshot: Snapshot): void {
    this.#snapshots.push(JSON.stringify(snapshot));
  }

  readSnapshot(): Snapshot | undefined {
    return this.snapshots().at(-1);
  }

  snapshots(): readonly Snapshot[] {
    return this.#snapshots.map((text) => JSON.parse(text) as Snapshot);
  }

  *entriesAfter(sequence: number): Iterable<NumberedEntry> {
    for (const [index, text] of this.#entries.slice(sequence).entries()) {
      yield { sequence: sequence + index + 1, entry: JSON.parse(text) as JournalEntry };
    }
  }

  compact(): number {
    return 0;
  }

  backUp(): void {}

  close(): void {}
}
