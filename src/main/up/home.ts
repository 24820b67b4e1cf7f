import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { makeFolder } from "./make-folder.ts";

/** Where the API of a running control plane is, as its home says. */
export interface ApiFile {
  readonly url: string;
  readonly pid: number;
}

/** Bytes of a token before they are written as text. */
const TOKEN_BYTES = 32;

/** The folder of one control plane's state; its owner's alone. */
export class Home {
  readonly folder: string;

  /** @param folder absolute. */
  constructor(folder: string) {
    this.folder = folder;
  }

  get journal(): string {
    return path.join(this.folder, "journal.db");
  }

  get engine(): string {
    return path.join(this.folder, "engine");
  }

  get secrets(): string {
    return path.join(this.folder, "secrets");
  }

  get log(): string {
    return path.join(this.folder, "up.log");
  }

  get #token(): string {
    return path.join(this.folder, "token");
  }

  get #api(): string {
    return path.join(this.folder, "api.json");
  }

  /** Makes the folder, and takes it from everybody else. @throws UsageError if it cannot be. */
  make(): void {
    makeFolder(this.folder);
    chmodSync(this.folder, 0o700);
  }

  /** The token of the API: made at the first start, and kept. */
  token(): string {
    if (!existsSync(this.#token)) {
      write(this.#token, `${randomBytes(TOKEN_BYTES).toString("base64url")}\n`);
    }
    return readFileSync(this.#token, "utf8").trim();
  }

  /** Where the API is, if one was started and not ended in good order. */
  api(): ApiFile | undefined {
    try {
      return JSON.parse(readFileSync(this.#api, "utf8")) as ApiFile;
    } catch {
      // None runs, or one that broke off has left half a file.
      return undefined;
    }
  }

  setApi(api: ApiFile | undefined): void {
    if (api === undefined) rmSync(this.#api, { force: true });
    else write(this.#api, `${JSON.stringify(api)}\n`);
  }
}

/** Whole or not at all, for the owner alone. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
