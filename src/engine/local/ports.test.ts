import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { Ports } from "./ports.ts";

const folder = new TempFolder();
const isFree = () => Promise.resolve(true);

test("a holder that asks twice at once has one port, and no two holders have the same", async () => {
  const ports = new Ports(folder.resolve("once"), isFree);
  const given = await Promise.all(["a", "a", "b", "c"].map((holder) => ports.portOf(holder)));
  assert.equal(given[0], given[1]);
  assert.equal(new Set(given).size, 3);
});

test("a port is kept over restarts, and given to nobody else meanwhile", async () => {
  const kept = folder.resolve("kept");
  const port = await new Ports(kept, isFree).portOf("job.a/1");
  const others = new Ports(kept, isFree);
  assert.equal(others.knownPortOf("job.a/1"), port);
  assert.notEqual(await others.portOf("b"), port);
});

test("a port that was released leaves nothing behind, even one that was still being chosen", async () => {
  const gone = folder.resolve("gone");
  const ports = new Ports(gone, isFree);
  const choosing = ports.portOf("a");
  ports.release("a");
  await choosing;
  await ports.portOf("b");
  ports.release("b");
  assert.deepEqual(readdirSync(gone), []);
  assert.equal(ports.knownPortOf("a"), undefined);
});

test("a port on which somebody listens is passed over, and a file that was cut off counts as none", async () => {
  const busy = new Set<number>();
  const ports = new Ports(folder.resolve("busy"), (port) => Promise.resolve(!busy.has(port)));
  const first = await ports.portOf("a");
  busy.add(first + 1);
  assert.equal(await ports.portOf("b"), first + 2);
  folder.write("busy/c.port", "");
  assert.equal(new Ports(folder.resolve("busy"), isFree).knownPortOf("c"), undefined);
});
