import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { UsageError } from "../../cli/usage-error.ts";
import { Home } from "./home.ts";

const temp = new TempFolder();
const NOBODY = 65_534;
const skip = process.getuid?.() === 0 ? false : "only root gives files away";
let homes = 0;

/** A folder that is there. */
function made(mode = 0o700): string {
  homes += 1;
  const folder = temp.resolve(`home-${homes}`);
  mkdirSync(folder);
  chmodSync(folder, mode);
  return folder;
}

function isRefusal(pattern: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof UsageError && pattern.test(error.message);
}

test("a home is taken from everybody else, and keeps its token", () => {
  const folder = made(0o755);
  const home = new Home(folder);
  home.make();
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const token = home.token();
  new Home(folder).make();
  assert.equal(new Home(folder).token(), token);
});

test("a home, or a part of it, that belongs to another user is refused", { skip }, () => {
  const whole = made();
  chownSync(whole, NOBODY, NOBODY);
  assert.throws(() => new Home(whole).make(), isRefusal(/belongs to user 65534/));
  for (const part of ["token", "journal.db", "engine", "secrets", "up.log", "api.json"]) {
    const folder = made();
    const file = path.join(folder, part);
    if (part === "engine" || part === "secrets") mkdirSync(file);
    else writeFileSync(file, "theirs\n", { mode: 0o600 });
    chownSync(file, NOBODY, NOBODY);
    assert.throws(() => new Home(folder).make(), isRefusal(/belongs to user 65534/), part);
  }
});

test("a link to another user's folder is refused, one to an own folder is not", { skip }, () => {
  const [own, theirs] = [made(), made()];
  chownSync(theirs, NOBODY, NOBODY);
  const link = temp.resolve("link");
  symlinkSync(theirs, link);
  assert.throws(() => new Home(link).make(), isRefusal(/belongs to user 65534/));
  const better = temp.resolve("better");
  symlinkSync(own, better);
  new Home(better).make();
});

test("a home to which others may write is taken while it is empty, and refused afterwards", () => {
  const empty = made(0o777);
  new Home(empty).make();
  const folder = made(0o770);
  writeFileSync(path.join(folder, "token"), "theirs\n", { mode: 0o600 });
  assert.throws(() => new Home(folder).make(), isRefusal(/others may write to .* chmod 700/));
});

test("a token that others may read, or that is a link, is refused", () => {
  const folder = made();
  const home = new Home(folder);
  const file = path.join(folder, "token");
  const token = home.token();
  chmodSync(file, 0o640);
  assert.throws(() => home.token(), isRefusal(/you alone can read and write\. Remove it/));
  chmodSync(file, 0o600);
  assert.equal(home.token(), token);
  renameSync(file, `${file}.old`);
  symlinkSync(`${file}.old`, file);
  assert.throws(() => home.token(), isRefusal(/not a link/));
  assert.equal(readFileSync(`${file}.old`, "utf8").trim(), token);
});
