import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { TempFolder } from "../../../test/support/temp-folder.ts";
import { readScenario, type ScenarioOptions } from "./read-scenario.ts";

const folder = new TempFolder();

const WHOLE = `name: two tenants
seed: 7
horizon: 2d
policy: fgd
grace: 30s
patience: 6h
nodes:
  - {count: 2, name: gpu, cpu: 16, memory: 64Gi, gpus: 4, kind: A10, gpuMemory: 24Gi}
  - {count: 1, name: host, cpu: 500m, memory: 1Ti}
queues:
  - {name: vision, parent: research, weight: 3, guaranteed: {gpus: 0.5}, limit: {gpus: 4}}
  - {name: research, guaranteed: {cpu: 8, memory: 32Gi, gpus: 2.5}, borrows: false}
jobs:
  - list:
      - name: train
        queue: vision
        priority: 5
        submit: 90s
        work: 2h
        deadline: 1d
        roles:
          - {name: worker, members: {min: 1, max: 3}, cpu: 2, memory: 8Gi, gpus: 1, kinds: [A10]}
          - {name: reader, members: 2, cpu: 0.5, memory: 512Mi}
        checkpoint: {every: 10min, save: 20s, restart: 1min, onRequest: true}
        suspension: {hostMemory: 16Gi, suspend: 1s, resume: 2s}
        minimumRuntime: 5min
        retries: {max: 3, backoff: 10s}
        speeds: {A10: 0.5}
        failures: [{attempt: 1, after: 30min}]
services:
  - name: chat
    cpu: 2
    memory: 8Gi
    gpus: 0.5
    replicas: {min: 0, max: 6}
    concurrency: 4
    start: 30s
    sleep: {hostMemory: 8Gi, sleep: 500ms, wake: 3s, standby: all}
    scaling: {keepAlive: 1min, headroom: 1, missed: 0.01}
    objective: {wait: 10s, quantile: 0.99}
    requests: {llmRequests: requests.csv, contextPerSecond: 1000, generatedPerSecond: 50, copies: 2}
failures:
  - {at: 2h, nodeLost: gpu-1, repair: 1h}
  - {at: 1h, deviceFailed: {node: gpu-0, device: 3}}
prices: {default: 2, A10: 0.75}
`;
folder.write(
  "requests.csv",
  "TIMESTAMP,ContextTokens,GeneratedTokens\n2024-01-01 00:00:00,500,10\n2024-01-01 00:00:10,0,100\n",
);

function read(text: string, options?: ScenarioOptions) {
  return readScenario(folder.write("scenario.yaml", text), options);
}

test("nodes and queues are the model's, parents before their children", async () => {
  const { nodes, queues } = await read(WHOLE);
  const device = { kind: "A10", memory: 24_576, milliFree: 1000 };
  const gpu = { cpu: 16_000, memory: 65_536, devices: [device, device, device, device] };
  assert.deepEqual(nodes, [
    { ...gpu, id: "gpu-0" },
    { ...gpu, id: "gpu-1" },
    { id: "host-0", cpu: 500, memory: 1_048_576, devices: [] },
  ]);
  assert.deepEqual(queues, [
    {
      id: "research",
      weight: 1,
      guaranteed: { cpu: 8000, memory: 32_768, gpuMilli: 2500 },
      limit: {},
      borrows: false,
    },
    {
      id: "vision",
      parent: "research",
      weight: 3,
      guaranteed: { gpuMilli: 500 },
      limit: { gpuMilli: 4000 },
      borrows: true,
    },
  ]);
});

test("a listed job is the model's, with its submission, work and failures", async () => {
  const { jobs } = await read(WHOLE);
  assert.deepEqual(jobs, [
    {
      job: {
        id: "train",
        queue: "vision",
        priority: 5,
        roles: [
          {
            name: "worker",
            request: {
              cpu: 2000,
              memory: 8192,
              accelerators: { count: 1, milli: 1000, kinds: ["A10"] },
            },
            replicas: { min: 1, max: 3 },
          },
          { name: "reader", request: { cpu: 500, memory: 512 }, replicas: { min: 2, max: 2 } },
        ],
        checkpoint: { everyMs: 600_000, saveMs: 20_000, restartMs: 60_000, onRequest: true },
        suspension: { hostMemory: 16_384, suspendMs: 1000, resumeMs: 2000 },
        minimumRuntimeMs: 300_000,
        retries: { max: 3, backoffMs: 10_000 },
        deadlineMs: 86_400_000,
        speeds: { A10: 0.5 },
      },
      submitMs: 90_000,
      workMs: 7_200_000,
      failures: [{ attempt: 1, afterMs: 1_800_000 }],
    },
  ]);
});

test("a service has its requests: tokens over rates, copies laid over each other", async () => {
  const { services } = await read(WHOLE);
  assert.deepEqual(services, [
    {
      service: {
        id: "chat",
        request: { cpu: 2000, memory: 8192, accelerators: { count: 1, milli: 500, kinds: [] } },
        replicas: { min: 0, max: 6 },
        concurrency: 4,
        startMs: 30_000,
        scaling: {
          keepAliveMs: 60_000,
          headroom: 1,
          objective: { waitMs: 10_000, missedMax: 0.01 },
        },
        sleep: { hostMemory: 8192, sleepMs: 500, wakeMs: 3000, standby: 6 },
      },
      objective: { waitMs: 10_000, quantile: 0.99 },
      requests: {
        service: "chat",
        arrivalMs: Float64Array.of(0, 0, 10_000, 10_000),
        serveMs: Float64Array.of(700, 2000, 2000, 700),
      },
    },
  ]);
});

test("failures stand in order of time, a repair being a node that is added", async () => {
  const { failures, nodes } = await read(WHOLE);
  assert.deepEqual(failures, [
    { atMs: 3_600_000, event: { kind: "device-failed", node: "gpu-0", device: 3 } },
    { atMs: 7_200_000, event: { kind: "node-lost", node: "gpu-1" } },
    { atMs: 10_800_000, event: { kind: "node-added", node: nodes[1] } },
  ]);
});

test("nodes may be overcommitted, from a file too, and a service may use less than it asks for", async () => {
  folder.write("two.csv", "sn,cpu_milli,memory_mib,gpu,model\nfirst,1000,1024,0,\n");
  const text = WHOLE.replace("cpu: 500m, ", "cpu: 500m, overcommit: {cpu: 1.5}, ")
    .replace("queues:", "  - {csv: two.csv, overcommit: {cpu: 16, headroom: 0}}\nqueues:")
    .replace("    cpu: 2\n", "    cpu: 2\n    cpuUse: {busy: 0.6, idle: 0.05}\n");
  const { nodes, services } = await read(text);
  assert.deepEqual(
    nodes.map(({ overcommit }) => overcommit),
    [undefined, undefined, { cpuMax: 1.5, headroom: 0.2 }, { cpuMax: 16, headroom: 0 }],
  );
  assert.deepEqual(services[0].requests.cpuUse, { busy: 0.6, idle: 0.05 });
});

test("the rest stands as it is written", async () => {
  const { name, seed, horizonMs, policy, graceMs, patienceMs, prices, notes } = await read(WHOLE);
  assert.deepEqual([name, seed, policy, notes], ["two tenants", 7, "fgd", []]);
  assert.deepEqual([horizonMs, graceMs, patienceMs], [172_800_000, 30_000, 21_600_000]);
  assert.deepEqual(prices, { default: 2, kinds: { A10: 0.75 } });
});

test("nodes alone are a scenario, with the policy neuraxis", async () => {
  const nodes = "[{count: 1, name: n, cpu: 1, memory: 1Gi}]";
  assert.deepEqual(await read(`{name: least, seed: 0, grace: 0s, nodes: ${nodes}}`), {
    name: "least",
    seed: 0,
    policy: "neuraxis",
    graceMs: 0,
    nodes: [{ id: "n-0", cpu: 1000, memory: 1024, devices: [] }],
    queues: [],
    jobs: [],
    services: [],
    failures: [],
    notes: [],
  });
});

test("a setting given beside the file takes the place of the file's", async () => {
  const set = [
    ["services.chat.requests.copies", "1"],
    ["nodes.1.count", "3"],
    ["horizon", "1d"],
    ["jobs.0.list.train.roles.worker.members", "{min: 2, max: 2}"],
  ] as const;
  const scenario = await read(WHOLE, { set });
  assert.equal(scenario.services[0].requests.arrivalMs.length, 2);
  assert.equal(scenario.nodes.length, 5);
  assert.equal(scenario.horizonMs, 86_400_000);
  assert.deepEqual(scenario.jobs[0].job.roles[0].replicas, { min: 2, max: 2 });
});

test("a wrong setting beside the file is refused as itself", async () => {
  const wrong = [
    ["services.chatt.start", "1s", "unknown-name", /services has no "chatt"/],
    ["seed.x", "1", "unknown-name", /seed\.x leads through a value/],
    ["services.chat.sart", "1s", "unknown-key", /services\[0\]\.sart.*did you mean "start"/],
    ["grace", "soon", "invalid-setting", /^--set grace=soon, grace: must be a time/],
    ["grace", "[", "invalid-yaml", /--set grace=\[/],
    ["grace", "*a", "invalid-yaml", /--set grace=\*a: \*a stands for nothing/],
    ["__proto__.x", "1", "unknown-key", /^--set __proto__\.x=1, __proto__: is no key here/],
    ["horizn.x", "1", "unknown-key", /^--set horizn\.x=1, horizn: .*did you mean "horizon"/],
  ] as const;
  for (const [path, value, code, message] of wrong) {
    await assert.rejects(read(WHOLE, { set: [[path, value]] }), { code, message });
  }
});

test("two settings of one key are refused, however they name it", async () => {
  for (const path of ["nodes.1.count", "nodes.host.count"]) {
    const set = [["nodes.1.count", "3"] as const, [path, "4"] as const];
    const message = /=4, nodes\[1\]\.count: --set nodes\.1\.count=3 sets it already/;
    await assert.rejects(read(WHOLE, { set }), { code: "invalid-setting", message });
  }
  const set = [["prices", "{A10: 1}"] as const, ["prices.default", "2"] as const];
  assert.deepEqual((await read(WHOLE, { set })).prices, { default: 2, kinds: { A10: 1 } });
});

const POOL = `name: pool
seed: 1
grace: 30s
nodes: [{count: 2, name: gpu, cpu: 16, memory: 128Gi, gpus: 1, kind: A10}]
queues: [{name: research}]
services:
  - name: images
    cpu: 1
    memory: 1Gi
    gpus: 1
    replicas: {min: 0, max: 9}
    start: 30s
    scaling: {keepAlive: 30s}
    objective: {wait: 10s, quantile: 0.99}
    requests: {imageRequests: {trace: images.csv, else: generated}}
jobs:
  - {openb: {trace: pods.csv, else: generated}, queue: research, qos: BE, amount: 0.5}
`;

test("a trace lies in the folder of traces", async () => {
  folder.write("images.csv", "gmt_create,exec_time_seconds\n2024-01-01 00:00:00,5\n");
  folder.write(
    "pods.csv",
    "name,cpu_milli,memory_mib,num_gpu,gpu_milli,qos,creation_time,deletion_time\n" +
      "a,1,1,1,500,BE,10,20\nb,1,1,1,500,LS,11,21\nc,1,1,1,1000,BE,12,15\n",
  );
  const { services, jobs, offline, notes } = await read(POOL, { traces: folder.path });
  assert.deepEqual(services[0].requests.serveMs, Float64Array.of(5000));
  assert.deepEqual(
    offline?.jobs.map(({ job, submitMs, workMs }) => [job.id, submitMs, workMs]),
    [
      ["a", 0, 10_000],
      ["c", 2000, 3000],
    ],
  );
  assert.deepEqual([offline?.amount, jobs, notes], [0.5, [], []]);
});

test("without the folder generated work stands in, the same each time, and a note says so", async () => {
  const [first, second] = [await read(POOL), await read(POOL)];
  assert.deepEqual(first, second);
  assert.equal(first.services[0].requests.arrivalMs.length, 26_823);
  assert.equal(first.offline?.jobs.length, 2948);
  assert.deepEqual(first.notes, [
    "jobs: generated work stands in for pods.csv.",
    "services: generated work stands in for images.csv.",
  ]);
});

test("without the folder a trace that nothing stands in for is refused", async () => {
  const text = POOL.replace("{trace: images.csv, else: generated}", "{trace: images.csv}");
  const place = {
    file: folder.resolve("scenario.yaml"),
    line: 15,
    key: "services[0].requests.imageRequests",
  };
  await assert.rejects(read(text), { code: "missing-trace", place });
});

test("a trace that leads out of the folder of traces is refused", async () => {
  for (const trace of ["../images.csv", "a/../../images.csv", folder.resolve("images.csv")]) {
    const text = POOL.replace("images.csv", trace);
    const message = /imageRequests\.trace: .*images\.csv leads out of the folder of traces/;
    for (const options of [{}, { traces: folder.path }]) {
      await assert.rejects(read(text, options), { code: "invalid-setting", message });
    }
  }
});

test("a folder of traces has to be one, and a note says if nothing is read from it", async () => {
  const file = folder.write("file", "");
  for (const traces of [folder.resolve("missing"), file]) {
    await assert.rejects(read(WHOLE, { traces }), {
      code: "cannot-read",
      place: { file: `--traces ${traces}` },
    });
  }
  const { notes } = await read(WHOLE, { traces: folder.path });
  assert.equal(notes.length, 1);
  assert.match(notes[0], /^Nothing is read from /);
});

test("notes say what takes longer than the grace, and so is never done", async () => {
  const same = await read(WHOLE.replace("grace: 30s", "grace: 20s"));
  assert.deepEqual(same.notes, []);
  const text = WHOLE.replace("grace: 30s", "grace: 500ms");
  const job = text.slice(text.indexOf("      - name: train"), text.indexOf("services:"));
  const { notes } = await read(text.replace(job, `${job}${job.replace("train", "other")}`));
  const longer = "takes longer than the grace of 0.5 s, so that";
  assert.deepEqual(notes, [
    `job train and 1 more: to suspend ${longer} it is never done.`,
    `job train and 1 more: to save ${longer} no checkpoint is taken on request.`,
  ]);
});

test("nodes may stand in a file beside the scenario", async () => {
  folder.write("nodes.csv", "sn,cpu_milli,memory_mib,gpu,model\nfirst,1000,1024,2,T4\n");
  const { nodes } = await read("{name: csv, seed: 0, grace: 0s, nodes: [{csv: nodes.csv}]}");
  assert.deepEqual(
    nodes.map(({ id, devices }) => [id, devices.map(({ kind }) => kind)]),
    [["first", ["T4", "T4"]]],
  );
});

test("the example overcommit.yaml is a scenario", async () => {
  const example = new URL("../../../examples/overcommit.yaml", import.meta.url);
  const { nodes, services, jobs } = await readScenario(fileURLToPath(example));
  assert.deepEqual(nodes[19].overcommit, { cpuMax: 1.5, headroom: 0.2 });
  assert.deepEqual(services[0].requests.cpuUse, { busy: 0.6, idle: 0.05 });
  assert.equal(jobs.length, 3);
});

for (const name of ["warm", "cold"]) {
  test(`the example one-pool-or-two/${name}.yaml is a scenario`, async () => {
    const example = new URL(`../../../examples/one-pool-or-two/${name}.yaml`, import.meta.url);
    const scenario = await readScenario(fileURLToPath(example));
    const [{ service, requests }] = scenario.services;
    assert.equal(service.sleep !== undefined, name === "warm");
    assert.equal(scenario.offline?.jobs[0].job.suspension !== undefined, name === "warm");
    assert.equal(scenario.offline?.jobs[0].job.checkpoint !== undefined, name === "cold");
    assert.equal(requests.arrivalMs.length, 26_823);
  });
}
