import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";

/** A folder of the test file's own, removed when its tests are over. */
export class TempFolder {
  readonly path = mkdtempSync(path.join(tmpdir(), "neuraxis-test-"));

  constructor() {
    after(() => rmSync(this.path, { recursive: true, force: true }));
  }

  resolve(name: string): string {
    return path.join(this.path, name);
  }

  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string {
    const file = this.resolve(name);
    writeFileSync(file, content);
    return file;
  }
}
