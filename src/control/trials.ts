import type { Scheduler } from "../decide/scheduler.ts";
import { toBatchJob } from "../manifest/to-batch-job.ts";
import { toQueue } from "../manifest/to-queue.ts";
import type { Event } from "../model/event.ts";
import { jobId, nodeId, serviceId } from "../model/ids.ts";
import type { BatchJob } from "../model/job.ts";
import type { ResourceRequest } from "../model/resources.ts";
import { gpuMilli, mib, milliCpu, milliseconds } from "../model/units.ts";
import type { JobRecord } from "./views/records.ts";
import type { Tables } from "./views/tables.ts";

/** Trials of one kind: queues, services, kinds of nodes. */
const ALIKE_MAX = 4;

/** Something that might let a job start. */
export interface Trial {
  /** Such as `without the jobs of queue b`. */
  readonly change: string;
  /** What a fork of the scheduler is told first. */
  readonly events: readonly Event[];
  /** How much later it decides. */
  readonly laterMs: number;
}

/** All that is worth a try for a job that waits: at most 3 × 4 + 4. O(objects). */
export function trialsFor(name: string, record: JobRecord, tables: Tables): readonly Trial[] {
  const trials = [
    ...withoutLimits(record, tables),
    ...withoutJobs(name, record, tables),
    ...withoutServices(tables),
    ...withMoreNodes(tables),
  ];
  return record.stage === "waiting" ? [...trials, ...asAnotherJob(record)] : trials;
}

/** Applies what a trial tells; false if the scheduler refuses it. */
export function prepare(fork: Scheduler, { events }: Trial, nowMs: number): boolean {
  return events.every((event) => fork.apply(event, milliseconds(nowMs)).ok);
}

function trial(change: string, events: readonly Event[], laterMs = 0): Trial {
  return { change, events, laterMs };
}

/** The job's queue and those above it. */
function withoutLimits({ manifest }: JobRecord, tables: Tables): readonly Trial[] {
  const events: Event[] = [];
  let name: string | undefined = manifest.spec.queue;
  while (name !== undefined) {
    const record = tables.Queue.get(name);
    if (record === undefined) break;
    const queue = toQueue(record.manifest);
    if (!queue.borrows || Object.keys(queue.limit).length > 0) {
      events.push({ kind: "queue-set", queue: { ...queue, limit: {}, borrows: true } });
    }
    name = record.manifest.spec.parent;
  }
  if (events.length === 0) return [];
  return [trial(`without the limits of queue ${manifest.spec.queue} and those above it`, events)];
}

function withoutJobs(own: string, { manifest }: JobRecord, tables: Tables): readonly Trial[] {
  const byQueue = new Map<string, Event[]>();
  for (const [name, { stage, ending, manifest: other }] of tables.BatchJob) {
    if (name === own || stage === "ended" || ending !== undefined) continue;
    const events = byQueue.get(other.spec.queue) ?? [];
    byQueue.set(other.spec.queue, events);
    events.push({ kind: "job-cancelled", job: jobId(name) });
  }
  const { queue } = manifest.spec;
  return Array.from(byQueue, ([name, events]) =>
    trial(`without the ${name === queue ? "other " : ""}jobs of queue ${name}`, events),
  ).slice(0, ALIKE_MAX);
}

function withoutServices(tables: Tables): readonly Trial[] {
  const present = Array.from(tables.ModelService).flatMap(([name, { isRemoved }]) =>
    isRemoved || tables.replicasOf(name).length === 0 ? [] : [name],
  );
  return present
    .slice(0, ALIKE_MAX)
    .map((name) =>
      trial(`without service ${name}`, [{ kind: "service-removed", service: serviceId(name) }]),
    );
}

/** One more of each shape that there is. */
function withMoreNodes(tables: Tables): readonly Trial[] {
  const shapes = new Set<string>();
  const trials: Trial[] = [];
  for (const [name, { node }] of tables.Node) {
    const shape = JSON.stringify({ ...node, id: "" });
    if (shapes.has(shape)) continue;
    shapes.add(shape);
    let id = `${name}-more`;
    while (tables.Node.has(id)) id += "-more";
    const event = { kind: "node-added", node: { ...node, id: nodeId(id) } } as const;
    trials.push(trial(`with one more node like ${name}`, [event]));
  }
  return trials.slice(0, ALIKE_MAX);
}

/** Withdrawn, and submitted anew as it might be; and what only takes time. */
function asAnotherJob({ manifest, createdMs, failures }: JobRecord): readonly Trial[] {
  const { job } = toBatchJob(manifest, createdMs);
  const withdrawn: Event = { kind: "job-cancelled", job: job.id };
  const anew = (other: BatchJob): readonly Event[] => [
    withdrawn,
    { kind: "job-submitted", job: other },
  ];
  const roles = job.roles.map((role) => ({ ...role, request: halved(role.request) }));
  const first = { ...job, priority: PRIORITY_MAX };
  const trials = [
    trial("with half of what each member asks for", anew({ ...job, roles })),
    trial("with the highest priority", anew(first)),
  ];
  if (failures === 0) return trials;
  const { backoffMs } = job.retries;
  const laterMs = Math.min(backoffMs * 2 ** (failures - 1), BACKOFF_MS_MAX);
  return [...trials, trial("when its wait after a failure is over", [], laterMs)];
}

const PRIORITY_MAX = 2 ** 31 - 1;
/** Rule J6. */
const BACKOFF_MS_MAX = 3_600_000;

function halved({ cpu, memory, accelerators }: ResourceRequest): ResourceRequest {
  const half = { cpu: milliCpu(Math.floor(cpu / 2)), memory: mib(Math.floor(memory / 2)) };
  if (accelerators === undefined) return half;
  const { count, milli } = accelerators;
  const fewer =
    count > 1
      ? { count: Math.floor(count / 2) }
      : { milli: gpuMilli(Math.max(1, Math.floor(milli / 2))) };
  return { ...half, accelerators: { ...accelerators, ...fewer } };
}
