import assert from "node:assert/strict";
import { hostname } from "node:os";
import { test } from "node:test";
import { ownHosts } from "./own-hosts.ts";

test("on loopback a door has no name but loopback's; elsewhere it has the machine's, too", () => {
  assert.deepEqual(ownHosts("127.0.0.2"), ["localhost", "127.0.0.1", "[::1]", "127.0.0.2"]);
  assert.equal(ownHosts("::1").includes(hostname()), hostname() === "localhost");
  const all = ownHosts("0.0.0.0");
  for (const name of ["0.0.0.0", hostname(), "localhost", "127.0.0.1"]) {
    assert.ok(all.includes(name), name);
  }
  assert.ok(ownHosts("fd00::1").includes("[fd00::1]"));
});
