import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { UsageError } from "../../cli/usage-error.ts";
import { checkOwner, checkOwnFolder, isOwn } from "./check-owner.ts";
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

  /**
   * Makes the folder, and takes it from everybody else.
   * @throws UsageError if it cannot be, or if what is there is not this user's own.
   */
  make(): void {
    makeFolder(this.folder);
    checkOwnFolder(this.folder);
    chmodSync(this.folder, 0o700);
    for (const file of [this.#token, this.#api, this.log, this.journal]) checkOwner(file);
    for (const part of [this.engine, this.secrets]) if (existsSync(part)) checkOwnFolder(part);
  }

  /** The token of the API: made at the first start, and kept. @throws UsageError if others may know it. */
  token(): string {
    if (lstatSync(this.#token, { throwIfNoEntry: false }) === undefined) {
      write(this.#token, `${randomBytes(TOKEN_BYTES).toString("base64url")}\n`);
    }
    return readOwn(this.#token).trim();
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

/** @throws UsageError unless it is a file that this user alone may read and write. */
function readOwn(file: string): string {
  const problem = `${file} must be a file that you alone can read and write`;
  const cure = "Remove it: the next start makes another.";
  if (lstatSync(file).isSymbolicLink()) throw new UsageError(`${problem}, not a link. ${cure}`);
  const opened = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(opened);
    if (stats.isFile() && isOwn(stats) && (stats.mode & 0o077) === 0) {
      return readFileSync(opened, "utf8");
    }
  } finally {
    closeSync(opened);
  }
  throw new UsageError(`${problem}. ${cure}`);
}

/** Whole or not at all, for the owner alone. */
function write(file: string, text: string): void {
  writeFileSync(`${file}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
}
