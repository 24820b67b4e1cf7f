import assert from "node:assert/strict";
import { test } from "node:test";
import { folder, testRefusals } from "../../../test/support/scenario-refusals.ts";
import { InputError } from "../../trace/input-error.ts";
import { readScenario } from "./read-scenario.ts";

const worker = "members: 4, cpu: 2, memory: 8Gi, gpus: 1";
const TRAIN = "jobs[0].list[0]";

// Keys and values.
testRefusals({
  "a key that is not known, with the nearest": {
    take: "keepAlive:",
    put: "keepalive:",
    code: "unknown-key",
    key: "services[0].scaling.keepalive",
    says: /did you mean "keepAlive"\?\); the keys are keepAlive, headroom, missed/,
  },
  "a key that is not known at the top": {
    take: "horizon:",
    put: "horizn:",
    code: "unknown-key",
    key: "horizn",
    says: /did you mean "horizon"/,
  },
  "a key that is missing, on the line of what lacks it": {
    take: "        work: 2h\n",
    put: "",
    code: "missing-key",
    key: `${TRAIN}.work`,
    says: /is missing/,
    on: "- name: train",
  },
  "GPUs without their kind": {
    take: ", kind: A10",
    put: "",
    code: "missing-key",
    key: "nodes[0].kind",
    says: /is missing/,
    on: "name: gpu",
  },
  "a source of jobs that is none": {
    take: "- {openb: pods.csv,",
    put: "- {opnb: pods.csv,",
    code: "invalid-setting",
    key: "jobs[1]",
    says: /must have one of the keys openb, generated, list; it has none \(did you mean "openb"/,
  },
  "two sources in one": {
    take: "- {openb: pods.csv,",
    put: "- {list: [], openb: pods.csv,",
    code: "invalid-setting",
    key: "jobs[1]",
    says: /it has openb and list/,
  },
  "a negative time": {
    take: "submit: 90s",
    put: "submit: -90s",
    code: "invalid-setting",
    key: `${TRAIN}.submit`,
    says: /must be a time such as .*, not "-90s"/,
  },
  "a time without a unit": {
    take: "grace: 30s",
    put: "grace: 30",
    code: "invalid-setting",
    key: "grace",
    says: /not 30\./,
  },
  "no work at all": {
    take: "work: 2h",
    put: "work: 0s",
    code: "invalid-setting",
    key: `${TRAIN}.work`,
    says: /longer than 0/,
  },
  "one and a half GPUs": {
    take: "    gpus: 1\n",
    put: "    gpus: 1.5\n",
    code: "invalid-setting",
    key: "services[0].gpus",
    says: /a whole number of GPUs, or a share of one.*, not 1\.5/,
  },
  "a list instead of a map": {
    take: "{A10: 0.75}",
    put: "[0.75]",
    code: "invalid-setting",
    key: "prices",
    says: /must be a map of keys, not a list/,
  },
  "max below min": {
    take: "{min: 0, max: 6}",
    put: "{min: 7, max: 6}",
    code: "invalid-setting",
    key: "services[0].replicas.max",
    says: /less than min/,
  },
  "members whose max is below min": {
    take: "members: 4",
    put: "members: {min: 4, max: 3}",
    code: "invalid-setting",
    key: `${TRAIN}.roles[0].members.max`,
    says: /less than min/,
  },
  "more replicas kept loaded than there may be": {
    take: "standby: 2",
    put: "standby: 7",
    code: "invalid-setting",
    key: "services[0].sleep.standby",
    says: /more than the replicas' max/,
  },
});

// Keys that nobody would read.
const OF_GPUS = /is of GPUs; none is asked for/;
testRefusals({
  "a kind of GPU of nodes without": {
    take: "cpu: 32, memory: 16Gi}",
    put: "cpu: 32, memory: 16Gi, kind: A10}",
    code: "invalid-setting",
    key: "nodes[1].kind",
    says: /is of GPUs; these nodes have none/,
  },
  "the memory of GPUs of nodes without": {
    take: "cpu: 32, memory: 16Gi}",
    put: "cpu: 32, memory: 16Gi, gpuMemory: 24Gi}",
    code: "invalid-setting",
    key: "nodes[1].gpuMemory",
    says: /is of GPUs; these nodes have none/,
  },
  "a kind of GPU of a role without": {
    take: worker,
    put: "members: 4, cpu: 2, memory: 8Gi, kinds: [H100]",
    code: "invalid-setting",
    key: `${TRAIN}.roles[0].kinds`,
    says: OF_GPUS,
  },
  "the memory of GPUs of a replica without": {
    take: "    gpus: 1\n",
    put: "    gpuMemory: 999Gi\n",
    code: "invalid-setting",
    key: "services[0].gpuMemory",
    says: OF_GPUS,
    on: "gpuMemory: 999Gi",
  },
  "speeds of a job without GPUs": {
    take: `        roles:\n          - {name: worker, ${worker}}`,
    put: "        roles: [{name: worker, members: 4, cpu: 2, memory: 8Gi}]\n        speeds: {A10: 2}",
    code: "invalid-setting",
    key: `${TRAIN}.speeds`,
    says: /are of GPUs; the job asks for none/,
    on: "speeds",
  },
  "an attempt that fails twice": {
    take: "        work: 2h\n",
    put: "        work: 2h\n        failures:\n          - {attempt: 1, after: 1s}\n          - {attempt: 1, after: 2s}\n",
    code: "invalid-setting",
    key: `${TRAIN}.failures[1].attempt`,
    says: /is 1 as before/,
    on: "after: 2s",
  },
  "a line break in a name": {
    take: "- name: train",
    put: '- name: "tr\\nain"',
    code: "invalid-setting",
    key: `${TRAIN}.name`,
    says: /must have no line breaks or other control characters/,
  },
  "a line break in the name of a kind": {
    take: "{A10: 0.75}",
    put: '{default: 1, "A\\n10": 0.75}',
    code: "invalid-setting",
    key: "prices.A\n10",
    says: /must have no line breaks/,
  },
});

// CPU that is asked for and not used.
const BIG = "cpu: 32, memory: 16Gi";
const SERVICE_CPU = "    cpu: 2\n";
testRefusals({
  "overcommitment that takes CPU away": {
    take: BIG,
    put: `${BIG}, overcommit: {cpu: 0.5}`,
    code: "invalid-setting",
    key: "nodes[1].overcommit.cpu",
    says: /must be at least 1, not 0\.5/,
  },
  "overcommitment beyond 16 times": {
    take: BIG,
    put: `${BIG}, overcommit: {cpu: 17}`,
    code: "invalid-setting",
    key: "nodes[1].overcommit.cpu",
    says: /must be at most 16, not 17/,
  },
  "overcommitment that does not say how far": {
    take: BIG,
    put: `${BIG}, overcommit: {headroom: 0.2}`,
    code: "missing-key",
    key: "nodes[1].overcommit.cpu",
    says: /is missing/,
  },
  "overcommitment of memory": {
    take: BIG,
    put: `${BIG}, overcommit: {cpu: 2, memory: 2}`,
    code: "unknown-key",
    key: "nodes[1].overcommit.memory",
    says: /the keys are cpu, headroom/,
  },
  "a headroom below 0": {
    take: BIG,
    put: `${BIG}, overcommit: {cpu: 2, headroom: -0.1}`,
    code: "invalid-setting",
    key: "nodes[1].overcommit.headroom",
    says: /must be at least 0, not -0\.1/,
  },
  "a replica that uses more than it asks for": {
    take: SERVICE_CPU,
    put: `${SERVICE_CPU}    cpuUse: {busy: 1.5, idle: 0}\n`,
    code: "invalid-setting",
    key: "services[0].cpuUse.busy",
    says: /must be at most 1, not 1\.5/,
    on: "cpuUse",
  },
  "a use that is not told while idle": {
    take: SERVICE_CPU,
    put: `${SERVICE_CPU}    cpuUse: {busy: 0.6}\n`,
    code: "missing-key",
    key: "services[0].cpuUse.idle",
    says: /is missing/,
    on: "cpuUse",
  },
});

// Names.
testRefusals({
  "an unknown policy, with the nearest": {
    take: "horizon: 2d",
    put: "policy: neuraxi",
    code: "unknown-name",
    key: "policy",
    says: /no policy "neuraxi" \(did you mean "neuraxis"\?\); there are random, /,
  },
  "an unknown parent": {
    take: "speech, parent: research",
    put: "speech, parent: reserch",
    code: "unknown-name",
    key: "queues[2].parent",
    says: /did you mean "research"/,
  },
  "a queue twice": {
    take: "name: speech",
    put: "name: vision, weight: 2",
    code: "duplicate-name",
    key: "queues[2].name",
    says: /queue vision stands twice/,
  },
  "a circle of queues": {
    take: "{name: research, guaranteed",
    put: "{name: research, parent: speech, guaranteed",
    code: "queue-cycle",
    key: "queues[0].parent",
    says: /research stands below speech stands below research/,
  },
  "a job in a queue that does not exist": {
    take: "queue: vision",
    put: "queue: visoin",
    code: "unknown-name",
    key: TRAIN,
    says: /did you mean "vision"/,
    on: "- name: train",
  },
  "a job in a queue that has children": {
    take: "queue: vision",
    put: "queue: research",
    code: "queue-not-leaf",
    key: TRAIN,
    says: /queue research, which has children/,
    on: "- name: train",
  },
  "a node twice": {
    take: "name: big",
    put: "name: gpu, gpus: 0",
    code: "duplicate-name",
    key: "nodes[1]",
    says: /node gpu-0 stands twice/,
  },
  "two roles of one name": {
    take: `- {name: worker, ${worker}}`,
    put: `- {name: worker, ${worker}}\n          - {name: worker, ${worker}}`,
    code: "invalid-setting",
    key: TRAIN,
    says: /two roles of one name/,
    on: "- name: train",
  },
  "an unknown device kind in a job": {
    take: worker,
    put: `${worker}, kinds: [A100]`,
    code: "unknown-name",
    key: `${TRAIN}.roles[0].kinds[0]`,
    says: /job train names the device kind "A100", .*\(did you mean "A10"\?\); they have A10/,
  },
  "an unknown device kind among the speeds": {
    take: "        work: 2h\n",
    put: "        work: 2h\n        speeds: {A100: 2}\n",
    code: "unknown-name",
    key: `${TRAIN}.speeds.A100`,
    says: /job train names the device kind "A100"/,
    on: "speeds",
  },
  "an unknown device kind among the prices": {
    take: "{A10: 0.75}",
    put: "{A10: 0.75, T4: 0.5}",
    code: "unknown-name",
    key: "prices.T4",
    says: /device kind "T4"/,
  },
  "a device kind without a price": {
    take: "{A10: 0.75}",
    put: "{}",
    code: "missing-key",
    key: "prices",
    says: /no price for A10, and no default/,
  },
});

test("refused: a scenario without nodes", async () => {
  const file = folder.write("bare.yaml", "name: n\nseed: 1\ngrace: 1s\nnodes: []\n");
  const place = { file, line: 4, key: "nodes" };
  await assert.rejects(readScenario(file), { code: "invalid-setting", place });
});

test("refused: what is no YAML, at its line", async () => {
  const texts: readonly [text: string, line: number, problem?: string][] = [
    ["a: 1\nb: [1\n", 3],
    ["a: 1\na: 2\n", 2],
    ["a: 1\n\tb: 2\n", 2],
    ["a: 1\n---\nb: 2\n", 2, "another document begins here, and a scenario is one"],
    ["a: 1\nb: !odd 2\n", 2],
    ["a: &a 1\nb: *a\nc: [*c, &c 1]\n", 3, "*c stands for nothing"],
  ];
  for (const [text, line, problem = ""] of texts) {
    const file = folder.write("broken.yaml", text);
    await assert.rejects(readScenario(file), (error) => {
      assert.ok(error instanceof InputError, String(error));
      assert.deepEqual([error.code, error.place], ["invalid-yaml", { file, line }], text);
      assert.ok(error.message.includes(problem), error.message);
      return true;
    });
  }
  for (const file of [folder.resolve("missing.yaml"), folder.path]) {
    await assert.rejects(readScenario(file), { code: "cannot-read", place: { file } });
  }
});

test("refused: a small text that aliases blow up", async () => {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const item = level === 0 ? "x" : `*l${level - 1}`;
    return `l${level}: &l${level} [${Array.from({ length: 9 }, () => item).join(", ")}]`;
  });
  const file = folder.write("bomb.yaml", levels.join("\n"));
  await assert.rejects(readScenario(file), { code: "invalid-yaml" });
});
