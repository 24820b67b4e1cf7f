import type { ApplyAnswer, CancelAnswer, DeleteAnswer, WhyAnswer } from "../../src/api/answers.ts";
import type { ApiObject, EventRecord, ObjectChange, ObjectKind } from "../../src/api/objects.ts";
import { ChangeRing } from "../../src/control/change-ring.ts";
import type { ApiFailure, ControlPlane } from "../../src/control/control-plane.ts";
import { unknownObject, versionConflict } from "../../src/control/failures.ts";
import { API_VERSION, type Manifest } from "../../src/manifest/manifest.ts";
import { fail, type Result, succeed } from "../../src/model/result.ts";

const AT = "2026-01-02T03:04:05.678Z";
const NO_AMOUNTS = { cpu: 0, memory: 0, gpuMilli: 0 };
const KNOWN = { createdAt: AT, generation: 1 };

/**
 * A control plane for tests of what speaks to one: it keeps what is applied and runs nothing. Each
 * change makes the next version, from 1.
 */
export class MemoryPlane implements ControlPlane {
  readonly #objects = new Map<string, ApiObject>();
  #ring = new ChangeRing(0);
  #version = 0;

  /** Puts an object there as it is, with a new version; tells the watchers. */
  put(object: ApiObject): void {
    const key = keyOf(object.kind, object.metadata.name);
    const type = this.#objects.has(key) ? "MODIFIED" : "ADDED";
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version) };
    const kept = { ...object, metadata } as ApiObject;
    this.#objects.set(key, kept);
    this.#tell({ type, object: kept });
  }

  /** No change before now is remembered any more. */
  forget(): void {
    this.#ring.close();
    this.#ring = new ChangeRing(this.#version);
  }

  async apply(
    manifests: readonly Manifest[],
    {
      dryRun,
      versions,
    }: { readonly dryRun: boolean; readonly versions: ReadonlyMap<string, string> },
  ): Promise<Result<ApplyAnswer, ApiFailure>> {
    for (const [name, version] of versions) {
      const [kind, rest] = name.split("/") as [ObjectKind, string];
      const has = this.#objects.get(name)?.metadata.resourceVersion;
      if (has === version) continue;
      return fail(versionConflict(kind, rest, has === undefined ? has : Number(has), version));
    }
    const results = manifests.map((manifest) => {
      const { kind, metadata } = manifest;
      const key = keyOf(kind, metadata.name);
      const outcome = this.#objects.has(key) ? "configured" : "created";
      if (!dryRun) this.put(observe(manifest));
      const { resourceVersion = "" } = this.#objects.get(key)?.metadata ?? {};
      return { kind, name: metadata.name, outcome, resourceVersion } as const;
    });
    const starts = manifests.map(({ metadata }) => metadata.name);
    return succeed({ dryRun, results, plan: { starts, waits: [], leaves: [] } });
  }

  async delete(
    kind: ObjectKind,
    name: string,
    resourceVersion: string | undefined,
  ): Promise<Result<DeleteAnswer, ApiFailure>> {
    const object = this.#objects.get(keyOf(kind, name));
    if (object === undefined) return fail(unknownObject(kind, name));
    const has = object.metadata.resourceVersion;
    if (resourceVersion !== undefined && resourceVersion !== has) {
      return fail(versionConflict(kind, name, Number(has), resourceVersion));
    }
    this.#objects.delete(keyOf(kind, name));
    this.#version += 1;
    const metadata = { ...object.metadata, resourceVersion: String(this.#version), deletedAt: AT };
    this.#tell({ type: "DELETED", object: { ...object, metadata } as ApiObject });
    return succeed({ kind, name, outcome: "deleted" });
  }

  /** The job has ended at once. */
  async cancel(
    name: string,
    resourceVersion: string | undefined,
  ): Promise<Result<CancelAnswer, ApiFailure>> {
    const object = this.#objects.get(keyOf("BatchJob", name));
    if (object?.kind !== "BatchJob") return fail(unknownObject("BatchJob", name));
    const has = object.metadata.resourceVersion;
    if (resourceVersion !== undefined && resourceVersion !== has) {
      return fail(versionConflict("BatchJob", name, Number(has), resourceVersion));
    }
    const { phase, endedAt } = object.status;
    if (endedAt === undefined) {
      this.put({ ...object, status: { ...object.status, phase: "Cancelled", endedAt: AT } });
    }
    const hasEnded = endedAt !== undefined && phase !== "Cancelled";
    return succeed({ kind: "BatchJob", name, outcome: hasEnded ? "ended" : "cancelled" });
  }

  list(kind: ObjectKind): {
    readonly objects: readonly ApiObject[];
    readonly resourceVersion: string;
  } {
    const objects = Array.from(this.#objects.values()).filter((object) => object.kind === kind);
    objects.sort((left, right) => (left.metadata.name < right.metadata.name ? -1 : 1));
    return { objects, resourceVersion: String(this.#version) };
  }

  get(kind: ObjectKind, name: string): ApiObject | undefined {
    return this.#objects.get(keyOf(kind, name));
  }

  watch(
    kinds: ReadonlySet<ObjectKind>,
    resourceVersion: string,
    stop: AbortSignal,
  ): Result<AsyncIterable<ObjectChange>, ApiFailure> {
    return this.#ring.watch(kinds, resourceVersion, stop);
  }

  why(job: string): Result<WhyAnswer, ApiFailure> {
    if (this.get("BatchJob", job) === undefined) return fail(unknownObject("BatchJob", job));
    const refusal = {
      kind: "cannot-now",
      code: "no-room-now",
      message: "2 cores of 4 are taken",
    } as const;
    const trials = [
      { change: "without the jobs of queue b", starts: true, effect: "takes node a" },
    ];
    return succeed({ job, phase: "Pending", refusal, trials });
  }

  /** One that says created of each object. */
  events({ about, after, limit }: Parameters<ControlPlane["events"]>[0]): readonly EventRecord[] {
    const records = Array.from(this.#objects.values(), ({ kind, metadata: { name } }, index) => ({
      sequence: index + 1,
      at: AT,
      about: { kind, name },
      type: "Normal" as const,
      reason: "created",
      message: `${kind} ${name} was created`,
    }));
    const isWanted = ({ sequence, about: { kind, name } }: EventRecord) =>
      sequence > after && (about === undefined || (about.kind === kind && about.name === name));
    return records.filter(isWanted).slice(-limit);
  }

  #tell(change: ObjectChange): void {
    this.#ring.add([{ version: this.#version, change }]);
  }
}

/** A node, and a replica of a service, as they are observed. */
export function observedObjects(): readonly ApiObject[] {
  const metadata = { ...KNOWN, resourceVersion: "" };
  const node = {
    cpu: 2000,
    memory: 4096,
    devices: [{ kind: "A10", memory: 24_576 }],
    held: NO_AMOUNTS,
    conditions: [
      { type: "Ready", status: "True", reason: "observed", message: "it answers", since: AT },
    ],
  } as const;
  const replica = {
    service: "chat",
    node: "local",
    devices: [0],
    phase: "Ready",
    since: AT,
  } as const;
  return [
    {
      apiVersion: API_VERSION,
      kind: "Node",
      metadata: { ...metadata, uid: "n", name: "local" },
      status: node,
    },
    {
      apiVersion: API_VERSION,
      kind: "Replica",
      metadata: { ...metadata, uid: "r", name: "chat/3" },
      status: replica,
    },
  ];
}

function observe(manifest: Manifest): ApiObject {
  const uid = `${manifest.kind}-${manifest.metadata.name}`;
  const metadata = { ...manifest.metadata, ...KNOWN, uid, resourceVersion: "" };
  switch (manifest.kind) {
    case "BatchJob": {
      const members = [{ member: 0, role: "worker", node: "local", devices: [] }];
      const status = { phase: "Running", attempt: 1, failures: 0, members, startedAt: AT } as const;
      return { ...manifest, metadata, status: { ...status, conditions: [] } };
    }
    case "ModelService": {
      const replicas = { ready: 1, starting: 0, asleep: 0 };
      const requests = { arrived: 3, begun: 2, ended: 1 };
      return { ...manifest, metadata, status: { replicas, requests, conditions: [] } };
    }
    case "Queue": {
      const status = { pending: 0, running: 0, held: NO_AMOUNTS, conditions: [] };
      return { ...manifest, metadata, status };
    }
  }
}

function keyOf(kind: ObjectKind, name: string): string {
  return `${kind}/${name}`;
}
