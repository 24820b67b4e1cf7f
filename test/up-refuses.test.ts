import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { platform } from "node:os";
import { after, before, test } from "node:test";
import { runNeuraxis } from "./support/run-neuraxis.ts";
import { UpBed } from "./support/up-bed.ts";

const skip = platform() === "linux" ? false : "needs Linux";
let bed: UpBed;
/** Holds an address that others want. */
const other = createServer();

before(async () => {
  if (skip !== false) return;
  bed = await UpBed.prepare();
  await once(other.listen(0, "127.0.0.1"), "listening");
});

after(async () => {
  other.close();
  if (skip === false) await bed.remove();
});

function up(...words: readonly string[]) {
  return runNeuraxis(["up", "--home", bed.home, ...words]);
}

test("a control plane that cannot listen ends with 2 and leaves nothing behind", {
  skip,
}, async () => {
  const { api, door } = bed.ports;
  const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const [free, doorFree] = [`127.0.0.1:${api}`, `127.0.0.1:${door}`];
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [taken, doorFree, /^error: --listen 127.*another program listens there/],
    [free, taken, /^error: --door 127.*another program listens there/],
    [free, free, /^error: --door 127.*--listen names it already/],
    ["192.0.2.1:7400", doorFree, /^error: --listen 192.*no such address/],
  ];
  for (const [listen, atDoor, told] of cases) {
    const { code, stderr } = await up("--listen", listen, "--door", atDoor);
    assert.match(stderr, told);
    assert.equal(code, 2);
    assert.deepEqual(bed.processes(), []);
  }
  const { code, stderr } = await up("--detach", "--listen", taken, "--door", doorFree);
  assert.match(stderr, /^error: the control plane has not started: --listen 127.*another program/);
  assert.equal(code, 2);
  assert.deepEqual(bed.processes(), []);
});

test("what runs on from before is left by one that cannot listen", { skip }, async () => {
  await bed.up();
  const { keeper } = bed;
  await bed.end("SIGTERM");
  const taken = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  const { code } = await up("--listen", taken, "--door", `127.0.0.1:${bed.ports.door}`);
  assert.equal(code, 2);
  assert.equal(bed.keeper, keeper);
  // The door that runs on has its address, and does not hinder the next one.
  await bed.up();
  assert.equal(bed.keeper, keeper);
  await bed.end("SIGINT");
});

test("a home that cannot be a folder is refused in words, also by its start apart", {
  skip,
}, async () => {
  const file = bed.resolve("file");
  writeFileSync(file, "");
  for (const home of [
    file,
    `${file}/below`,
    "/proc/no-such-folder",
    `${bed.home}${"x".repeat(99)}`,
  ]) {
    for (const words of [[], ["--detach"]]) {
      const { code, stderr } = await runNeuraxis(["up", "--home", home, ...words]);
      assert.match(stderr, /^error: .* --home\.\n$/);
      assert.equal(code, 2);
    }
  }
  const { code, stderr } = await runNeuraxis(["start", "--home", file]);
  assert.match(stderr, /is a file, not a folder/);
  assert.equal(code, 2);
  rmSync(file);
  assert.ok(!existsSync("/proc/no-such-folder"));
});

test("an empty --home is refused by every command, and is not the current folder", async () => {
  const commands = [
    ["up"],
    ["down"],
    ["doctor"],
    ["replay"],
    ["restore"],
    ["start"],
    ["get", "all"],
  ];
  for (const words of [...commands, ["secret", "list"]]) {
    const { code, stderr } = await runNeuraxis([...words, "--home", ""]);
    assert.equal(stderr, "error: --home is empty: name a folder\n");
    assert.equal(code, 2);
  }
});
