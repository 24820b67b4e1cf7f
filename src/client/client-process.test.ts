import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { ApiBed } from "../../test/support/api-bed.ts";

/** Asks for health and for the first news of a watch, then prints the packages that were loaded. */
const PROGRAM = `
import { registerHooks } from "node:module";
const packages = new Set();
registerHooks({
  load(url, context, nextLoad) {
    if (url.includes("/node_modules/")) packages.add(url);
    return nextLoad(url, context);
  },
});
const { createClient } = await import(process.env.CLIENT);
const client = createClient({ url: process.env.URL, token: process.env.TOKEN });
const { status } = await client.health();
for await (const { type } of client.watch({ kinds: ["Queue"] })) {
  console.log(JSON.stringify({ status, type, packages: [...packages] }));
  break;
}
`;

test("a client loads no package, and keeps no process alive", async () => {
  const bed = await ApiBed.start();
  const CLIENT = new URL("client.ts", import.meta.url).href;
  const env = { ...process.env, CLIENT, URL: bed.url, TOKEN: bed.token };
  const words = ["--input-type=module", "--eval", PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env });
  assert.deepEqual(JSON.parse(stdout), { status: "ok", type: "LISTED", packages: [] });
});
