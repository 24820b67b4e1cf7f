import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test, type TestContext } from "node:test";
import type { JobPhase } from "../src/api/objects.ts";
import { type Client, createClient } from "../src/client/client.ts";
import type { Result } from "../src/main/start/result-page.ts";
import { courseOf } from "./support/course-of.ts";
import { runNeuraxis } from "./support/run-neuraxis.ts";

const root = path.resolve(import.meta.dirname, "..");
/** Short: sockets lie below it. */
const folder = mkdtempSync(path.join(tmpdir(), "nx-"));
const homes = ["main", "gang"].map((name) => path.join(folder, name));
const [mainHome, gangHome] = homes;

after(async () => {
  for (const home of homes) await runNeuraxis(["down", "--home", home]);
  rmSync(folder, { recursive: true, force: true });
});

/** Begins a run of the main job, and kills the process that steers it as soon as it says `word`. */
async function killAt(word: RegExp, words: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [path.join(root, "bin/neuraxis.js"), ...words], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  for await (const line of createInterface(child.stderr)) if (word.test(line)) break;
  child.kill("SIGKILL");
}

test("the main job goes on after it and its control plane are killed, and keeps what it promises", async (t: TestContext) => {
  const words = ["start", "--once", "--seconds", "6", "--home", mainHome];
  await killAt(/it is served now/, words);
  const api = readFileSync(path.join(mainHome, "api.json"), "utf8");
  process.kill((JSON.parse(api) as { readonly pid: number }).pid, "SIGKILL");
  const { code, stdout, stderr } = await runNeuraxis(words);
  assert.match(stderr, /Goes on with the run/, stderr);
  assert.doesNotMatch(stderr, /it is served now/);
  for (const line of stderr.split("\n").slice(1)) assert.ok(line.length <= 100, line);
  t.diagnostic(stdout);
  const summary = path.join(mainHome, "report/summary.json");
  const { promises, outcome, state } = JSON.parse(readFileSync(summary, "utf8")) as Result;
  // How long requests wait depends on who else is on the machine; the rest has to be so on any.
  const broken = promises.filter(({ isKept }) => !isKept).map(({ words: what }) => what);
  assert.deepEqual(
    broken.filter((what) => !what.startsWith("p99 ")),
    [],
    stderr,
  );
  assert.equal(code, broken.length === 0 ? 0 : 1);
  assert.deepEqual(outcome, { hasSucceeded: true, trainingRestarts: 0, replicaFailures: 0 });
  assert.ok(state.beside.latenciesMs.length > 0 && state.moving.latenciesMs.length > 0);
  assert.match(stdout, /restarts of the control plane +1\n *time .* of interruption\n/);
  assert.match(stdout, /where to look next/);
  assert.match(
    readFileSync(path.join(mainHome, "report/index.html"), "utf8"),
    /<svg[\s\S]*<\/svg>/,
  );
  assert.ok(!existsSync(path.join(mainHome, "api.json")), "the control plane is down");
});

const text = path.join(folder, "text.md");
writeFileSync(text, "In the beginning was the word. ".repeat(200));
const SIZES = "--width 16 --heads 2 --layers 1 --context 16 --batch 4".split(" ");
const COURSE = "--steps 1000 --checkpoint-every 1000 --evaluate-every 100".split(" ");

/** Two processes that train, each with room of half of the machine's. */
function training(name: string, cpu: string): string {
  return JSON.stringify({
    apiVersion: "neuraxis.dev/v1alpha1",
    kind: "BatchJob",
    metadata: { name },
    spec: {
      replicas: 2,
      command: [
        process.execPath,
        path.join(root, "examples/tiny-lm/train.ts"),
        "--data",
        text,
        ...SIZES,
        ...COURSE,
      ],
      resources: { cpu, memory: "512Mi" },
      checkpoint: { every: "1min", save: "1s", restart: "1s", onRequest: true },
    },
  });
}

/** A short job that needs the room of the gang. */
function urgent(cpu: string): string {
  return JSON.stringify({
    apiVersion: "neuraxis.dev/v1alpha1",
    kind: "BatchJob",
    metadata: { name: "urgent" },
    spec: {
      priority: 10,
      command: [process.execPath, "--eval", "process.exitCode = 0"],
      resources: { cpu, memory: "128Mi" },
    },
  });
}

/** Half of the CPU of the node, as soon as it is there. */
async function halfOfNode(client: Client): Promise<string> {
  for await (const news of client.watch({ kinds: ["Node"] })) {
    const objects = news.type === "LISTED" ? news.objects : [news.object];
    for (const { kind, status } of objects) {
      if (kind === "Node" && "cpu" in status) return `${Math.floor(status.cpu / 2)}m`;
    }
  }
  return assert.fail("the control plane has ended");
}

/** Resolves when the job is in this phase. */
async function phaseIs(client: Client, job: string, wanted: JobPhase): Promise<void> {
  const watch = client.watch({ kinds: ["BatchJob"] });
  for await (const news of watch) {
    const objects = news.type === "LISTED" ? news.objects : [news.object];
    for (const { kind, metadata, status } of objects) {
      if (kind !== "BatchJob" || metadata.name !== job) continue;
      if ("phase" in status && status.phase === wanted) return;
      assert.ok(!("phase" in status) || status.phase !== "Failed", `${job} has failed`);
    }
  }
}

interface Line {
  readonly step: number;
  readonly heldOutBitsPerChar: number;
}

test("a gang that makes way for another and comes back ends with the losses of one that did not", async (t) => {
  const any = "127.0.0.1:0";
  await runNeuraxis(["up", "--detach", "--home", gangHome, "--listen", any, "--door", any]);
  const { url } = JSON.parse(readFileSync(path.join(gangHome, "api.json"), "utf8")) as {
    readonly url: string;
  };
  const token = readFileSync(path.join(gangHome, "token"), "utf8").trim();
  const client = createClient({ url, token });
  const half = await halfOfNode(client);

  await client.apply(training("undisturbed", half), { file: "undisturbed" });
  await phaseIs(client, "undisturbed", "Succeeded");
  const expected = await courseOf<Line>(client, "undisturbed");

  await client.apply(training("disturbed", half), { file: "disturbed" });
  await phaseIs(client, "disturbed", "Running");
  const before = await courseOf<Line>(client, "disturbed", 100);
  const { plan } = await client.apply(urgent(half), { file: "urgent" });
  assert.deepEqual(
    plan.leaves.map(({ name, how }) => `${name}: ${how}`),
    ["disturbed: stop"],
  );
  await phaseIs(client, "urgent", "Succeeded");
  await phaseIs(client, "disturbed", "Succeeded");
  const { status } = await client.get("BatchJob", "disturbed");
  assert.deepEqual([status.attempt, status.failures], [2, 0]);

  const after = await courseOf<Line>(client, "disturbed");
  assert.ok(after[0].step > before[0].step, "it went on from its checkpoint");
  const bits = (lines: readonly Line[]) =>
    lines.map(({ step, heldOutBitsPerChar }) => `${step}: ${heldOutBitsPerChar}`);
  // The same processes on the same processor: equal in every bit, not only within noise.
  assert.deepEqual(bits(after), bits(expected).slice(-after.length));
  for (const { step, heldOutBitsPerChar } of expected) {
    t.diagnostic(`step ${step}: ${heldOutBitsPerChar.toFixed(3)} bits per character`);
  }
});
