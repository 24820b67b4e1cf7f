import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { runNeuraxis } from "./support/run-neuraxis.ts";
import { TempFolder } from "./support/temp-folder.ts";

const folder = new TempFolder();

// Two requests of ten hours come at once, ten hours after a short one; none may wait a minute.
folder.write(
  "requests.csv",
  `gmt_create,predict_type,predict_status,exec_time_seconds,groupId,prompt_length,negative_prompt_length,num_images_per_prompt,num_inference_steps,checkpoint_model_version_id,num_lora
2025-01-01 00:00:00,TXT_2_IMG,SUCCEED,1,G,1,,1,1,M,0
2025-01-01 10:00:00,TXT_2_IMG,SUCCEED,36000,G,1,,1,1,M,0
2025-01-01 10:00:00,TXT_2_IMG,SUCCEED,36000,G,1,,1,1,M,0
`,
);
// One job of an hour, repeated as often as it takes.
folder.write(
  "jobs.csv",
  `name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,creation_time,deletion_time,scheduled_time
hour,1000,1024,1,1000,,BE,Succeeded,0,3600,0
`,
);
const SCENARIO = `name: small
seed: 1
horizon: 100h
grace: 30s
nodes:
  - {count: 1, name: gpu, cpu: 8, memory: 64Gi, gpus: 1, kind: A10}
queues:
  - name: research
services:
  - name: images
    cpu: 1
    memory: 1Gi
    gpus: 1
    replicas: {min: 0, max: 1}
    start: 1s
    sleep: {hostMemory: 1Gi, sleep: 1s, wake: 1s, standby: all}
    scaling: {keepAlive: 0s}
    objective: {wait: 60s, quantile: 0.99}
    requests: {imageRequests: requests.csv}
jobs:
  - openb: jobs.csv
    queue: research
    amount: 1
    suspension: {hostMemory: 1Gi, suspend: 1s, resume: 1s}
prices: {A10: 1}
`;
const file = folder.write("small.yaml", SCENARIO);
const compare = ["simulate", "compare", file, "--amounts", "1"];

interface Printed {
  readonly servingDevices: number;
  readonly idleDevices: number;
  readonly amounts: readonly {
    readonly two: { readonly offlineDevices: number; readonly endHours: number };
    readonly one: { readonly budgetHours: number; readonly saving: number; readonly price: number };
  }[];
  readonly sensitivity: readonly { readonly cost: string }[];
}

test("one pool and two are compared, and the result is the same each time", async () => {
  const [first, second] = await Promise.all([
    runNeuraxis([...compare, "--json"]),
    runNeuraxis([...compare, "--json"]),
  ]);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stdout, second.stdout);
  assert.match(first.stderr, /The scheduler ran \d+ times\./);
  const { servingDevices, idleDevices, amounts } = JSON.parse(first.stdout) as Printed;
  assert.equal(servingDevices, 2);
  assert.ok(Math.abs(idleDevices - 1.8) < 0.001);
  const [{ two, one } = assert.fail()] = amounts;
  // 179 jobs, one of them in 20 minutes; two devices are busy for 90 hours.
  assert.equal(two.offlineDevices, 2);
  assert.ok(two.endHours >= 89.5 && two.endHours <= 90.5, `T is ${two.endHours}`);
  // Serving takes 20 hours of the shared devices.
  assert.ok(one.budgetHours > 18 && one.budgetHours < 24, `${one.budgetHours} device-hours`);
  assert.equal(one.saving, 1 - one.budgetHours / (2 * two.endHours));
  assert.equal(one.price, 2 * two.endHours + one.budgetHours);
});

test("the text fits a terminal, and the page has charts", async () => {
  const report = folder.resolve("report");
  const set = ["--set", "services.images.scaling.keepAlive=10s"];
  const words = [...compare, ...set, "--sensitivity", "--report", report];
  const { code, stdout, stderr } = await runNeuraxis(words);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /needs 2 devices \(99\.0 % of images within 60\s+s\)/);
  assert.match(stdout, /one pool saves \d+\.\d %/);
  assert.match(stdout, /keepAlive +\d/);
  for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
  const page = readFileSync(`${report}/index.html`, "utf8");
  assert.equal(page.match(/<svg/g)?.length, 3);
  const summary = JSON.parse(readFileSync(`${report}/summary.json`, "utf8")) as Printed;
  assert.ok(summary.sensitivity.some(({ cost }) => cost === "wake"));
});

test("what cannot be compared is refused with file, place and cure", async () => {
  const bare = SCENARIO.replace("    amount: 1\n", "");
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    [bare, [], /bare\.yaml, jobs: no source of jobs has an amount\. Give services/],
    [SCENARIO, ["--amounts", "0"], /--amounts: "0" is not a number above 0/],
    [SCENARIO, ["--amounts", "1,1"], /--amounts: 1 is named twice/],
    [SCENARIO, ["--set", "amount"], /--set amount: write KEY=VALUE/],
    [SCENARIO, ["--report", ""], /--report: the folder's name is empty/],
  ];
  for (const [text, words, message] of cases) {
    const broken = folder.write("bare.yaml", text);
    const { code, stdout, stderr } = await runNeuraxis(["simulate", "compare", broken, ...words]);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, message);
  }
});
