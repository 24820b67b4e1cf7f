import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../cli/exit-codes.ts";
import { UsageError } from "../cli/usage-error.ts";
import { Home } from "./up/home.ts";

/** As manifests name them. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const KEY = /^[-._A-Za-z0-9]{1,253}$/;
/** Linux takes 128 KiB for one variable: its name of up to 255 bytes, `=`, its value and a zero byte. */
const VALUE_BYTES_MAX = 128 * 1024 - 255 - 2;

/** An entry that is to be kept. */
interface SecretEntry {
  readonly name: string;
  readonly key: string;
  readonly value: Buffer;
  /** Whether it may be empty; absent: it may not. */
  readonly allowEmpty?: boolean;
}

/**
 * Keeps an entry; one line break at its end is not part of it.
 * @throws UsageError for a bad name or value.
 */
export function setSecret(
  folder: string,
  { name, key, value, allowEmpty = false }: SecretEntry,
): void {
  checkName(name);
  checkKey(key);
  const text = value.toString("utf8").replace(/\r?\n$/, "");
  if (text === "" && !allowEmpty) {
    throw new UsageError("standard input is empty; --allow-empty keeps an empty entry");
  }
  if (text.includes("\0") || Buffer.byteLength(text) > VALUE_BYTES_MAX) {
    throw new UsageError(
      `a secret must be a text without zero bytes, of at most ${VALUE_BYTES_MAX} bytes`,
    );
  }
  const home = new Home(folder);
  home.make();
  const secret = path.join(home.secrets, name);
  mkdirSync(secret, { recursive: true, mode: 0o700 });
  const file = path.join(secret, key);
  writeFileSync(`${file}~`, text, { mode: 0o600, flush: true });
  renameSync(`${file}~`, file);
}

/**
 * Forgets an entry, and the secret with its last one. @param key absent: all entries.
 * @returns those that are forgotten, sorted.
 * @throws CommandError if there is none, UsageError for a bad name.
 */
export function deleteSecret(folder: string, name: string, key?: string): readonly string[] {
  checkName(name);
  if (key !== undefined) checkKey(key);
  const keys = keysOf(folder, name);
  const forgotten = key === undefined ? keys : keys.filter((each) => each === key);
  if (forgotten.length === 0) {
    const what = keys.length === 0 ? `no secret ${name}` : `no entry ${key} of secret ${name}`;
    throw new CommandError("notFound", `there is ${what}`, "See them all: neuraxis secret list.");
  }
  const secret = path.join(new Home(folder).secrets, name);
  const isLast = forgotten.length === keys.length;
  rmSync(isLast ? secret : path.join(secret, key ?? ""), { recursive: true });
  return forgotten;
}

function keysOf(folder: string, name: string): readonly string[] {
  const start = `${name}/`;
  const entries = listSecrets(folder).filter((entry) => entry.startsWith(start));
  return entries.map((entry) => entry.slice(start.length));
}

/** `NAME/KEY`, sorted. */
export function listSecrets(folder: string): readonly string[] {
  const { secrets } = new Home(folder);
  if (!existsSync(secrets)) return [];
  const all = readdirSync(secrets, { withFileTypes: true, recursive: true });
  return all
    .filter((entry) => entry.isFile() && !entry.name.endsWith("~"))
    .map((entry) => `${path.basename(entry.parentPath)}/${entry.name}`)
    .toSorted((left, right) => (left < right ? -1 : 1));
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new UsageError(`a secret is named by 1 to 63 characters a-z, 0-9 and -, not ${name}`);
}

function checkKey(key: string): void {
  if (KEY.test(key) && key !== "." && key !== "..") return;
  throw new UsageError(`an entry is named by letters, digits, -, _ and ., not ${key}`);
}
