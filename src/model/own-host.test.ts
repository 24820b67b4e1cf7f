import assert from "node:assert/strict";
import { test } from "node:test";
import { hasTwoHosts, hostCheck, LOOPBACK_HOSTS } from "./own-host.ts";

test("a host is known by its name, with any port", () => {
  const isOwn = hostCheck([...LOOPBACK_HOSTS, "Gpu-1.example"]);
  const own = [
    "localhost",
    "LOCALHOST:80",
    "127.0.0.1:7600",
    "[::1]",
    "[::1]:7600",
    "gpu-1.example",
  ];
  for (const host of own) assert.equal(isOwn(host), true, host);
  const others = ["", "evil.example", "localhost.evil.example:7600", "127.0.0.1.evil.example"];
  const malformed = [
    "localhost:x",
    "localhost:7600:1",
    "[::1",
    "::1",
    "localhost@evil",
    "127.0.0.2",
  ];
  for (const host of [undefined, ...others, ...malformed]) assert.equal(isOwn(host), false, host);
});

test("two Host headers are seen, however they are written; a value is no name", () => {
  assert.equal(hasTwoHosts(["Host", "a", "X-A", "host", "Accept", "*/*"]), false);
  assert.equal(hasTwoHosts(["Host", "a", "X-A", "1", "hOST", "a"]), true);
});
