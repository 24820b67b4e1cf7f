import assert from "node:assert/strict";
import type { ApplyAnswer } from "../../src/api/answers.ts";
import type { BatchJobObject, ModelServiceObject, ObjectKind } from "../../src/api/objects.ts";
import type { ApiFailure } from "../../src/control/control-plane.ts";
import {
  type ControlPlaneOptions,
  RunningControlPlane,
} from "../../src/control/running-control-plane.ts";
import type { SimulatedJob, Workload } from "../../src/engine/simulated/workload.ts";
import type { Manifest } from "../../src/manifest/manifest.ts";
import { parseManifests } from "../../src/manifest/parse-manifests.ts";
import { toBatchJob } from "../../src/manifest/to-batch-job.ts";
import { toModelService } from "../../src/manifest/to-model-service.ts";
import { nodeId } from "../../src/model/ids.ts";
import type { Refusal } from "../../src/model/refusal.ts";
import type { Result } from "../../src/model/result.ts";
import { mib, milliCpu } from "../../src/model/units.ts";
import { LastingSimulation } from "./lasting-simulation.ts";
import { MemoryJournal } from "./memory-journal.ts";

interface JobPlan extends Pick<SimulatedJob, "workMs"> {
  readonly failures?: NonNullable<SimulatedJob["failures"]>;
}

interface BedPlan {
  /** What the jobs of the manifests really take, by name; absent: 1000 ms. */
  readonly jobs?: Readonly<Record<string, JobPlan>>;
  /** All that will ever be applied: the simulation has to know it beforehand. */
  readonly manifests: string;
  /** Cores of the only node. */
  readonly cores?: number;
  readonly admit?: (manifest: Manifest) => Refusal | undefined;
  readonly snapshotEntries?: number;
}

/** A control plane over a simulated machine of one node, `local`, and a journal in memory. */
export class ControlBed {
  readonly journal = new MemoryJournal();
  readonly simulation: LastingSimulation;
  readonly #plan: BedPlan;
  readonly #uids = { next: 1 };
  #control: RunningControlPlane | undefined;

  constructor(plan: BedPlan) {
    this.#plan = plan;
    this.simulation = new LastingSimulation(workloadOf(plan));
  }

  get control(): RunningControlPlane {
    assert.ok(this.#control !== undefined);
    return this.#control;
  }

  /** Starts a control plane, on what the one before it has left. */
  start(): RunningControlPlane {
    const { snapshotEntries } = this.#plan;
    const options: ControlPlaneOptions = {
      journal: this.journal,
      clock: this.simulation.clock,
      program: "test",
      ...(snapshotEntries === undefined ? {} : { snapshotEntries }),
      newUid: () => `uid-${this.#uids.next++}`,
      connect: () => ({
        engine: this.simulation.open(),
        admit: this.#plan.admit ?? (() => undefined),
      }),
    };
    this.#control = new RunningControlPlane(options);
    return this.#control;
  }

  /** The same, and lets it take up its work. */
  async begin(): Promise<this> {
    this.start();
    await this.advance(0);
    return this;
  }

  /** Lets so much time pass. */
  async advance(ms: number): Promise<void> {
    await this.simulation.advance(this.simulation.nowMs + ms);
  }

  async apply(
    text: string,
    options: Partial<Parameters<RunningControlPlane["apply"]>[1]> = {},
  ): Promise<Result<ApplyAnswer, ApiFailure>> {
    const answer = this.control.apply(read(text), {
      dryRun: false,
      versions: new Map(),
      ...options,
    });
    await this.simulation.settle();
    return answer;
  }

  async delete(kind: ObjectKind, name: string, version?: string) {
    const answer = this.control.delete(kind, name, version);
    await this.simulation.settle();
    return answer;
  }

  async cancel(job: string, version?: string) {
    const answer = this.control.cancel(job, version);
    await this.simulation.settle();
    return answer;
  }

  job(name: string): BatchJobObject {
    const object = this.control.get("BatchJob", name);
    assert.ok(object?.kind === "BatchJob", `there is no job ${name}`);
    return object;
  }

  service(name: string): ModelServiceObject {
    const object = this.control.get("ModelService", name);
    assert.ok(object?.kind === "ModelService", `there is no service ${name}`);
    return object;
  }

  /** Such as `{a: "Running"}`. */
  phases(): Record<string, string> {
    const jobs = this.control.list("BatchJob").objects as readonly BatchJobObject[];
    return Object.fromEntries(jobs.map(({ metadata, status }) => [metadata.name, status.phase]));
  }
}

/** A manifest of a job with the further lines of its spec. */
export function jobText(name: string, ...spec: readonly string[]): string {
  const lines = spec.some((line) => line.startsWith("resources:"))
    ? spec
    : [...spec, "resources: {cpu: 1, memory: 64Mi}"];
  return manifestText("BatchJob", name, ["command: [train]", ...lines]);
}

export function queueText(name: string, ...spec: readonly string[]): string {
  return manifestText("Queue", name, spec);
}

export function serviceText(name: string, ...spec: readonly string[]): string {
  const has = (key: string) => spec.some((line) => line.startsWith(key));
  return manifestText("ModelService", name, [
    ...(has("task:") ? [] : ["task: chat"]),
    "model: {name: m}",
    ...(has("runtime:") ? [] : ["runtime: {command: [serve]}"]),
    ...(has("replicas:") ? [] : ["replicas: {min: 1, max: 1}"]),
    ...(has("resources:") ? [] : ["resources: {cpu: 1, memory: 64Mi}"]),
    "startTime: 100ms",
    ...spec,
  ]);
}

function manifestText(kind: string, name: string, spec: readonly string[]): string {
  const head = ["---", "apiVersion: neuraxis.dev/v1alpha1", `kind: ${kind}`];
  const body = spec.map((line) => `  ${line}`);
  return [
    ...head,
    `metadata: {name: ${name}}`,
    ...(body.length === 0 ? ["spec: {}"] : ["spec:", ...body]),
    "",
  ].join("\n");
}

export function read(text: string): readonly Manifest[] {
  const parsed = parseManifests(text, "test.yaml");
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function workloadOf({ manifests, jobs = {}, cores = 2 }: BedPlan): Workload {
  const node = { id: nodeId("local"), cpu: milliCpu(cores * 1000), memory: mib(4096), devices: [] };
  const known = read(manifests);
  const events: Workload["events"][number][] = [{ atMs: 0, event: { kind: "node-added", node } }];
  const simulated: SimulatedJob[] = [];
  for (const manifest of known) {
    if (manifest.kind === "ModelService") {
      const { service } = toModelService(manifest);
      events.push({ atMs: 0, event: { kind: "service-set", service } });
    }
    if (manifest.kind !== "BatchJob") continue;
    const { job } = toBatchJob(manifest, 0);
    const plan = jobs[manifest.metadata.name] ?? { workMs: 1000 };
    simulated.push({ job, submitMs: Number.POSITIVE_INFINITY, ...plan });
  }
  return { events, jobs: simulated, requests: [] };
}
