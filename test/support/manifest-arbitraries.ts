import fc from "fast-check";
import {
  API_VERSION,
  type BatchJobManifest,
  type Manifest,
  type ModelServiceManifest,
  type QueueManifest,
} from "../../src/manifest/manifest.ts";
import { TASKS } from "../../src/manifest/model-service-shape.ts";
import { mib, milliCpu, milliseconds, QUANTITY_MAX } from "../../src/model/units.ts";

const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
/** Words that YAML of one version or another takes for something else, and any text there is. */
const text = fc
  .oneof(
    fc.constantFrom(
      "yes",
      "no",
      "null",
      "~",
      "012",
      "1:30",
      "0x1",
      "- a",
      "a: b",
      "<<",
      " a",
      "a\n",
    ),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.string({ maxLength: 40 }),
  )
  .filter((value) => !value.includes("\0") && value.isWellFormed());
const ms = fc.integer({ min: 0, max: 10 ** 9 }).map(milliseconds);
const positiveMs = fc.integer({ min: 1, max: 10 ** 9 }).map(milliseconds);
const cpu = fc.integer({ min: 0, max: QUANTITY_MAX }).map(milliCpu);
const memory = fc.integer({ min: 0, max: QUANTITY_MAX }).map(mib);
const kind = fc.constantFrom("A100", "H100 80GB", "yes");

const metadata = fc.record({
  name: label,
  labels: fc.dictionary(label, label, { maxKeys: 3 }),
  annotations: fc.dictionary(label, text, { maxKeys: 3 }),
});

const devices = { kinds: fc.uniqueArray(kind), memory };
const count = fc.integer({ min: 1, max: 1024 });
const milli = fc.integer({ min: 1, max: 1000 });
const accelerators = fc.oneof(
  fc.record({ ...devices, count }, { requiredKeys: ["kinds", "count"] }),
  fc.record({ ...devices, milli }, { requiredKeys: ["kinds", "milli"] }),
  fc.record({ ...devices, count, milli }),
);

const resources = fc.record({ cpu, memory, accelerators }, { requiredKeys: ["cpu", "memory"] });

const variable = fc.oneof(
  fc.record({ name: fc.stringMatching(/^x[A-Z_0-9]{0,10}$/), value: text }),
  fc.record({
    name: fc.stringMatching(/^x[A-Z_0-9]{0,10}$/),
    secret: fc.record({ name: label, key: label }),
  }),
);

const words = fc.array(text, { maxLength: 4 });
const launch = {
  command: words.map((rest) => ["run", ...rest]),
  image: fc.constantFrom("org/a:1", `a@sha256:${"0".repeat(64)}`),
  args: words,
  env: fc.uniqueArray(variable, { maxLength: 4, selector: ({ name }) => name }),
  workingDirectory: fc.constantFrom("/srv", "a/b", "~"),
};

const bounds = (least: number) =>
  fc
    .tuple(fc.integer({ min: least, max: 1000 }), fc.integer({ min: 0, max: 500 }))
    .map(([min, more]) => ({ min, max: Math.max(min + more, 1) }));

const role = fc.record(
  { name: label, replicas: bounds(1), resources, ...launch },
  { requiredKeys: ["name", "replicas", "resources", "command", "args", "env"] },
);

const job: fc.Arbitrary<BatchJobManifest> = fc.record({
  apiVersion: fc.constant(API_VERSION),
  kind: fc.constant("BatchJob"),
  metadata,
  spec: fc
    .record(
      {
        queue: label,
        priority: fc.integer({ min: -(2 ** 31) + 1 }),
        roles: fc.uniqueArray(role, { minLength: 1, maxLength: 3, selector: ({ name }) => name }),
        checkpoint: fc.record(
          {
            path: label,
            every: positiveMs,
            save: ms,
            restart: ms,
            onRequest: fc.boolean(),
          },
          { requiredKeys: ["every", "save", "restart", "onRequest"] },
        ),
        suspension: fc.record({ hostMemory: memory, suspend: ms, resume: ms }),
        retries: fc.record({ max: fc.nat(1_000_000), backoff: ms }),
        deadline: positiveMs,
        minimumRuntime: ms,
        speeds: fc.dictionary(kind, fc.double({ min: 1e-9, max: 1e9, noNaN: true }), {}),
      },
      { requiredKeys: ["queue", "priority", "roles", "retries", "minimumRuntime"] },
    )
    .filter(({ roles, speeds }) => {
      return speeds === undefined || roles.some(({ resources }) => "accelerators" in resources);
    }),
});

const port = fc.oneof(
  fc.record({ env: fc.constantFrom("PORT", "NO") }),
  fc.record({ number: fc.integer({ min: 1, max: 65_535 }) }),
);

const service: fc.Arbitrary<ModelServiceManifest> = fc.record({
  apiVersion: fc.constant(API_VERSION),
  kind: fc.constant("ModelService"),
  metadata,
  spec: fc.record(
    {
      task: fc.constantFrom(...TASKS),
      runtime: fc.record({ ...launch, port }, { requiredKeys: ["command", "args", "env", "port"] }),
      model: fc.record(
        { name: fc.constantFrom("org/m-7b", "1.0", "null"), path: fc.constantFrom("/m", "m/n") },
        { requiredKeys: ["name"] },
      ),
      replicas: bounds(0),
      concurrency: fc.integer({ min: 1, max: 1000 }),
      resources,
      startTime: ms,
      readiness: fc.record({
        path: fc.constantFrom("/healthz", "/a?b=c"),
        interval: positiveMs,
        timeout: positiveMs,
        failures: fc.integer({ min: 1, max: 1000 }),
      }),
      sleep: fc.record({
        hostMemory: memory,
        sleep: ms,
        wake: ms,
        standby: fc.constantFrom<number | "all">("all", 0, 1),
      }),
      scaling: fc.record({ keepAlive: ms, headroom: fc.nat(1000) }),
      objective: fc.record({
        wait: ms,
        missed: fc.double({ min: 0, max: 1, minExcluded: true, maxExcluded: true, noNaN: true }),
      }),
      stop: fc.record({ signal: fc.constantFrom("SIGTERM", "SIGUSR2"), grace: ms }),
    },
    {
      requiredKeys: [
        "task",
        "runtime",
        "model",
        "replicas",
        "concurrency",
        "resources",
        "startTime",
        "readiness",
        "scaling",
        "stop",
      ],
    },
  ),
});

const amounts = fc.record({ cpu, memory, accelerators: fc.maxSafeNat() }, { requiredKeys: [] });

const queue: fc.Arbitrary<QueueManifest> = fc.record({
  apiVersion: fc.constant(API_VERSION),
  kind: fc.constant("Queue"),
  metadata,
  spec: fc
    .record(
      {
        parent: label,
        weight: fc.integer({ min: 1, max: 1_000_000 }),
        guaranteed: amounts,
        limit: amounts,
        borrows: fc.boolean(),
      },
      { requiredKeys: ["weight", "guaranteed", "limit", "borrows"] },
    )
    .filter(({ guaranteed, limit }) =>
      (["cpu", "memory", "accelerators"] as const).every(
        (name) => (guaranteed[name] ?? 0) <= (limit[name] ?? Number.POSITIVE_INFINITY),
      ),
    ),
});

/** Manifests as reading makes them, of all kinds; the copies have objects' usual prototype. */
export const manifests: fc.Arbitrary<Manifest> = fc
  .oneof(job, service, queue)
  .map((manifest) => structuredClone(manifest));
