import assert from "node:assert/strict";
import crypto, { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { after, before, mock, test } from "node:test";
import { text } from "node:stream/consumers";
import { Readable } from "node:stream";
import { tokenCheck } from "../src/control/server/gate.ts";
import { runNeuraxis } from "./support/run-neuraxis.ts";
import { UpBed } from "./support/up-bed.ts";

/** Not a word of it may be anywhere but in its own file, and in the process that it is for. */
const SECRET = `secret-${randomBytes(16).toString("hex")}`;
/** In the control plane's own environment. */
const OWN = `own-${randomBytes(16).toString("hex")}`;

/** Tells what it was given, and stays. */
const PROBE = `
const { createHash } = require("node:crypto");
const digest = createHash("sha256").update(process.env.KEY ?? "").digest("hex");
const { KEY, ...env } = process.env;
console.log(JSON.stringify({ argv: process.argv.slice(1), env, digest }));
setInterval(() => {}, 1000);
`;

/** What a shell would not leave as it is. */
const WORDS = [
  "; rm -rf x; touch pwned",
  "$(touch pwned)",
  "`touch pwned`",
  "a 'single' and \"double\" quote",
  "two\nlines",
  "*",
  "~",
  "$HOME",
  "",
  "> pwned",
  "back\\slash",
  "&& touch pwned",
];

interface Told {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly digest: string;
}

let bed: UpBed;
before(async () => {
  bed = await UpBed.prepare({
    environment: { NEURAXIS_TEST_SECRET: OWN, AWS_SECRET_ACCESS_KEY: OWN },
  });
  // Somebody made it for all to read.
  mkdirSync(bed.home, { mode: 0o755 });
  chmodSync(bed.home, 0o755);
  await bed.up();
  const folder = path.join(bed.home, "secrets/hub");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path.join(folder, "token"), SECRET, { mode: 0o600 });
  const work = bed.resolve("work");
  mkdirSync(work);
  const probe = (name: string, env: object[]) => ({
    apiVersion: "neuraxis.dev/v1alpha1",
    kind: "BatchJob",
    metadata: { name },
    spec: {
      command: [process.execPath, "-e", PROBE, "--"],
      args: WORDS,
      env,
      workingDirectory: work,
      resources: { cpu: "100m", memory: "128Mi" },
    },
  });
  const key = { name: "KEY", secret: { name: "hub", key: "token" } };
  for (const manifest of [
    probe("keeps", [key, { name: "ITS_OWN", value: "yes" }]),
    probe("other", [{ name: "COLOUR", value: "blue" }]),
  ]) {
    await bed.client.apply(JSON.stringify(manifest), { file: "probe.json" });
  }
});
after(() => bed.remove());

async function logOf(name: string): Promise<string> {
  return text(Readable.from(bed.client.log({ kind: "BatchJob", name })));
}

/** What a probe was given, once it has said so. */
async function told(name: string): Promise<Told> {
  let log = "";
  await bed.until(`${name} tells what it was given`, async () => {
    const { status } = await bed.client.get("BatchJob", name);
    if (status.phase === "Running") log = await logOf(name);
    return log.endsWith("\n");
  });
  return JSON.parse(log) as Told;
}

test("without being told otherwise, API and door listen on loopback alone", async () => {
  const { stdout } = await runNeuraxis(["up", "--help"]);
  const defaults = [...stdout.matchAll(/\(default:\s+"([^"]+):\d+"\)/g)].map(([, host]) => host);
  assert.deepEqual(defaults, ["127.0.0.1", "127.0.0.1"]);
});

test("no process of a control plane listens anywhere but on loopback", async () => {
  await bed.until("the door listens", () => listening().includes(`127.0.0.1:${bed.ports.door}`));
  const expected = [bed.ports.api, bed.ports.door].map((port) => `127.0.0.1:${port}`);
  assert.deepEqual(new Set(listening()), new Set(expected));
});

/** Addresses of IPv4, and of IPv6 as they stand, on which processes of the bed listen. */
function listening(): readonly string[] {
  const inodes = new Set(
    bed.processes().flatMap((pid) => {
      const folder = `/proc/${pid}/fd`;
      return readdirSync(folder).map((name) => linkOf(path.join(folder, name)));
    }),
  );
  return ["tcp", "tcp6"].flatMap((family) =>
    readFileSync(`/proc/net/${family}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === "0A" && inodes.has(`socket:[${inode}]`))
      .map(([, local]) => addressOf(local)),
  );
}

/** `0100007F:1CE8` is 127.0.0.1:7400: bytes of an address the other way round. */
function addressOf(local: string): string {
  const [address, port] = local.split(":");
  const shown = address.length === 8 ? Buffer.from(address, "hex").reverse().join(".") : address;
  return `${shown}:${Number.parseInt(port, 16)}`;
}

function linkOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch {
    return ""; // Closed since it was listed.
  }
}

test("the home is its owner's alone, and so is the token", () => {
  const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8);
  assert.equal(modeOf(bed.home), "700");
  assert.equal(modeOf(path.join(bed.home, "token")), "600");
  assert.ok(bed.token.length >= 43, "256 bits of chance");
});

test("who does not bear the whole token is told nothing", async () => {
  const { token } = bed;
  const bearers = [
    undefined,
    "",
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token}x`,
    `Bearer ${token.toLowerCase()}`,
    `Basic ${token}`,
    token,
  ];
  for (const path of ["/v1alpha1/batchjobs", "/v1alpha1/nothing-of-this-kind"]) {
    for (const bearer of bearers) {
      const headers = bearer === undefined ? {} : { Authorization: bearer };
      const answer = await fetch(`${bed.url}${path}`, { headers });
      assert.equal(answer.status, 401, bearer);
      const { error } = (await answer.json()) as { error: { code: string } };
      assert.equal(error.code, "no-token");
    }
  }
});

test("every token is compared as a digest of one length, in constant time", () => {
  const compare = mock.method(crypto, "timingSafeEqual");
  syncBuiltinESMExports();
  try {
    const isToken = tokenCheck("the-token");
    const given = ["Bearer t", "Bearer the-token", "Bearer the-token-and-more", "", "Basic x"];
    assert.deepEqual(given.map(isToken), [false, true, false, false, false]);
    const lengths = compare.mock.calls.map(({ arguments: both }) =>
      both.map((one) => one.byteLength),
    );
    assert.deepEqual(
      lengths,
      given.map(() => [32, 32]),
    );
  } finally {
    compare.mock.restore();
    syncBuiltinESMExports();
  }
});

test("no shell is in between: arguments arrive as they are", async () => {
  assert.deepEqual((await told("keeps")).argv, WORDS);
  assert.ok(!existsSync(bed.resolve("work/pwned")));
});

test("a workload sees its own variables, and none of another's or of the control plane's", async () => {
  const [keeps, other] = [await told("keeps"), await told("other")];
  assert.equal(keeps.env["ITS_OWN"], "yes");
  assert.equal(other.env["COLOUR"], "blue");
  assert.deepEqual([other.env["ITS_OWN"], keeps.env["COLOUR"]], [undefined, undefined]);
  for (const { env } of [keeps, other]) {
    assert.ok(!JSON.stringify(env).includes(OWN));
    assert.equal(env["NODE_COMPILE_CACHE"], undefined);
  }
});

test("keeper and door know nothing of the control plane's environment", async () => {
  await bed.until("both run", () => bed.keeper > 0 && bed.door > 0);
  for (const pid of [bed.keeper, bed.door]) {
    assert.ok(!readFileSync(`/proc/${pid}/environ`, "utf8").includes(OWN));
  }
});

test("a secret reaches its process, and is nowhere else", async () => {
  const { digest } = await told("keeps");
  assert.equal(digest, createHash("sha256").update(SECRET).digest("hex"));
  await assertUnseen();
  await bed.kill();
  assertUnseenInFiles();
  await bed.up();
  await assertUnseen();
  await bed.client.delete("BatchJob", "keeps");
  await bed.until("it is gone", async () => {
    const { objects } = await bed.client.list("BatchJob");
    return objects.length === 1;
  });
  await assertUnseen();
});

async function assertUnseen(): Promise<void> {
  const { client } = bed;
  const said = [
    bed.output,
    await client.list("BatchJob"),
    await client.list("Node"),
    await client.events({ limit: 1000 }),
    ...bed.processes().map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8")),
  ];
  assert.ok(!JSON.stringify(said).includes(SECRET));
  for (const name of (await client.list("BatchJob")).objects.map(({ metadata }) => metadata.name)) {
    assert.ok(!(await logOf(name)).includes(SECRET));
  }
  assertUnseenInFiles();
}

/** Byte for byte: journal, keeper's journal, output, and whatever else there is. */
function assertUnseenInFiles(): void {
  const files = readdirSync(bed.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  const holders = files.filter((file) => existsSync(file) && readFileSync(file).includes(SECRET));
  assert.deepEqual(holders, [path.join(bed.home, "secrets/hub/token")]);
  assert.ok(files.some((file) => file.endsWith("keeper.log")));
  assert.ok(files.some((file) => file.endsWith("journal.db")));
}
