import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import test, { after } from "node:test";
import { runNeuraxis } from "./support/run-neuraxis.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "neuraxis-run-"));
after(() => rmSync(folder, { recursive: true }));

const SCENARIO = `name: small
seed: 1
policy: best-fit
grace: 30s
nodes:
  - {count: 2, name: gpu, cpu: 8, memory: 64Gi, gpus: 1, kind: A10, gpuMemory: 24Gi}
queues:
  - name: research
jobs:
  - list:
      - name: first
        queue: research
        submit: 0s
        work: 100s
        roles: [{name: worker, members: {min: 2, max: 2}, cpu: 1, memory: 1Gi, gpus: 1}]
      - name: second
        queue: research
        submit: 10s
        work: 50s
        roles: [{name: worker, members: {min: 1, max: 1}, cpu: 1, memory: 1Gi, gpus: 1}]
`;

function write(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

test("a scenario is run to its end, and the result is the same each time", async () => {
  const file = write("small.yaml", SCENARIO);
  const [one, two] = await Promise.all([
    runNeuraxis(["simulate", "run", file, "--json"]),
    runNeuraxis(["simulate", "run", file, "--json"]),
  ]);
  assert.equal(one.code, 0, one.stderr);
  assert.equal(one.stdout, two.stdout);
  const { jobs, endHours } = JSON.parse(one.stdout) as {
    readonly jobs: { readonly succeeded: number; readonly waitSeconds: { readonly p99: number } };
    readonly endHours: number;
  };
  assert.equal(jobs.succeeded, 2);
  // The gang holds both devices for 100 seconds; the second job came 10 seconds after it.
  assert.equal(jobs.waitSeconds.p99, 90);
  assert.equal(Math.round(endHours * 3600), 150);
});

test("the text fits a terminal, and a setting takes the place of the file's", async () => {
  const file = write("text.yaml", SCENARIO);
  const settings = ["--set", "nodes.0.count=3"];
  const { code, stdout } = await runNeuraxis(["simulate", "run", file, ...settings]);
  assert.equal(code, 0);
  assert.match(stdout, /^small: policy best-fit, 3 devices/);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
});

test("the text has the waits, the evictions and the bill, where there are any", async () => {
  const file = write("tables.yaml", `${SCENARIO}prices: {A10: 36}\n`);
  const { stdout } = await runNeuraxis(["simulate", "run", file]);
  // Of 300 device-seconds at 0.01 each, 250 are held: the last 50 s use one device of two.
  assert.match(stdout, /^devices +jobs +started +wait p50 +p90 +p99 +most$/m);
  assert.match(stdout, /^1 +1 +1 +90 s +90 s +90 s +90 s$/m);
  assert.match(stdout, /^2-7 +1 +1 +0\.0 s/m);
  assert.match(stdout, /^free +0\.0 +16\.67 % +0\.50$/m);
  assert.match(stdout, /^bought +0\.1 +100\.00 % +3\.00$/m);
  assert.match(stdout, /^GAR .*, SOR 83\.3 %, GFR 0\.0 %; .*$/m);
  assert.match(stdout, /^Offline work done: 50 % by 0\.0 h, .*all by 0\.0 h\.$/m);
  assert.doesNotMatch(stdout, /evicted for|not done for/);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
});

test("jobs that never ran are told, with the reason, and the exit code is that of a good run", async () => {
  const lost = "failures: [{at: 5s, nodeLost: gpu-0}]\n";
  const file = write("undone.yaml", `${SCENARIO.replace("submit: 0s", "submit: 7s")}${lost}`);
  const { code, stdout } = await runNeuraxis(["simulate", "run", file]);
  assert.equal(code, 0);
  assert.match(stdout, /^not done for +jobs +never started +first of them$/m);
  assert.match(stdout, /^larger-than-cluster +1 +1 +first$/m);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  const { stdout: json } = await runNeuraxis(["simulate", "run", file, "--json"]);
  const { jobs } = JSON.parse(json) as { readonly jobs: { readonly undone: unknown } };
  const undone = { reason: "larger-than-cluster", jobs: 1, neverStarted: 1, first: "first" };
  assert.deepEqual(jobs.undone, [undone]);
});

test("the text has the CPU of overcommitted nodes, and no device time without devices", async () => {
  const text = SCENARIO.replace(/, gpus: 1, kind: A10, gpuMemory: 24Gi/, ", overcommit: {cpu: 2}");
  const file = write("cpu.yaml", text.replaceAll(", gpus: 1", ""));
  const { stdout } = await runNeuraxis(["simulate", "run", file]);
  assert.match(stdout, /^core-hours: asked +used +held by jobs +borrowed +overload +longest$/m);
  // Two members for 100 s and one for 50 s, a core each.
  assert.match(stdout, /^0\.0 +0\.0 +0\.1 +0\.0 +0\.00 +0\.0 s$/m);
  assert.doesNotMatch(stdout, /device-hours|device time|GAR|Offline work done/);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
});

test("a report is a page and its data, and the result is printed as without one", async () => {
  const file = write("report.yaml", SCENARIO);
  const report = path.join(folder, "report/deep");
  const plain = await runNeuraxis(["simulate", "run", file, "--json"]);
  const told = await runNeuraxis(["simulate", "run", file, "--json", "--report", report]);
  assert.equal(told.code, 0, told.stderr);
  assert.equal(told.stdout, plain.stdout);
  assert.match(told.stderr, /The report stands in .*index\.html/);
  const read = (name: string) => readFileSync(path.join(report, name), "utf8");
  assert.deepEqual(readdirSync(report).toSorted(), ["index.html", "samples.csv", "summary.json"]);
  assert.equal(read("summary.json"), plain.stdout);
  assert.match(read("index.html"), /<h1>small<\/h1>[\s\S]*Devices held/);
  assert.match(read("samples.csv"), /^hours,devices,.*\n0,2,0,0,0,2,1,0,/);
});

test("a report that cannot be written is refused before the run, and nothing is written", async () => {
  const file = write("refused.yaml", SCENARIO);
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /--report: the folder's name is empty/],
    [file, /--report: cannot write to .*refused\.yaml/],
  ];
  for (const [report, message] of cases) {
    const { code, stdout, stderr } = await runNeuraxis([
      "simulate",
      "run",
      file,
      "--report",
      report,
    ]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, message);
  }
});

test("an impossible scenario is refused with file, line and cure", async () => {
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ["policy", SCENARIO.replace("best-fit", "best-fitt"), /line 3.*best-fit/s],
    ["key", SCENARIO.replace("grace:", "grce:"), /line 4.*grace/s],
    ["time", SCENARIO.replace("work: 100s", "work: -1s"), /line 14/],
    ["queue", SCENARIO.replace("queue: research", "queue: other"), /line 11.*other/s],
    ["size", SCENARIO.replace("gpus: 1}]", "gpus: 2}]"), /line 11.*2 GPUs/s],
  ];
  for (const [name, text, message] of cases) {
    const file = write(`${name}.yaml`, text);
    const { code, stdout, stderr } = await runNeuraxis(["simulate", "run", file]);
    assert.equal(code, 2, `${name}: ${stderr}`);
    assert.equal(stdout, "");
    assert.match(stderr, message);
  }
});
