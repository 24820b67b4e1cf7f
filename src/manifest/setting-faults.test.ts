import assert from "node:assert/strict";
import { test } from "node:test";
import { parseManifests } from "./parse-manifests.ts";

const JOB = `apiVersion: neuraxis.dev/v1alpha1
kind: BatchJob
metadata: {name: train, labels: {team: vision}}
spec:
  queue: research
  priority: 1
  checkpoint: {path: runs/a, every: 10min}
  suspension: {hostMemory: 8Gi}
  retries: {max: 3}
  speeds: {A10: 0.5}
  roles:
    - name: worker
      replicas: {min: 2, max: 4}
      command: [python, train.py]
      env: [{name: A, value: "1"}, {name: B, secret: {name: s, key: k}}]
      workingDirectory: /srv
      resources: {cpu: 8, memory: 64Gi, accelerators: {count: 1}}
    - {name: reader, image: org/reader, resources: {cpu: 1, memory: 1Gi}}
`;
const SERVICE = `apiVersion: neuraxis.dev/v1alpha1
kind: ModelService
metadata: {name: chat}
spec:
  task: chat
  runtime: {command: [serve], env: [{name: A, value: b}], port: {env: PORT}}
  model: {name: org/tiny-lm}
  replicas: {min: 0, max: 6}
  resources: {cpu: 2, memory: 8Gi}
  readiness: {path: /healthz}
  sleep: {hostMemory: 8Gi, standby: 2}
  scaling: {keepAlive: 1min}
  objective: {wait: 10s, missed: 0.01}
  stop: {signal: SIGTERM}
`;
const QUEUE = `apiVersion: neuraxis.dev/v1alpha1
kind: Queue
metadata: {name: vision}
spec: {parent: research, guaranteed: {cpu: 8}, limit: {cpu: 9, accelerators: 2.5}}
`;

/** What is replaced by what, and then the only fault: `line:column path: problem`. */
type Case = readonly [take: string, put: string, fault: string];

function testFaults(kind: string, whole: string, cases: readonly Case[]): void {
  test(`${kind}: a manifest without fault is read`, () => {
    assert.deepEqual(parseManifests(whole, "a.yaml").ok, true);
  });
  for (const [take, put, fault] of cases) {
    test(`${kind}: ${fault}`, () => {
      assert.equal(whole.split(take).length, 2, `"${take}" stands once`);
      const result = parseManifests(whole.replace(take, put), "a.yaml");
      assert.ok(!result.ok, "is refused");
      assert.deepEqual(
        result.reason.map(
          (found) => `${found.line}:${found.column} ${found.path}: ${found.problem}`,
        ),
        [fault],
      );
    });
  }
}

const LABEL =
  "must be a name of 1 to 63 characters a-z, 0-9 and -, with a letter or digit at both ends";
const TIME = "must be a time such as 500ms, 30s, 10min, 2h or 23d";

testFaults("metadata", QUEUE, [
  ["metadata: {name: vision}\n", "", "1:1 metadata: is missing"],
  ["{name: vision}", "{}", "3:1 metadata.name: is missing"],
  [
    "name: vision",
    "name: -Vi.sion-",
    `3:18 metadata.name: ${LABEL}, not "-Vi.sion-" (did you mean "vi-sion"?)`,
  ],
  ["name: vision", 'name: "!"', `3:18 metadata.name: ${LABEL}, not "!"`],
  [
    "name: vision",
    "name: Füße-é",
    `3:18 metadata.name: ${LABEL}, not "Füße-é" (did you mean "fusse-e"?)`,
  ],
  ["name: vision", "name: 名前-a", `3:18 metadata.name: ${LABEL}, not "名前-a"`],
  ["name: vision", "name: 1", "3:18 metadata.name: must be a text, not 1"],
  [
    "name: vision",
    `name: ${"a".repeat(64)}`,
    `3:18 metadata.name: ${LABEL}, not "${"a".repeat(64)}" (did you mean "${"a".repeat(63)}"?)`,
  ],
  [
    "name: vision",
    "name: vision, namespace: a",
    "3:26 metadata.namespace: is not supported yet: names are unique among all objects of a kind",
  ],
  [
    "name: vision",
    'name: vision, labels: {"-": a}',
    "3:35 metadata.labels.-: is no key here: it must be a key such as team or example.org/team",
  ],
  [
    "name: vision",
    "name: vision, labels: {a/b: c d}",
    '3:40 metadata.labels["a/b"]: must be at most 63 letters, digits, -, _ and ., with a letter or digit at both ends, not "c d"',
  ],
  ["name: vision", "name: vision, labels: {a: 1}", "3:38 metadata.labels.a: must be a text, not 1"],
  [
    "name: vision",
    `name: vision, annotations: {a: ${"b".repeat(2 ** 18)}}`,
    "3:39 metadata.annotations: must have at most 262144 characters in all",
  ],
  ["spec:", "status: {}\nspec:", "4:1 status: is told by the control plane, not to it"],
]);

testFaults("BatchJob", JOB, [
  [
    "queue: research",
    "queue: Research",
    `5:10 spec.queue: ${LABEL}, not "Research" (did you mean "research"?)`,
  ],
  [
    "priority: 1",
    "priority: 2147483648",
    "6:13 spec.priority: must be at most 2147483647, not 2147483648",
  ],
  ["priority: 1", "priority: 0.5", "6:13 spec.priority: must be a whole number, not 0.5"],
  [
    "path: runs/a",
    "path: ../a",
    '7:22 spec.checkpoint.path: must be names with a slash between them, without a slash at the ends, "." and ".."',
  ],
  [
    "path: runs/a",
    "path: /runs/a",
    '7:22 spec.checkpoint.path: must be names with a slash between them, without a slash at the ends, "." and ".."',
  ],
  [
    "path: runs/a",
    "path: runs/../../a",
    '7:22 spec.checkpoint.path: must be names with a slash between them, without a slash at the ends, "." and ".."',
  ],
  [
    "path: runs/a",
    "path: runs\\..\\a",
    "7:22 spec.checkpoint.path: must have slashes, not backslashes",
  ],
  ["path: runs/a", 'path: "runs\\0"', "7:22 spec.checkpoint.path: must have no character 0"],
  ["every: 10min", "every: 0s", "7:37 spec.checkpoint.every: must be longer than 0"],
  ["every: 10min", "every: 0.5ms", "7:37 spec.checkpoint.every: must be whole milliseconds"],
  ["every: 10min", "every: 600", `7:37 spec.checkpoint.every: ${TIME}, not 600`],
  [
    "every: 10min",
    "every: 10 minutes",
    `7:37 spec.checkpoint.every: ${TIME}, not "10 minutes" (did you mean 10min?)`,
  ],
  ["hostMemory: 8Gi", "suspend: 1s", "8:3 spec.suspension.hostMemory: is missing"],
  ["retries: {max: 3}", "retries: {max: -1}", "9:18 spec.retries.max: must be at least 0, not -1"],
  ["A10: 0.5", "A10: 0", "10:17 spec.speeds.A10: must be more than 0, not 0"],
  [
    "A10: 0.5",
    '"A\\n": 1',
    '10:12 spec.speeds["A\\n"]: must be 1 to 200 characters, without line breaks',
  ],
  [", accelerators: {count: 1}", "", "10:11 spec.speeds: are of devices; the job asks for none"],
  [
    "  priority: 1\n",
    "  topology: rack\n",
    "6:3 spec.topology: is not supported yet: members are placed wherever there is room",
  ],
  [
    "  priority: 1\n",
    "  estimatedDuration: 1h\n",
    "6:3 spec.estimatedDuration: is not supported yet: nothing is planned by how long a job may take",
  ],
  [
    "  priority: 1\n",
    "  image: org/a\n",
    "6:3 spec.image: stands in each role where there are roles",
  ],
  ["    - name: worker\n      replicas", "    - replicas", "12:7 spec.roles[0].name: is missing"],
  ["name: reader", "name: worker", "18:14 spec.roles[1].name: worker stands twice"],
  ["{min: 2, max: 4}", "{min: 2, max: 1}", "13:31 spec.roles[0].replicas.max: is less than min"],
  ["{min: 2, max: 4}", "0", "13:17 spec.roles[0].replicas: must be at least 1, not 0"],
  ["{min: 2, max: 4}", "two", '13:17 spec.roles[0].replicas: must be a number, not "two"'],
  ["{min: 2, max: 4}", "{min: 2}", "13:7 spec.roles[0].replicas.max: is missing"],
  ["max: 4", "max: 100000", "12:5 spec.roles: have 100001 members together; at most 100000 can be"],
  [
    "[python, train.py]",
    "python train.py",
    '14:16 spec.roles[0].command: must be a list of words such as ["python", "train.py"], not "python train.py"; no shell splits a text',
  ],
  ["[python, train.py]", "[]", "14:16 spec.roles[0].command: must be at least 1 item, not 0"],
  ["[python, train.py]", "[python, 1]", "14:25 spec.roles[0].command[1]: must be a text, not 1"],
  ["[python, train.py]", '[""]', "14:17 spec.roles[0].command[0]: must name a program"],
  [
    "[python, train.py]",
    `[${"a,".repeat(1001)}]`,
    "14:16 spec.roles[0].command: must be at most 1000 items, not 1001",
  ],
  [
    "[python, train.py]",
    `[${"a,".repeat(600)}]\n      args: [${"a,".repeat(401)}]`,
    "14:16 spec.roles[0].command: command and args must have at most 1000 words together, not 1001",
  ],
  [
    "[python, train.py]",
    `[a]\n      args: [${"é".repeat(2 ** 16)}, a]`,
    "15:13 spec.roles[0].args: command and args must have at most 131072 bytes together, not 131077",
  ],
  ["image: org/reader, ", "", "18:7 spec.roles[1]: must have a command, an image, or both"],
  [
    "image: org/reader",
    "image: org reader",
    '18:29 spec.roles[1].image: must be an image such as ghcr.io/org/name:tag, not "org reader"',
  ],
  ['value: "1"', "value: 1", "15:30 spec.roles[0].env[0].value: must be a text, not 1"],
  [
    'value: "1"',
    `value: ${"a".repeat(2 ** 15 + 1)}`,
    "15:30 spec.roles[0].env[0].value: must be at most 32768 characters, not 32769",
  ],
  [
    '{name: A, value: "1"}',
    "{name: A}",
    "15:13 spec.roles[0].env[0]: must have either value or secret; it has neither",
  ],
  [
    'value: "1"',
    'value: "1", secret: {name: s, key: k}',
    "15:13 spec.roles[0].env[0]: must have either value or secret; it has both",
  ],
  [
    "name: A, ",
    "name: WORLD_SIZE, ",
    "15:20 spec.roles[0].env[0].name: WORLD_SIZE is set by Neuraxis itself",
  ],
  [
    "name: A, ",
    "name: NEURAXIS_X, ",
    "15:20 spec.roles[0].env[0].name: NEURAXIS_X is set by Neuraxis itself",
  ],
  [
    "name: A, ",
    "name: A=, ",
    '15:20 spec.roles[0].env[0].name: must be a variable\'s name: letters, digits and _, not first a digit, not "A="',
  ],
  ["name: B, ", "name: A, ", "15:43 spec.roles[0].env[1].name: A stands twice"],
  ["name: s, key: k", "name: s", "15:46 spec.roles[0].env[1].secret.key: is missing"],
  ["/srv", "/srv/../etc", '16:25 spec.roles[0].workingDirectory: must not lead back up by ".."'],
  ["cpu: 8, ", "", "17:7 spec.roles[0].resources.cpu: is missing"],
  [
    "cpu: 8",
    "cpu: 0.0001",
    "17:24 spec.roles[0].resources.cpu: must be a number of cores such as 8, 0.5 or 500m, not 0.0001",
  ],
  [
    "cpu: 8",
    "cpu: 99999999999999999999",
    "17:24 spec.roles[0].resources.cpu: must be at most 2147483.647 cores, not 1e+20",
  ],
  [
    "memory: 64Gi",
    "memory: 9999Ti",
    '17:35 spec.roles[0].resources.memory: must be at most 2147483647Mi, not "9999Ti"',
  ],
  [
    "every: 10min",
    "every: 36526d",
    '7:37 spec.checkpoint.every: must be at most 36525d, not "36526d"',
  ],
  [
    "{count: 1}",
    "{}",
    "17:55 spec.roles[0].resources.accelerators: must have a count of devices, or milli of one",
  ],
  [
    "{count: 1}",
    "{milli: 1001}",
    "17:63 spec.roles[0].resources.accelerators.milli: must be at most 1000, not 1001",
  ],
  [
    "{count: 1}",
    "{count: 0.5}",
    "17:63 spec.roles[0].resources.accelerators.count: must be a whole number, not 0.5",
  ],
]);

test("BatchJob: a job has one role at least and 64 at most", () => {
  const role = (index: number) => `{name: r${index}, image: a, resources: {cpu: 1, memory: 1Gi}}`;
  const withRoles = (count: number) => {
    const roles = Array.from({ length: count }, (_, index) => role(index)).join(", ");
    return parseManifests(JOB.replace(/ {2}speeds[^]*/, `  roles: [${roles}]\n`), "a.yaml");
  };
  assert.ok(withRoles(64).ok);
  for (const [count, says] of [
    [0, "must be at least 1 item, not 0"],
    [65, "must be at most 64 items, not 65"],
  ] as const) {
    const result = withRoles(count);
    assert.ok(!result.ok);
    assert.deepEqual(
      result.reason.map(({ path, problem }) => [path, problem]),
      [["spec.roles", says]],
    );
  }
});

testFaults("ModelService", SERVICE, [
  [
    "task: chat",
    "task: chatting",
    '5:9 spec.task: must be chat or completion or embedding or rerank or transcription or speech or image or moderation, not "chatting" (did you mean "chat"?)',
  ],
  ["command: [serve], ", "", "6:12 spec.runtime: must have a command, an image, or both"],
  ["port: {env: PORT}", "port: {}", "6:65 spec.runtime.port: must have either env or number"],
  [
    "port: {env: PORT}",
    "port: {env: PORT, number: 1}",
    "6:65 spec.runtime.port: must have either env or number",
  ],
  [
    "port: {env: PORT}",
    "port: {number: 65536}",
    "6:74 spec.runtime.port.number: must be at most 65535, not 65536",
  ],
  [
    "port: {env: PORT}",
    "port: {env: A}",
    "6:44 spec.runtime.env[0].name: A is set by Neuraxis itself",
  ],
  [
    "name: org/tiny-lm",
    "name: tiny lm",
    '7:17 spec.model.name: must be a model\'s name such as org/name-7b, not "tiny lm"',
  ],
  ["{min: 0, max: 6}", "{min: 7, max: 6}", "8:27 spec.replicas.max: is less than min"],
  [
    "path: /healthz",
    "path: healthz",
    '10:21 spec.readiness.path: must be a path such as /healthz, not "healthz"',
  ],
  ["standby: 2", "standby: 7", "11:37 spec.sleep.standby: is more than the replicas' max"],
  [
    "standby: 2",
    "standby: both",
    '11:37 spec.sleep.standby: must be "all" or a number of replicas, not "both"',
  ],
  ["missed: 0.01", "missed: 1", "13:34 spec.objective.missed: must be less than 1, not 1"],
  [
    "signal: SIGTERM",
    "signal: TERM",
    '14:18 spec.stop.signal: must be SIGTERM or SIGINT or SIGQUIT or SIGHUP or SIGUSR1 or SIGUSR2, not "TERM"',
  ],
  [
    "  task:",
    "  rollout: {}\n  task:",
    "5:3 spec.rollout: is not supported yet: a change replaces all replicas",
  ],
  [
    "  task:",
    "  adapters: []\n  task:",
    "5:3 spec.adapters: is not supported yet: a service serves one model",
  ],
]);

testFaults("Queue", QUEUE, [
  ["cpu: 8", "cpu: 10", "4:44 spec.guaranteed.cpu: is more than the queue's limit of cpu"],
  [
    "accelerators: 2.5",
    "accelerators: many",
    '4:78 spec.limit.accelerators: must be a number of GPUs such as 4 or 0.5, not "many"',
  ],
  ["parent: research", "weight: 1000001", "4:16 spec.weight: must be at most 1000000, not 1000001"],
  ["parent: research", "borrows: maybe", '4:17 spec.borrows: must be true or false, not "maybe"'],
  [
    "cpu: 8",
    "gpus: 8",
    '4:39 spec.guaranteed.gpus: is no key here (did you mean "cpu"?); the keys are cpu, memory, accelerators',
  ],
]);
