import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, truncateSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import type { Progress } from "../examples/tiny-lm/training.ts";
import { TempFolder } from "./support/temp-folder.ts";

const example = path.resolve(import.meta.dirname, "../examples/tiny-lm");
/** Node keeps compiled sources there: a start takes half the time. */
const compileCache = path.resolve(import.meta.dirname, "../.cache/compiled");
const temporary = new TempFolder();
const text = temporary.write("text.md", "In the beginning was the word. ".repeat(200));
const sizes = "--width 16 --heads 2 --layers 1 --context 16 --batch 4".split(" ");
const lengths = "--steps 200 --checkpoint-every 20 --evaluate-every 10".split(" ");

interface Started {
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
  readonly end: Promise<{ readonly code: number | null; readonly stderr: string }>;
}

const alive = new Set<ChildProcess>();
after(() => {
  for (const child of alive) child.kill("SIGKILL");
});

function start(script: string, words: readonly string[], environment: object): Started {
  const child = spawn(process.execPath, [path.join(example, script), ...words], {
    env: { ...process.env, NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  alive.add(child);
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (piece: string) => (stderr += piece));
  const end = once(child, "close").then(() => {
    alive.delete(child);
    return { code: child.exitCode, stderr };
  });
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator](), end };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** Two processes that train together into `folder`; the second one is there first. */
async function startPair(folder: string): Promise<[Started, Started]> {
  const port = await freePort();
  const pair = [1, 0].map((rank) =>
    start("train.ts", ["--data", text, ...sizes, ...lengths], {
      RANK: `${rank}`,
      WORLD_SIZE: "2",
      MASTER_ADDR: "127.0.0.1",
      MASTER_PORT: `${port}`,
      NEURAXIS_CHECKPOINT_DIR: folder,
    }),
  );
  return [pair[1], pair[0]];
}

async function nextLine<Line>({ lines, end }: Started): Promise<Line> {
  const { value, done } = await lines.next();
  if (done === true) assert.fail(`it ended: ${(await end).stderr}`);
  return JSON.parse(value) as Line;
}

/** What a run told, to its end; how fast it was is not compared. */
async function progressOf({ lines }: Started) {
  const told: Progress[] = [];
  for (let line = await lines.next(); line.done !== true; line = await lines.next()) {
    told.push({ ...(JSON.parse(line.value) as Progress), tokensPerSecond: 0 });
  }
  return told;
}

const undisturbed = temporary.resolve("undisturbed");

test("a run that was stopped, killed and damaged ends as one that was not", async () => {
  const [leader, follower] = await startPair(undisturbed);
  const expected = await progressOf(leader);
  assert.deepEqual([(await leader.end).code, (await follower.end).code], [0, 0]);
  const [first, last] = [expected[0], expected[expected.length - 1]];
  assert.deepEqual([first.step, last.step], [0, 200]);
  assert.ok(last.heldOutBitsPerChar < first.heldOutBitsPerChar / 2);

  const folder = temporary.resolve("disturbed");
  const stopped = await startPair(folder);
  await nextLine(stopped[0]);
  await nextLine(stopped[0]);
  stopped[1].child.kill("SIGTERM");
  for (const { end } of stopped) {
    const { code, stderr } = await end;
    assert.equal(code, 75, stderr);
    assert.match(stderr, /saved and left when asked/);
  }

  const killed = await startPair(folder);
  await nextLine(killed[0]);
  await nextLine(killed[0]);
  killed[1].child.kill("SIGKILL");
  const { code, stderr } = await killed[0].end;
  assert.equal(code, 1);
  assert.match(stderr, /goes on from step \d+ .*\n.*lost process 1: /);

  const newest = readdirSync(folder).toSorted().at(-1);
  truncateSync(path.join(folder, newest ?? ""), 1000);
  const resumed = await startPair(folder);
  const told = await progressOf(resumed[0]);
  assert.match((await resumed[0].end).stderr, /skipped .*: it is damaged/);
  assert.equal((await resumed[1].end).code, 0);
  assert.deepEqual(told, expected.slice(-told.length));
});

test("what was trained is served from its folder, until asked to stop", async () => {
  const server = start("serve.ts", [], { MODEL: undisturbed, PORT: "0" });
  const { listening } = await nextLine<{ readonly listening: string }>(server);
  assert.equal((await nextLine<{ readonly step: number }>(server)).step, 200);
  assert.equal((await fetch(`${listening}/healthz`)).status, 200);
  const response = await fetch(`${listening}/v1/completions`, {
    method: "POST",
    body: JSON.stringify({ prompt: "In the begin", max_tokens: 12, temperature: 0 }),
  });
  const { choices } = (await response.json()) as { readonly choices: readonly { text: string }[] };
  assert.match(choices[0].text, /was the/);
  server.child.kill("SIGTERM");
  assert.equal((await server.end).code, 0);
});

test("a folder without a checkpoint cannot be served, and a wrong option is refused", async () => {
  const server = await start("serve.ts", [], { MODEL: temporary.path, PORT: "0" }).end;
  assert.equal(server.code, 1);
  assert.match(server.stderr, /has no checkpoint/);
  const training = await start("train.ts", ["--width", "50", "--heads", "4"], {}).end;
  assert.equal(training.code, 2);
  assert.match(training.stderr, /--width 50 is no multiple of --heads 4/);
});
