import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { UsageError } from "../cli/usage-error.ts";
import { Home } from "./up/home.ts";

/** As manifests name them. */
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const KEY = /^[-._A-Za-z0-9]{1,253}$/;
/** Linux takes 128 KiB for one variable. */
const VALUE_BYTES_MAX = 128 * 1024 - 1;

/** Keeps an entry; one line break at its end is not part of it. @throws UsageError for a bad name. */
export function setSecret(
  folder: string,
  { name, key, value }: { readonly name: string; readonly key: string; readonly value: Buffer },
): void {
  checkName(name);
  if (!KEY.test(key) || key === "." || key === "..") {
    throw new UsageError(`an entry is named by letters, digits, -, _ and ., not ${key}`);
  }
  const text = value.toString("utf8").replace(/\r?\n$/, "");
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

/** @throws UsageError if there is none. */
export function deleteSecret(folder: string, name: string): void {
  checkName(name);
  const secret = path.join(new Home(folder).secrets, name);
  if (!existsSync(secret)) throw new UsageError(`there is no secret ${name}`);
  rmSync(secret, { recursive: true });
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
