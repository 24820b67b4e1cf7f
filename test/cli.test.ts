import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { POLICY_NAMES } from "../src/simulate/campaign.ts";
import { runNeuraxis } from "./support/run-neuraxis.ts";
import { SMALL_NODES, SMALL_PODS, writeSmallTrace } from "./support/small-trace.ts";
import { TempFolder } from "./support/temp-folder.ts";

const folder = new TempFolder();
const fill = writeSmallTrace(folder);
const manifest = readFileSync(path.resolve(import.meta.dirname, "../package.json"), "utf8");

/** What `--json` prints, as the README promises it. */
interface Shown {
  readonly load: number;
  readonly results: readonly {
    readonly policy: string;
    readonly seed: number;
    readonly allocationAt: Readonly<Record<string, number>>;
    readonly arrivals: number;
    readonly failed: number;
    readonly decisionsPerSecond: number;
    readonly hash: string;
  }[];
  readonly summary: readonly {
    readonly policy: string;
    readonly meanAllocationAt: Readonly<Record<string, number>>;
  }[];
  readonly bound?: readonly {
    readonly seed: number;
    readonly allocationAt: Readonly<Record<string, number>>;
    readonly gpusStranded: number;
  }[];
  readonly boundSummary?: { readonly meanAllocationAt: Readonly<Record<string, number>> };
}

for (const words of [[], ["start"], ["simulate"], ["simulate", "fill"]]) {
  test(`neuraxis ${words.join(" ")} --help describes itself and succeeds`, async () => {
    const { code, stdout, stderr } = await runNeuraxis([...words, "--help"]);
    assert.deepEqual([code, stderr], [0, ""]);
    assert.match(stdout, new RegExp(`^Usage: neuraxis ${words.join(" ")}`));
    assert.match(stdout, /-h, --help/);
  });
}

test("--version prints the package's version", async () => {
  const { version } = JSON.parse(manifest) as { version: string };
  for (const word of ["--version", "-V"]) {
    assert.deepEqual(await runNeuraxis([word]), { code: 0, stdout: `${version}\n`, stderr: "" });
  }
});

const wrongWords: readonly [words: readonly string[], says: RegExp][] = [
  [["strat"], /unknown command 'strat'\s+\(Did you mean start\?\)/],
  [["simulate", "fil"], /unknown command 'fil'\s+\(Did you mean fill\?\)/],
  [["start", "--onec"], /unknown option '--onec'\s+\(Did you mean --once\?\)/],
  [["start", "now"], /too many arguments/],
  [[...fill, "--polcy", "fgd"], /unknown option '--polcy'\s+\(Did you mean --policy\?\)/],
  [[...fill, "--policy", "best-fti"], /unknown policy "best-fti"\. Did you mean "best-fit"\?/],
  [[...fill, "--policy"], /option '--policy <names>' argument missing/],
  [fill.slice(0, 4), /--pods FILE is missing/],
  [fill.slice(0, 2), /--nodes FILE is missing/],
];
for (const [words, says] of wrongWords) {
  const shown = words.map((word) => path.basename(word)).join(" ");
  test(`neuraxis ${shown} is refused with what was meant`, async () => {
    const { code, stdout, stderr } = await runNeuraxis(words);
    assert.match(stderr, says);
    assert.equal(stderr.match(/error: /g)?.length, 1, stderr);
    assert.deepEqual([code, stdout], [2, ""]);
  });
}

test("without a command it shows its help and does not succeed", async () => {
  const { code, stdout, stderr } = await runNeuraxis([]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^Usage: neuraxis/);
});

test("--json prints load, results and summary, and nothing else", async () => {
  const words = [...fill, "--policy", "fgd,best-fit", "--seeds", "42-44", "--json"];
  const { code, stdout, stderr } = await runNeuraxis(words);
  assert.deepEqual([code, stderr], [0, ""]);
  const { load, results, summary } = JSON.parse(stdout) as Shown;
  assert.equal(load, 1.3);
  assert.deepEqual(
    results.map(({ policy, seed }) => `${policy} ${seed}`),
    ["fgd 42", "fgd 43", "fgd 44", "best-fit 42", "best-fit 43", "best-fit 44"],
  );
  for (const result of results) {
    assert.deepEqual(Object.keys(result.allocationAt), ["100", "130"]);
    assert.ok(result.allocationAt["130"] > 80 && result.allocationAt["130"] <= 100);
    assert.ok(result.arrivals > result.failed && result.failed >= 0);
    assert.ok(result.decisionsPerSecond > 0);
    assert.match(result.hash, /^[0-9a-f]+$/);
    assert.ok(!("curve" in result));
  }
  for (const { policy, meanAllocationAt } of summary) {
    const values = results
      .filter((result) => result.policy === policy)
      .map(({ allocationAt }) => allocationAt["130"]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    assert.ok(Math.abs(meanAllocationAt["130"] - mean) < 1e-3);
    assert.deepEqual(Object.keys(meanAllocationAt), ["100", "130"]);
  }
});

test("the text names every policy, the loads, and what is freed", async () => {
  const { code, stdout, stderr } = await runNeuraxis([...fill, "--policy", "all", "--seeds", "1"]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^policy +allocated at 100 % +allocated at 130 % +GPUs stranded/);
  for (const name of POLICY_NAMES) assert.match(stdout, new RegExp(`^${name} .*±`, "m"));
  assert.match(stdout, /\n[a-z-]+ strands \d+ GPUs: \d+ fewer than .*\.\n$/);
});

test("two runs print the same but for the speed", async () => {
  const words = [...fill, "--policy", "all", "--seeds", "42-43", "--json"];
  const runs = await Promise.all([runNeuraxis(words), runNeuraxis(words)]);
  const [first, second] = runs.map(({ stdout }) =>
    stdout.replaceAll(/"(decisionsPerSecond|medianDecisionsPerSecond)": \d+/g, '"$1": 0'),
  );
  assert.equal(first, second);
  assert.ok(first.length > 1000);
});

test("--report writes a page with the curves, and the same page again", async () => {
  const target = folder.resolve("deep/report");
  const words = [...fill, "--policy", "fgd,random", "--seeds", "1-2", "--report", target];
  const pages: string[] = [];
  for (let time = 0; time < 2; time += 1) {
    const { code, stdout, stderr } = await runNeuraxis(words);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^policy /);
    assert.equal(stderr, `The report stands in ${target}/index.html.\n`);
    assert.deepEqual(readdirSync(target), ["index.html"]);
    pages.push(readFileSync(path.join(target, "index.html"), "utf8"));
  }
  assert.match(pages[0], /<svg[\s\S]*<\/svg>/);
  assert.match(pages[0], /fgd strands \d+ GPUs/);
  assert.doesNotMatch(pages[0], /NaN|undefined/);
  assert.equal(pages[0], pages[1]);
});

test("columns that placement does not use are told once, on standard error", async () => {
  const nodes = folder.write(
    "owned.csv",
    "sn,cpu_milli,memory_mib,gpu,model,owner\na,9,9,1,T4,me\n",
  );
  const pods = folder.write("one.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli\np,1,1,1,10\n");
  const words = ["simulate", "fill", "--nodes", nodes, "--pods", pods, "--seeds", "1", "--json"];
  const { code, stdout, stderr } = await runNeuraxis(words);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, `${nodes}: columns that placement does not use: owner\n`);
  assert.equal((JSON.parse(stdout) as Shown).load, 1.3);
});

test("orders give the seeds, and the course of each", async () => {
  const arrivals = [...SMALL_PODS.keys(), ...SMALL_PODS.keys()];
  const nodeOrder = [...SMALL_NODES.keys()];
  const orders = folder.write(
    "orders.json",
    JSON.stringify({ 7: { arrivals, nodeOrder }, 5: { arrivals, nodeOrder } }),
  );
  const words = [...fill, "--policy", "fgd", "--orders", orders, "--json"];
  const { code, stdout, stderr } = await runNeuraxis(words);
  assert.equal(code, 0, stderr);
  const { results } = JSON.parse(stdout) as Shown;
  assert.deepEqual(
    results.map(({ seed }) => seed),
    [5, 7],
  );
  assert.equal(results[0].hash, results[1].hash, "the same course gives the same state");
});

test("--bound adds what no policy exceeds, in every form", async () => {
  const target = folder.resolve("bound-report");
  const words = [...fill, "--policy", "fgd", "--seeds", "42-43", "--bound"];
  const json = await runNeuraxis([...words, "--json"]);
  assert.deepEqual([json.code, json.stderr], [0, ""]);
  const { results, bound, boundSummary } = JSON.parse(json.stdout) as Shown;
  assert.deepEqual(
    bound?.map(({ seed }) => seed),
    [42, 43],
  );
  for (const [index, { allocationAt }] of results.entries()) {
    const limit = bound?.[index].allocationAt["130"] ?? 0;
    assert.ok(allocationAt["130"] <= limit && limit <= 100);
  }
  const mean = boundSummary?.meanAllocationAt["130"] ?? 0;
  const text = await runNeuraxis([...words, "--report", target]);
  assert.match(text.stdout, new RegExp(`^bound +- +${mean.toFixed(2)} ± .* - +-$`, "m"));
  const page = readFileSync(path.join(target, "index.html"), "utf8");
  assert.ok(page.includes(`<tr><td>bound</td><td>-</td><td>${mean.toFixed(2)} %</td>`));
});
