import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { TempFolder } from "./support/temp-folder.ts";

const script = path.join(import.meta.dirname, "support/fill-disk.ts");
const folder = new TempFolder().path;
/** A disk of 1 MiB, which this process does not see, and which ends with the command. */
const onSmallDisk = 'mount -t tmpfs -o size=1m none "$0" && "$@"';
const mountAlone = ["--user", "--map-root-user", "--mount", "sh", "-c", onSmallDisk, folder];
const skip =
  spawnSync("unshare", [...mountAlone, "true"]).status === 0
    ? false
    : "this system lets its user mount no disk of its own";

interface Told {
  readonly refused: readonly { readonly code: string; readonly message: string }[];
  readonly fullAt: number;
  readonly sequence: number;
  readonly isWhole: boolean;
}

test("a full disk is told with its cure; nothing is lost, and it goes on with room", {
  skip,
}, () => {
  const words = [...mountAlone, process.execPath, script, folder];
  const { stdout, stderr } = spawnSync("unshare", words, { encoding: "utf8" });
  assert.equal(stderr, "");
  const { refused, fullAt, sequence, isWhole } = JSON.parse(stdout) as Told;
  assert.ok(refused.length >= 3);
  for (const { code, message } of refused) {
    assert.equal(code, "disk-full");
    assert.match(message, /journal\.db.*: .* Make room, then try again\.$/);
  }
  assert.ok(sequence > fullAt && fullAt > 10);
  assert.ok(isWhole);
});
