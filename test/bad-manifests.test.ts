import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import type { ApiErrorBody } from "../src/api/api-error.ts";
import { TempFolder } from "./support/temp-folder.ts";
import { UpBed } from "./support/up-bed.ts";

/** The only folder in which programs are looked for: there is no Podman and no Docker in it. */
const programs = new TempFolder();
for (const name of ["rmdir", "sh", "sleep"]) symlinkSync(`/bin/${name}`, programs.resolve(name));

let bed: UpBed;
before(async () => {
  bed = await UpBed.start({ environment: { PATH: programs.path } });
  const answer = await send(job("there"));
  assert.equal(answer.status, 200, await answer.text());
  await bed.until("the job runs", async () => {
    const { status } = await bed.client.get("BatchJob", "there");
    return status.phase === "Running";
  });
  const checkpoints = path.join(bed.home, "engine/checkpoints");
  writeFileSync(path.join(checkpoints, "file"), "");
  mkdirSync(outside());
  symlinkSync(outside(), path.join(checkpoints, "link"));
});
after(() => bed.remove());

const outside = () => bed.resolve("outside");

/** A job that could run, with other lines of its spec. */
function job(name: string, changes: Readonly<Record<string, string>> = {}): string {
  const spec = { command: '[sleep, "1000"]', resources: "{cpu: 100m, memory: 16Mi}", ...changes };
  const lines = Object.entries(spec).map(([key, value]) => `  ${key}: ${value}`);
  return [
    "apiVersion: neuraxis.dev/v1alpha1",
    "kind: BatchJob",
    `metadata: {name: ${name}}`,
    "spec:",
    ...lines,
    "",
  ].join("\n");
}

function send(body: string): Promise<Response> {
  return fetch(`${bed.url}/v1alpha1/apply`, {
    method: "POST",
    headers: { Authorization: `Bearer ${bed.token}`, "Content-Type": "application/yaml" },
    body,
  });
}

/** All that an apply could leave behind. */
async function remains(): Promise<unknown> {
  const { client } = bed;
  const objects = await Promise.all(
    (["BatchJob", "ModelService", "Queue", "Replica"] as const).map(async (kind) => {
      const list = await client.list(kind);
      return list.objects.map(({ metadata }) => `${kind}/${metadata.name}`);
    }),
  );
  const folders = ["checkpoints", "work", "logs"].map((name) => {
    const folder = path.join(bed.home, "engine", name);
    const there = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
    return new Set(there.map(String));
  });
  const events = await client.events({ limit: 1000 });
  const ofObjects = events.filter(({ about }) => about.kind !== "Node").length;
  return { objects, folders, ofObjects, processes: bed.processes() };
}

/** What the API says no with; asserts that nothing came of it. */
async function refuse(body: string): Promise<{ status: number } & ApiErrorBody["error"]> {
  const before = await remains();
  const answer = await send(body);
  const { error } = (await answer.json()) as ApiErrorBody;
  assert.deepEqual(await remains(), before, "nothing is left of it");
  assert.match(error.cure, /^[A-Z].+\.$/s);
  return { status: answer.status, ...error };
}

interface BadManifest {
  readonly what: string;
  readonly body: () => string;
}

interface BadText extends BadManifest {
  readonly code: string;
  /** Line, column and path. */
  readonly place: readonly [number, number, string];
  readonly problem: RegExp;
}

const badTexts: readonly BadText[] = [
  {
    what: "YAML that ends in the middle",
    body: () => job("bad", { command: "[sleep" }),
    code: "invalid-yaml",
    place: [6, 3, ""],
    problem: /./,
  },
  {
    what: "an unknown field",
    body: () => job("bad", { comand: "[sleep]" }),
    code: "unknown-key",
    place: [7, 3, "spec.comand"],
    problem: /is no key here \(did you mean "command"\?\)/,
  },
  {
    what: "two objects of one name",
    body: () => `${job("bad")}---\n${job("bad")}`,
    code: "duplicate-object",
    place: [10, 18, "metadata.name"],
    problem: /bad stands twice; it stands in document 1, line 3 already/,
  },
  {
    what: "checkpoints outside of their folder",
    body: () => job("bad", { checkpoint: "{path: a/../../b}" }),
    code: "invalid-setting",
    place: [7, 22, "spec.checkpoint.path"],
    problem: /must be names with a slash between them/,
  },
  {
    what: "a working directory that leads back up",
    body: () => job("bad", { workingDirectory: "/tmp/../etc" }),
    code: "invalid-setting",
    place: [7, 21, "spec.workingDirectory"],
    problem: /must not lead back up by "\.\."/,
  },
];

for (const { what, body, code, place, problem } of badTexts) {
  test(`${what} is refused with its place`, async () => {
    const { status, code: errorCode, faults = [] } = await refuse(body());
    assert.deepEqual([status, errorCode], [422, "invalid-manifest"]);
    const [fault] = faults;
    assert.deepEqual([fault.code, fault.line, fault.column, fault.path], [code, ...place]);
    assert.match(fault.problem, problem);
    assert.match(fault.cure, /\.$/);
  });
}

interface BadWish extends BadManifest {
  readonly refusal: string;
  readonly message: RegExp;
}

const badWishes: readonly BadWish[] = [
  {
    what: "a program that is not there",
    body: () => job("bad", { command: "[slepp]" }),
    refusal: "command-not-found",
    message: /^BatchJob bad: job bad, role worker: there is no program slepp in \//,
  },
  {
    what: "a file that is no program",
    body: () => job("bad", { command: `[${bed.home}/token]` }),
    refusal: "command-not-found",
    message: /role worker: \/.+\/token is no program that can be executed/,
  },
  {
    what: "a working directory that is not there",
    body: () => job("bad", { workingDirectory: "/nowhere/at/all" }),
    refusal: "folder-not-found",
    message: /there is no folder \/nowhere\/at\/all to start in/,
  },
  {
    what: "more cores than the machine has",
    body: () => job("bad", { resources: "{cpu: 9999, memory: 16Mi}" }),
    refusal: "larger-than-any-node",
    message: /job bad.+9999/,
  },
  {
    what: "an unknown queue",
    body: () => job("bad", { queue: "defalt", checkpoint: "{path: of-bad}" }),
    refusal: "unknown-queue",
    message: /queue defalt of job bad does not exist/,
  },
  {
    what: "an unknown secret",
    body: () => job("bad", { env: "[{name: KEY, secret: {name: hub, key: token}}]" }),
    refusal: "unknown-secret",
    message: /role worker: secret hub has no entry token/,
  },
  {
    what: "an image where nothing starts images",
    body: () => job("bad", { command: "[serve]", image: "example.org/model:1" }),
    refusal: "no-container-runtime",
    message: /image example\.org\/model:1/,
  },
  {
    what: "checkpoints behind a link that leads elsewhere",
    body: () => job("bad", { checkpoint: "{path: link/deep}" }),
    refusal: "checkpoint-unusable",
    message: /link\/deep leads to \/.+\/outside, outside of its place$/,
  },
  {
    what: "a file in the place of checkpoints",
    body: () => job("bad", { checkpoint: "{path: file}" }),
    refusal: "checkpoint-unusable",
    message: /\/checkpoints\/file is no folder$/,
  },
  {
    what: "a file on the way to checkpoints",
    body: () => job("bad", { checkpoint: "{path: file/below}" }),
    refusal: "checkpoint-unusable",
    message: /cannot read and write \/.+\/checkpoints\/file\/below \(ENOTDIR\)$/,
  },
];

for (const { what, body, refusal, message } of badWishes) {
  test(`${what} is refused before anything is begun`, async () => {
    const { status, code, message: said, refusal: given } = await refuse(body());
    assert.deepEqual([status, code, given], [422, "refused-object", refusal], said);
    assert.match(said, message);
    assert.deepEqual(readdirSync(outside()), [], "nothing behind the link");
  });
}

test("of several manifests none is taken if one is refused", async () => {
  const bad = job("bad", { command: "[slepp]" });
  const { refusal } = await refuse(`${job("good", { checkpoint: "{}" })}---\n${bad}`);
  assert.equal(refusal, "command-not-found");
});

test("what the scheduler refuses leaves no folder of the manifests before it", async () => {
  const bad = job("bad", { queue: "nobodys" });
  const { refusal } = await refuse(`${job("good", { checkpoint: "{}" })}---\n${bad}`);
  assert.equal(refusal, "unknown-queue");
});

test("a folder of checkpoints that is spoilt later ends its job, and nothing else", async () => {
  const spoil = 'rmdir \\"$0\\" && : >\\"$0\\"; exit 1'.replaceAll(
    "$0",
    "$NEURAXIS_CHECKPOINT_DIR",
  );
  const body = job("spoiler", {
    command: `[sh, -c, "${spoil}"]`,
    checkpoint: "{}",
    retries: "{max: 1, backoff: 0s}",
  });
  assert.equal((await send(body)).status, 200);
  await bed.until("the job has failed", async () => {
    const { status } = await bed.client.get("BatchJob", "spoiler");
    return status.phase === "Failed";
  });
  const events = await bed.client.events({ about: "BatchJob/spoiler" });
  const said = events.find(({ reason }) => reason === "checkpoint-unusable");
  assert.match(said?.message ?? "", /could not start: .+\/checkpoints\/spoiler is no folder/);
  const { status } = await bed.client.get("BatchJob", "there");
  assert.equal(status.phase, "Running");
});
