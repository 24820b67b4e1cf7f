import { isDeepStrictEqual } from "node:util";
import type { AppliedObject } from "../api/answers.ts";
import type { Scheduler } from "../decide/scheduler.ts";
import type { BatchJobManifest, Manifest, ModelServiceManifest } from "../manifest/manifest.ts";
import { toBatchJob } from "../manifest/to-batch-job.ts";
import { toModelService } from "../manifest/to-model-service.ts";
import { toQueue } from "../manifest/to-queue.ts";
import type { Event } from "../model/event.ts";
import { serviceId } from "../model/ids.ts";
import { nearestName } from "../model/nearest-name.ts";
import type { Refusal } from "../model/refusal.ts";
import { fail, type Result, succeed } from "../model/result.ts";
import { milliseconds } from "../model/units.ts";
import { unreachable } from "../model/unreachable.ts";
import type { ApiFailure } from "./control-plane.ts";
import { failure, refused, versionConflict } from "./failures.ts";
import type { Change } from "./journal/journal.ts";
import { keyOf, type ServiceRecord } from "./views/records.ts";
import type { Views } from "./views/views.ts";

/** What a command works on; the views say what the scheduler has, of no earlier and no later turn. */
export interface CommandGround {
  readonly scheduler: Scheduler;
  /** A scheduler that knows nothing, to ask whether something could be at all. */
  readonly blank: () => Scheduler;
  readonly views: Views;
  readonly nowMs: number;
  readonly newUid: () => string;
}

/** What a command adds to the journal. */
export interface Taken {
  readonly changes: readonly Change[];
  readonly events: readonly Event[];
}

export interface TakenManifests extends Taken {
  readonly outcomes: readonly Pick<AppliedObject, "kind" | "name" | "outcome">[];
}

interface RefusedManifest {
  readonly manifest: Manifest;
  readonly refusal: Refusal;
}

/** What one manifest comes to. */
interface Intent {
  readonly manifest: Manifest;
  readonly outcome: AppliedObject["outcome"];
  readonly change?: Change;
  readonly event?: Event;
}

/**
 * Takes all manifests into the scheduler, or none. Queues come first, whatever their order; what
 * they refuse each other only in one order is no refusal. O(state) for more than one event.
 */
export function applyManifests(
  manifests: readonly Manifest[],
  versions: ReadonlyMap<string, string>,
  ground: CommandGround,
): Result<TakenManifests, ApiFailure> {
  const intents: Intent[] = [];
  for (const manifest of manifests) {
    const conflict = findConflict(manifest, versions, ground.views);
    if (conflict !== undefined) return fail(conflict);
    const intent = intend(manifest, ground);
    if (!intent.ok) return intent;
    intents.push(intent.value);
  }
  const surplus = findSurplus(intents, ground.views);
  if (surplus !== undefined) return fail(surplus);
  const eventful = intents.filter(({ event }) => event !== undefined);
  const { scheduler, nowMs } = ground;
  const isOne = eventful.length <= 1;
  const taken = takeInOrder(eventful, isOne ? scheduler : scheduler.fork(), nowMs);
  if (!taken.ok) return fail(refusedManifest(taken.reason, manifests, ground.views));
  if (!isOne) for (const event of taken.value) scheduler.apply(event, milliseconds(nowMs));
  return succeed({
    changes: intents.flatMap(({ change }) => change ?? []),
    events: taken.value,
    outcomes: intents.map(({ manifest: { kind, metadata }, outcome }) => ({
      kind,
      name: metadata.name,
      outcome,
    })),
  });
}

/** Objects that are kept at most; those that have ended count while they are remembered. */
const OBJECTS_MAX = { BatchJob: 100_000, ModelService: 1000, Queue: 10_000 } as const;

/** Commands of one turn do not see each other's objects: a turn may exceed the bounds by its own. */
function findSurplus(intents: readonly Intent[], views: Views): ApiFailure | undefined {
  for (const kind of ["BatchJob", "ModelService", "Queue"] as const) {
    const created = intents.filter(
      ({ manifest, outcome }) => manifest.kind === kind && outcome === "created",
    );
    const [max, count] = [OBJECTS_MAX[kind], views.tables[kind].size];
    if (created.length === 0 || count + created.length <= max) continue;
    const message = `there are ${count} objects of kind ${kind}; with ${created.length} more there would be over ${max}`;
    return failure("too-many-objects", message);
  }
  return undefined;
}

/** Whether the object exists and is wanted just so. */
export function isUnchanged({ kind, metadata, spec }: Manifest, views: Views): boolean {
  const known = views.record(kind, metadata.name)?.manifest;
  return known !== undefined && isDeepStrictEqual([known.metadata, known.spec], [metadata, spec]);
}

function findConflict(
  { kind, metadata: { name } }: Manifest,
  versions: ReadonlyMap<string, string>,
  views: Views,
): ApiFailure | undefined {
  const record = views.record(kind, name);
  const wanted = versions.get(keyOf(kind, name));
  if (wanted !== undefined && wanted !== String(record?.version)) {
    return versionConflict(kind, name, record?.version, wanted);
  }
  if (record?.deletedMs === undefined) return undefined;
  const message = `${kind} ${name} was deleted, and its processes have not ended yet`;
  return failure("version-conflict", message, "Apply it again when it is gone.");
}

function intend(manifest: Manifest, ground: CommandGround): Result<Intent, ApiFailure> {
  const { views, nowMs, newUid } = ground;
  if (isUnchanged(manifest, views)) return succeed({ manifest, outcome: "unchanged" });
  const { kind, metadata, spec } = manifest;
  const record = views.record(kind, metadata.name);
  const uid = record?.uid ?? newUid();
  const change = { kind: "applied", manifest, uid } as const;
  const outcome = record === undefined ? "created" : "configured";
  const intent = { manifest, outcome, change } as const;
  // Labels and annotations are nothing to the scheduler.
  if (isDeepStrictEqual(record?.manifest.spec, spec)) return succeed(intent);
  switch (manifest.kind) {
    case "Queue":
      return succeed({ ...intent, event: { kind: "queue-set", queue: toQueue(manifest) } });
    case "BatchJob":
      if (record !== undefined) return fail(jobsDoNotChange(manifest));
      return succeed({ ...intent, event: submission(manifest, nowMs) });
    case "ModelService": {
      const event = serviceEvent(manifest, ground);
      if (!event.ok) return event;
      return succeed(event.value === undefined ? intent : { ...intent, event: event.value });
    }
    default:
      return unreachable(manifest);
  }
}

function submission(manifest: BatchJobManifest, nowMs: number): Event {
  return { kind: "job-submitted", job: toBatchJob(manifest, nowMs).job };
}

function jobsDoNotChange({ kind, metadata: { name } }: BatchJobManifest): ApiFailure {
  const cure = "Delete it first, or give the new one another name.";
  const message = `${kind} ${name} exists already with another spec, and what a job is to do does not change`;
  return { code: "refused-object", message, cure, refusal: "duplicate-job" };
}

/**
 * A change of what replicas run or hold replaces them all: the service is taken away, and made anew
 * once they have left. Any other change is one of the service that there is.
 */
function serviceEvent(
  manifest: ModelServiceManifest,
  { views, blank }: CommandGround,
): Result<Event | undefined, ApiFailure> {
  const { name } = manifest.metadata;
  const { service } = toModelService(manifest);
  const record = views.record("ModelService", name);
  const set: Event = { kind: "service-set", service };
  if (record === undefined || (!record.isRemoved && runsTheSame(record, manifest))) {
    return succeed(set);
  }
  const possible = blank().apply(set);
  if (!possible.ok) return fail(refused("ModelService", name, possible.reason));
  const removal = { kind: "service-removed", service: serviceId(name) } as const;
  return succeed(record.isRemoved ? undefined : removal);
}

function runsTheSame({ live }: ServiceRecord, manifest: ModelServiceManifest): boolean {
  const before = toModelService(live);
  const now = toModelService(manifest);
  return isDeepStrictEqual(
    [before.launch, before.service.request],
    [now.launch, now.service.request],
  );
}

/** Queues until none of them is taken any more, then the rest as given; the events as taken. */
function takeInOrder(
  intents: readonly Intent[],
  scheduler: Scheduler,
  nowMs: number,
): Result<readonly Event[], RefusedManifest> {
  const events: Event[] = [];
  const take = ({ event }: Intent): Refusal | undefined => {
    const result = scheduler.apply(event!, milliseconds(nowMs));
    if (!result.ok) return result.reason;
    events.push(event!);
    return undefined;
  };
  let queues = intents.filter(({ manifest }) => manifest.kind === "Queue");
  for (let left = queues.length; left > 0; left = queues.length) {
    const untaken: Intent[] = [];
    let first: RefusedManifest | undefined;
    for (const intent of queues) {
      const refusal = take(intent);
      if (refusal === undefined) continue;
      untaken.push(intent);
      first ??= { manifest: intent.manifest, refusal };
    }
    if (first !== undefined && untaken.length === left) return fail(first);
    queues = untaken;
  }
  for (const intent of intents.filter(({ manifest }) => manifest.kind !== "Queue")) {
    const refusal = take(intent);
    if (refusal !== undefined) return fail({ manifest: intent.manifest, refusal });
  }
  return succeed(events);
}

const UNKNOWN_QUEUE_CURE = "Apply the queue first, or name another: neuraxis get queues.";

/** What its user is told; of a queue that there is not, which one was probably meant. */
function refusedManifest(
  { manifest, refusal }: RefusedManifest,
  manifests: readonly Manifest[],
  views: Views,
): ApiFailure {
  const { kind, metadata, spec } = manifest;
  const why = refused(kind, metadata.name, refusal);
  if (refusal.code !== "unknown-queue") return why;
  const wanted = "queue" in spec ? spec.queue : "parent" in spec ? spec.parent : undefined;
  const applied = manifests.filter((other) => other.kind === "Queue" && other !== manifest);
  const known = [...views.tables.Queue.keys(), ...applied.map((queue) => queue.metadata.name)];
  const nearest = nearestName(wanted ?? "", known);
  const hint = nearest === undefined ? "" : `Did you mean "${nearest}"? `;
  return { ...why, cure: `${hint}${UNKNOWN_QUEUE_CURE}` };
}
