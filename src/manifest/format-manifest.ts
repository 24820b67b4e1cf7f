import { stringify } from "yaml";
import { unreachable } from "../model/unreachable.ts";
import type { BatchJobSpec } from "./batch-job-shape.ts";
import type { LaunchShape } from "./launch-shape.ts";
import type { Manifest, ManifestKind } from "./manifest.ts";
import type { ModelServiceSpec } from "./model-service-shape.ts";
import { formatDuration, formatMemory, formatMilli } from "./quantities.ts";
import type { QueueSpec } from "./queue-shape.ts";
import type { ResourcesShape } from "./resources-shape.ts";

/** The spec of each kind as it is written: quantities as texts, every default spelt out. */
export interface WrittenSpecs {
  readonly BatchJob: ReturnType<typeof plainJob>;
  readonly ModelService: ReturnType<typeof plainService>;
  readonly Queue: ReturnType<typeof plainQueue>;
}

/**
 * The manifest as YAML that reads as the same manifest, with every default written out: equal
 * manifests give equal bytes. Texts that YAML 1.1 takes for something else are in quotes, so that
 * kubectl reads the same.
 */
export function formatManifest(manifest: Manifest): string {
  const { apiVersion, kind, metadata } = manifest;
  // What is undefined is left out.
  const plain = {
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      labels: unlessEmpty(sortKeys(metadata.labels)),
      annotations: unlessEmpty(sortKeys(metadata.annotations)),
    },
    spec: plainSpec(manifest),
  };
  return stringify(plain, {
    compat: "yaml-1.1",
    lineWidth: 0,
    aliasDuplicateObjects: false,
  });
}

/** The manifest's spec as plain data that reads as the same spec. What is undefined is left out. */
export function plainSpec(manifest: Manifest): WrittenSpecs[ManifestKind] {
  switch (manifest.kind) {
    case "BatchJob":
      return plainJob(manifest.spec);
    case "ModelService":
      return plainService(manifest.spec);
    case "Queue":
      return plainQueue(manifest.spec);
    default:
      return unreachable(manifest);
  }
}

function plainJob(spec: BatchJobSpec) {
  const { checkpoint, suspension, retries, deadline, minimumRuntime, speeds } = spec;
  return {
    queue: spec.queue,
    priority: spec.priority,
    roles: spec.roles.map((role) => ({
      name: role.name,
      replicas: plainBounds(role.replicas),
      ...plainLaunch(role),
      resources: plainResources(role.resources),
    })),
    checkpoint: checkpoint && {
      path: checkpoint.path,
      every: formatDuration(checkpoint.every),
      save: formatDuration(checkpoint.save),
      restart: formatDuration(checkpoint.restart),
      onRequest: checkpoint.onRequest,
    },
    suspension: suspension && {
      hostMemory: formatMemory(suspension.hostMemory),
      suspend: formatDuration(suspension.suspend),
      resume: formatDuration(suspension.resume),
    },
    retries: { max: retries.max, backoff: formatDuration(retries.backoff) },
    deadline: unlessAbsent(deadline, formatDuration),
    minimumRuntime: formatDuration(minimumRuntime),
    speeds: speeds && sortKeys(speeds),
  };
}

function plainService(spec: ModelServiceSpec) {
  const { runtime, readiness, sleep, scaling, objective, stop } = spec;
  return {
    task: spec.task,
    runtime: { ...plainLaunch(runtime), port: runtime.port },
    model: { name: spec.model.name, path: spec.model.path },
    replicas: plainBounds(spec.replicas),
    concurrency: spec.concurrency,
    resources: plainResources(spec.resources),
    startTime: formatDuration(spec.startTime),
    readiness: {
      path: readiness.path,
      interval: formatDuration(readiness.interval),
      timeout: formatDuration(readiness.timeout),
      failures: readiness.failures,
    },
    sleep: sleep && {
      hostMemory: formatMemory(sleep.hostMemory),
      sleep: formatDuration(sleep.sleep),
      wake: formatDuration(sleep.wake),
      standby: sleep.standby,
    },
    scaling: { keepAlive: formatDuration(scaling.keepAlive), headroom: scaling.headroom },
    objective: objective && { wait: formatDuration(objective.wait), missed: objective.missed },
    stop: { signal: stop.signal, grace: formatDuration(stop.grace) },
  };
}

function plainQueue({ parent, weight, guaranteed, limit, borrows }: QueueSpec) {
  return {
    parent,
    weight,
    guaranteed: unlessEmpty(plainAmounts(guaranteed)),
    limit: unlessEmpty(plainAmounts(limit)),
    borrows,
  };
}

function plainBounds({ min, max }: { readonly min: number; readonly max: number }) {
  return { min, max };
}

function plainLaunch({ command, image, args, env, workingDirectory }: LaunchShape) {
  const plainEnv = env.map(({ name, value, secret }) => ({
    name,
    value,
    secret: secret && { name: secret.name, key: secret.key },
  }));
  return {
    command,
    image,
    args: unlessEmpty(args),
    env: unlessEmpty(plainEnv),
    workingDirectory,
  };
}

function plainResources({ cpu, memory, accelerators }: ResourcesShape) {
  return {
    cpu: formatMilli(cpu),
    memory: formatMemory(memory),
    accelerators: accelerators && {
      count: accelerators.count,
      milli: accelerators.milli,
      kinds: unlessEmpty(accelerators.kinds),
      memory: unlessAbsent(accelerators.memory, formatMemory),
    },
  };
}

function plainAmounts({ cpu, memory, accelerators }: QueueSpec["limit"]) {
  return {
    ...(cpu === undefined ? {} : { cpu: formatMilli(cpu) }),
    ...(memory === undefined ? {} : { memory: formatMemory(memory) }),
    ...(accelerators === undefined ? {} : { accelerators: formatMilli(accelerators) }),
  };
}

function unlessAbsent<Value>(
  value: Value | undefined,
  format: (value: Value) => string,
): string | undefined {
  return value === undefined ? undefined : format(value);
}

/** For lists and maps that are empty unless something else is said. */
function unlessEmpty<Value extends object>(value: Value): Value | undefined {
  return Object.keys(value).length === 0 ? undefined : value;
}

function sortKeys<Value>(map: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const keys = Object.keys(map).toSorted((left, right) => Number(left > right) || -1);
  return Object.fromEntries(keys.map((key) => [key, map[key]]));
}
