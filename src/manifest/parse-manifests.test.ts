import assert from "node:assert/strict";
import { test } from "node:test";
import { formatFault, MANIFEST_FAULTS } from "./manifest-fault.ts";
import { parseManifests } from "./parse-manifests.ts";

const HEAD = "apiVersion: neuraxis.dev/v1alpha1\n";
const QUEUE = `${HEAD}kind: Queue\nmetadata: {name: q}\nspec: {}\n`;

/** Faults as `document/line:column path: problem`. */
function listFaults(text: string): string[] {
  const result = parseManifests(text, "a.yaml");
  assert.ok(!result.ok, "is refused");
  return result.reason.map((fault) => {
    assert.equal(fault.file, "a.yaml");
    assert.equal(fault.cure, MANIFEST_FAULTS[fault.code].cure);
    const { document, line, column, path, problem } = fault;
    return `${document}/${line}:${column} ${path}: ${problem}`;
  });
}

function parseAll(text: string) {
  const result = parseManifests(text, "a.yaml");
  assert.ok(result.ok, result.ok ? "" : result.reason.map(formatFault).join("\n"));
  return result.value;
}

test("several documents are read in their order, and empty ones passed over", () => {
  const text = `# Queues.\n---\n${QUEUE}---\n---\n${QUEUE.replace("name: q", "name: r")}...\n`;
  assert.deepEqual(
    parseAll(text).map(({ metadata }) => metadata.name),
    ["q", "r"],
  );
});

test("JSON is read, tabs and escapes included", () => {
  const text =
    '{\n\t"apiVersion": "neuraxis.dev/v1alpha1",\n\t"kind": "Queue",\n\t"metadata": {"name": "q", "annotations": {"note": "\\ud83d\\ude00\\/"}},\n\t"spec": {}\n}\n';
  assert.equal(parseAll(text)[0]?.metadata.annotations["note"], "😀/");
});

test("all faults of all documents are told, in the order of the text", () => {
  const text = `apiVersion: neuraxis.dev/v1
kind: BatchJob
metadata: {name: My_Job, lables: {}}
spec:
  deadline: 30m
  roles:
    - name: a
      comand: [x]
      resources: {cpu: "8", memory: 8GB}
---
${HEAD}kind: Queue
metadata: {name: q}
spec: {weight: 0, limt: {}, wait: 1}
`;
  assert.deepEqual(listFaults(text), [
    '1/1:13 apiVersion: must be neuraxis.dev/v1alpha1, not "neuraxis.dev/v1" (did you mean "neuraxis.dev/v1alpha1"?)',
    '1/3:18 metadata.name: must be a name of 1 to 63 characters a-z, 0-9 and -, with a letter or digit at both ends, not "My_Job" (did you mean "my-job"?)',
    '1/3:26 metadata.lables: is no key here (did you mean "labels"?); the keys are name, labels, annotations',
    '1/5:13 spec.deadline: must be a time such as 500ms, 30s, 10min, 2h or 23d, not "30m" (did you mean 30min?)',
    '1/8:7 spec.roles[0].comand: is no key here (did you mean "command"?); the keys are name, replicas, command, image, args, env, workingDirectory, resources',
    '1/9:24 spec.roles[0].resources.cpu: must be a number of cores such as 8, 0.5 or 500m, not "8" (did you mean 8?)',
    '1/9:37 spec.roles[0].resources.memory: must be a memory size such as 512Mi or 64Gi, not "8GB" (did you mean 8Gi?)',
    "2/14:16 spec.weight: must be at least 1, not 0",
    '2/14:19 spec.limt: is no key here (did you mean "limit"?); the keys are parent, weight, guaranteed, limit, borrows',
    "2/14:29 spec.wait: is no key here; the keys are parent, weight, guaranteed, limit, borrows",
  ]);
});

test("a kind that is none is refused, and what every manifest has is looked at", () => {
  const keys = "metadata: {name: q, nam: r}\nspec: {x: 1}\n";
  assert.deepEqual(listFaults(`${HEAD}kind: batchjob\n${keys}`), [
    '1/2:7 kind: must be BatchJob or ModelService or Queue, not "batchjob" (did you mean "BatchJob"?)',
    '1/3:21 metadata.nam: is no key here (did you mean "name"?); the keys are name, labels, annotations',
  ]);
  assert.deepEqual(listFaults(`${HEAD}${keys.replace("nam: r", "")}`), ["1/1:1 kind: is missing"]);
  const kinds = ["Tuning", "Node", "Replica", "[Queue]", "toString"];
  assert.deepEqual(
    kinds.map((kind) => listFaults(`${HEAD}kind: ${kind}\nmetadata: {name: q}\n`)[0]),
    [
      "1/2:7 kind: the kind Tuning is not supported yet",
      "1/2:7 kind: a Node is observed, not applied",
      "1/2:7 kind: a Replica is observed, not applied; a ModelService has replicas",
      "1/2:7 kind: must be BatchJob or ModelService or Queue, not a list",
      '1/2:7 kind: must be BatchJob or ModelService or Queue, not "toString"',
    ],
  );
});

test("all variables that Neuraxis sets are told, beside other faults of the environment", () => {
  const env =
    '[{name: RANK, value: "1"}, {name: NEURAXIS_X, value: "2"}, {name: N, value: 3}, {name: "A=B", value: a}]';
  const job = `${HEAD}kind: BatchJob\nmetadata: {name: a}\nspec: {image: a, env: ${env}, resources: {cpu: 1, memory: 1Gi}}\n`;
  assert.deepEqual(
    listFaults(job).map((fault) => fault.replace(/^1.*?spec.env/, "").slice(0, 43)),
    [
      "[0].name: RANK is set by Neuraxis itself",
      "[1].name: NEURAXIS_X is set by Neuraxis its",
      "[2].value: must be a text, not 3",
      "[3].name: must be a variable's name: letter",
    ],
  );
});

test("a document that is no map is refused", () => {
  assert.deepEqual(listFaults("manifest"), ['1/1:1 : must be a map of keys, not "manifest"']);
  assert.deepEqual(listFaults("---\n- 1\n"), ["1/2:1 : must be a map of keys, not a list"]);
});

test("a text without a manifest is refused", () => {
  for (const text of ["", "# Nothing.\n", "---\n---\n"]) {
    assert.deepEqual(listFaults(text), ["1/1:1 : there is no manifest here"]);
  }
});

test("two documents about one object are refused, even if one has another fault", () => {
  const twin = QUEUE.replace("spec: {}", "spec: {weight: 0}");
  const job = `${HEAD}kind: BatchJob\nmetadata: {name: q}\nspec: {image: a, resources: {cpu: 1, memory: 1Gi}}\n`;
  assert.deepEqual(listFaults(`${QUEUE}---\n${job}---\n${twin}`), [
    "3/13:18 metadata.name: Queue q stands twice; it stands in document 1, line 3 already",
    "3/14:16 spec.weight: must be at least 1, not 0",
  ]);
});

test("what is no YAML is refused by its first fault, and other documents are read on", () => {
  assert.deepEqual(listFaults(`a: b: c: d\ne: [\n---\n${QUEUE}---\n!foo a: 1\n`), [
    "1/1:4 : Nested mappings are not allowed in compact mappings",
    "3/9:1 : Unresolved tag: !foo",
  ]);
  assert.deepEqual(listFaults("a: !!binary aGk="), [
    "1/1:13 a: has the tag tag:yaml.org,2002:binary, which is not read",
  ]);
  assert.equal(parseAll(QUEUE.replace("name: q", "name: !!str 1"))[0]?.metadata.name, "1");
});

test("keys stand once, are texts, and none is a key of JavaScript's own", () => {
  const text = "a: 1\na: 2\n__proto__: {b: 1}\nconstructor: 1\n? [c]\n: 1\nd: {prototype: 1}\n";
  assert.deepEqual(listFaults(text), [
    "1/2:1 a: stands twice; it stands in line 1 already",
    "1/3:1 __proto__: can be no key",
    "1/4:1 constructor: can be no key",
    "1/5:3 : has a key that is no text",
    "1/7:5 d.prototype: can be no key",
  ]);
});

test("an alias is read as what it stands for, and a fault in it is told there", () => {
  const job = (cpu: string) => `${HEAD}kind: BatchJob
metadata: {name: a}
spec:
  roles:
    - {name: a, image: x, resources: &size {cpu: ${cpu}, memory: 1Gi}}
    - {name: b, image: x, resources: *size}
`;
  const [manifest] = parseAll(job("2"));
  assert.ok(manifest?.kind === "BatchJob");
  assert.deepEqual(
    manifest.spec.roles.map(({ resources }) => resources.cpu),
    [2000, 2000],
  );
  const says = 'must be a number of cores such as 8, 0.5 or 500m, not "x"';
  assert.deepEqual(listFaults(job("x")), [
    `1/6:50 spec.roles[0].resources.cpu: ${says}`,
    `1/6:50 spec.roles[1].resources.cpu: ${says}`,
  ]);
  assert.deepEqual(listFaults("a: *b"), ["1/1:4 a: *b stands for nothing before it"]);
});

test("aliases multiply a text no further than the limit", () => {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const inside = level === 0 ? "x" : `*a${level - 1}`;
    return `a${level}: &a${level} [${Array.from({ length: 9 }, () => inside).join(", ")}]\n`;
  });
  for (const text of [levels.join(""), "a: &a [*a]", "a: &a {b: *a}"]) {
    const faults = listFaults(text);
    assert.equal(faults.length, 1);
    assert.match(faults[0], /is too large with its aliases put in/);
  }
});

test("what aliases multiply in all documents together has a limit", () => {
  const items = (item: string, count: number) => `[${`${item}, `.repeat(count)}]`;
  const large = `a: &a ${items("1", 1000)}\nb: ${items("*a", 200)}\n`;
  const faults = listFaults(`${large}---\n${large}---\n${QUEUE}`);
  assert.match(faults.at(-2) ?? "", /^2\/.*is too large with its aliases put in/);
  assert.match(faults.at(-1) ?? "", /^3\/.*is too large with its aliases put in/);
  const long = `a: &a ${"x".repeat(2 ** 19)}\nb: ${items("*a", 17)}\n`;
  assert.match(listFaults(long)[0], /is too large with its aliases put in/);
});

test("so many tokens are read of a text, and so few that stand where none can", () => {
  for (const line of ["- !t x\n", "- @\n", "k: v\n", "#\n", "\n", "- {}\n"]) {
    const faults = listFaults(line.repeat(300_000));
    assert.match(faults.at(-1) ?? "", /the file has more than 250000 tokens/, line);
  }
  for (const line of ["%a\n", '"\n\n', "]\n"]) {
    const faults = listFaults(line.repeat(1000));
    assert.match(faults.at(-1) ?? "", /the file is wrong in more than 100 places/, line);
  }
  const spec = Array.from({ length: 1000 }, (_, index) =>
    QUEUE.replace("name: q", `name: q${index}`),
  );
  assert.equal(parseAll(spec.join("---\n")).length, 1000);
});

test("of many unknown keys the first are told with the nearest that is known", () => {
  const keys = Array.from({ length: 200 }, (_, index) => `  weigt${index}: 1\n`).join("");
  const faults = listFaults(QUEUE.replace("spec: {}\n", `spec:\n${keys}`));
  assert.match(faults[99], /did you mean "weight"/);
  assert.match(faults[100], /weigt100: is no key here$/);
});

test("depth, length and number of documents have limits", () => {
  for (const opener of ["[", "- ", "{a: "]) {
    const [fault] = listFaults(opener.repeat(100_000));
    assert.match(fault, /lists and maps stand more than 32 deep in each other/);
  }
  assert.deepEqual(listFaults("a".repeat(2 ** 22 + 1)), [
    "1/1:1 : the file has 4194305 characters; at most 4194304 can be",
  ]);
  assert.deepEqual(listFaults(`${QUEUE}---\n"${"a".repeat(2 ** 20)}"\n`), [
    "2/5:1 : the document has 1048583 characters; at most 1048576 can be",
  ]);
  assert.deepEqual(listFaults("---\n".repeat(1001)), [
    "1001/1001:1 : the file has more than 1000 documents",
  ]);
});

test("a thousand faults are listed, and the number of the others is told", () => {
  const keys = Array.from({ length: 1500 }, (_, index) => `  k${index}: 1\n`).join("");
  const faults = listFaults(QUEUE.replace("spec: {}\n", `spec:\n${keys}`));
  assert.equal(faults.length, 1001);
  assert.equal(faults.at(-1), "1/1005:3 : 500 more are not listed");
});

test("a fault reads as one line without control characters", () => {
  const result = parseManifests(QUEUE.replace("name: q", '"na\\u202eme\\n": q'), "a\u001b.yaml");
  assert.ok(!result.ok);
  assert.deepEqual(result.reason.map(formatFault), [
    "a\\u{1b}.yaml, line 3, column 1, metadata.name: is missing. Add the key.",
    'a\\u{1b}.yaml, line 3, column 12, metadata["na\\u{202e}me\\n"]: is no key here (did you mean "name"?); the keys are name, labels, annotations. Correct the key or remove it; no key is ignored.',
  ]);
  const second = parseManifests(`${QUEUE}---\n1\n`, "a.yaml");
  assert.ok(!second.ok);
  assert.match(formatFault(second.reason[0]), /^a\.yaml, document 2, line 6, column 1: must be/);
});
