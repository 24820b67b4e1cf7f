import { readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { parseTable, type DoorTable } from "./protocol.ts";

/**
 * The last table, on the disk for the next door of the folder. It is not forced to the disk: where
 * the machine ends, so do the replicas.
 */
export class TableFile {
  readonly #file: string;
  /** To be written next; older ones do not matter any more. */
  #next: DoorTable | undefined;
  #isWriting = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** Nothing if there is none that can be read. */
  read(): DoorTable | undefined {
    try {
      const table = parseTable(JSON.parse(readFileSync(this.#file, "utf8")));
      return table.ok ? table.value : undefined;
    } catch {
      return undefined;
    }
  }

  /** Begins to write; a failure is told on stderr, and the next table is tried again. */
  write(table: DoorTable): void {
    this.#next = table;
    if (!this.#isWriting) void this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    this.#isWriting = true;
    for (; this.#next !== undefined; ) {
      const text = JSON.stringify(this.#next);
      this.#next = undefined;
      try {
        await writeFile(`${this.#file}.draft`, text, { mode: 0o600 });
        await rename(`${this.#file}.draft`, this.#file);
      } catch (error) {
        process.stderr.write(`the table is not written: ${String(error)}\n`);
      }
    }
    this.#isWriting = false;
  }
}
