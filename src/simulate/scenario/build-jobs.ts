import type { SimulatedJob } from "../../engine/simulated/workload.ts";
import { jobId, queueId } from "../../model/ids.ts";
import type { BatchJob, JobRole } from "../../model/job.ts";
import type { ResourceRequest } from "../../model/resources.ts";
import { milliseconds } from "../../model/units.ts";
import { InputError, type InputErrorCode } from "../../trace/input-error.ts";
import { readOpenbJobs } from "../../trace/openb-jobs.ts";
import { buildRequest } from "./build-request.ts";
import { generateJobs, PUBLISHED_JOBS } from "./generate-jobs.ts";
import type { OfflineWork } from "./scenario.ts";
import type { HandlingShape, JobsShape, ListedJobShape } from "./scenario-shape.ts";
import type { KeyPath } from "./scenario-text.ts";
import { type Draft, locateTrace, noteIgnored } from "./trace-source.ts";

/** A job with what says where it is written. */
export interface SourcedJob {
  readonly simulated: SimulatedJob;
  /** `within` is where in the job, if it is written key by key. */
  readonly refuse: (code: InputErrorCode, problem: string, within?: KeyPath) => InputError;
}

/** A piece of work of one member, from a trace or a generator. */
export interface JobTemplate {
  readonly name: string;
  readonly request: ResourceRequest;
  readonly submitMs: number;
  readonly workMs: number;
  /** Line of the trace. */
  readonly line?: number;
}

export interface BuiltJobs {
  /** Jobs with their own times of submission. */
  readonly jobs: readonly SimulatedJob[];
  readonly offline?: OfflineWork;
  /** All of both. */
  readonly sourced: readonly SourcedJob[];
}

type ManyJobs = Exclude<JobsShape, { readonly list: unknown }>;

/**
 * The jobs of all sources in their order.
 *
 * @throws InputError for a job that stands twice, and if two sources have an `amount`.
 */
export async function buildJobs(draft: Draft, sources: readonly JobsShape[]): Promise<BuiltJobs> {
  const jobs: SimulatedJob[] = [];
  const sourced: SourcedJob[] = [];
  let offline: OfflineWork | undefined;
  for (const [index, source] of sources.entries()) {
    const read =
      "list" in source ? listJobs(draft, source.list, index) : await readJobs(draft, source, index);
    for (const job of read) sourced.push(job);
    const simulated = read.map((job) => job.simulated);
    const amount = "list" in source ? undefined : source.amount;
    if (amount === undefined) {
      for (const job of simulated) jobs.push(job);
    } else if (offline === undefined) {
      offline = { jobs: simulated, amount };
    } else {
      const problem = "one source of jobs has an amount already";
      throw draft.text.refuse("invalid-setting", ["jobs", index, "amount"], problem);
    }
  }
  refuseTwins(sourced);
  return { jobs, sourced, ...(offline === undefined ? {} : { offline }) };
}

function refuseTwins(sourced: readonly SourcedJob[]): void {
  const names = new Set<string>();
  for (const { simulated, refuse } of sourced) {
    const { id } = simulated.job;
    if (names.has(id)) throw refuse("duplicate-name", `job ${id} stands twice`);
    names.add(id);
  }
}

function listJobs(draft: Draft, list: readonly ListedJobShape[], index: number): SourcedJob[] {
  return list.map((shape, item) => {
    const { submit, work, failures } = shape;
    const keys = ["jobs", index, "list", item];
    const simulated = {
      job: listedJob(shape),
      submitMs: submit,
      workMs: work,
      ...(failures === undefined
        ? {}
        : { failures: failures.map(({ attempt, after }) => ({ attempt, afterMs: after })) }),
    };
    return {
      simulated,
      refuse: (code, problem, within = []) =>
        draft.text.refuse(code, [...keys, ...within], problem),
    };
  });
}

function listedJob(shape: ListedJobShape): BatchJob {
  const { name, roles, deadline, speeds } = shape;
  return {
    ...handlingOf(shape),
    id: jobId(name),
    roles: roles.map((role) => ({
      name: role.name,
      request: buildRequest(role),
      replicas: role.members,
    })),
    ...(deadline === undefined ? {} : { deadlineMs: deadline }),
    ...(speeds === undefined ? {} : { speeds }),
  };
}

async function readJobs(draft: Draft, source: ManyJobs, index: number): Promise<SourcedJob[]> {
  const { templates, file } = await readTemplates(draft, source, index);
  const { pods = templates.length } = source;
  if (pods > templates.length) {
    const problem = `${pods} pods are asked for; there are ${templates.length}`;
    throw draft.text.refuse("invalid-setting", ["jobs", index, "pods"], problem);
  }
  const handling = handlingOf(source);
  return templates.slice(0, pods).map(({ name, request, submitMs, workMs, line }) => ({
    simulated: {
      job: { ...handling, id: jobId(name), roles: [soleRole(request)] },
      submitMs,
      workMs,
    },
    refuse: (code, problem) =>
      file !== undefined && line !== undefined
        ? new InputError(code, { file, line }, problem)
        : draft.text.refuse(code, ["jobs", index], problem),
  }));
}

interface Templates {
  readonly templates: readonly JobTemplate[];
  /** Absent: they are generated. */
  readonly file?: string;
}

async function readTemplates(draft: Draft, source: ManyJobs, index: number): Promise<Templates> {
  const seed = draft.seed + index;
  if ("generated" in source) {
    const { pods, over } = source.generated;
    draft.notes.push(`jobs: ${pods} pods are generated.`);
    return { templates: generateJobs({ prefix: `pod-${index}`, count: pods, overMs: over, seed }) };
  }
  const file = locateTrace(draft, source.openb, ["jobs", index, "openb"]);
  if (file === undefined) {
    return { templates: generateJobs({ prefix: `pod-${index}`, ...PUBLISHED_JOBS, seed }) };
  }
  const { qos, gpuOnly } = source;
  const selection = { gpuOnly, ...(qos === undefined ? {} : { qos }) };
  const pods = await readOpenbJobs(file, selection, noteIgnored(draft));
  const templates = pods.map(({ name, request, createdMs, ranMs, line }) => {
    return { name, request, submitMs: createdMs, workMs: ranMs, line };
  });
  return { templates, file };
}

function soleRole(request: ResourceRequest): JobRole {
  return { name: "worker", request, replicas: { min: 1, max: 1 } };
}

function handlingOf(shape: HandlingShape): Omit<BatchJob, "id" | "roles"> {
  const { queue, priority, checkpoint, suspension, minimumRuntime, retries } = shape;
  return {
    queue: queueId(queue),
    priority,
    minimumRuntimeMs: minimumRuntime ?? milliseconds(0),
    retries: { max: retries?.max ?? 0, backoffMs: retries?.backoff ?? milliseconds(0) },
    ...(checkpoint === undefined
      ? {}
      : {
          checkpoint: {
            everyMs: checkpoint.every,
            saveMs: checkpoint.save,
            restartMs: checkpoint.restart,
            onRequest: checkpoint.onRequest,
          },
        }),
    ...(suspension === undefined
      ? {}
      : {
          suspension: {
            hostMemory: suspension.hostMemory,
            suspendMs: suspension.suspend,
            resumeMs: suspension.resume,
          },
        }),
  };
}
