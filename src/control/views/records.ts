import type { Condition, JobPhase, MemberStatus, ObjectKind } from "../../api/objects.ts";
import type {
  BatchJobManifest,
  ModelServiceManifest,
  QueueManifest,
} from "../../manifest/manifest.ts";
import type { RequestCounts } from "../../model/event.ts";
import type { Node } from "../../model/node.ts";
import type { Refusal } from "../../model/refusal.ts";

/** What is kept of every object. Records are plain data: JSON and back gives the same. */
export interface KeptRecord {
  readonly uid: string;
  /** Of the last change; 0 before it was ever told. */
  version: number;
  generation: number;
  readonly createdMs: number;
  /** When it was asked to go. */
  deletedMs?: number;
  conditions: ConditionRecord[];
}

export interface ConditionRecord extends Omit<Condition, "since"> {
  readonly sinceMs: number;
}

/**
 * Where a job stands, as the scheduler has it:
 *
 *     waiting ──start──► starting ──started──► running ──ended──► ended, or waiting to be retried
 *        ▲                  └───────┬─────────────┘
 *        │                  stop or suspend
 *        └──────departed─────── leaving ──departed──► suspended ──resume──► running (or starting)
 *
 * What is to end for good (`ending`) ends where it would wait.
 */
export type JobStage = "waiting" | "starting" | "running" | "leaving" | "suspended" | "ended";

export interface JobRecord extends KeptRecord {
  manifest: BatchJobManifest;
  stage: JobStage;
  attempt: number;
  /** Whether this attempt was up at some time. */
  hasBegun: boolean;
  failures: number;
  members: readonly MemberStatus[];
  /** The order to leave that is not over, and where it leads. */
  leaving?: { readonly departure: number; readonly goal: "waiting" | "suspended" };
  /** Why it waits, or was given up, in the scheduler's words. */
  refusal?: Refusal;
  /** How it ends, once it has left. */
  ending?: Extract<JobPhase, "Succeeded" | "Failed" | "Cancelled">;
  /** The first bad end of the newest attempt that has one. */
  exit?: { readonly attempt: number; readonly code: number };
  startedMs?: number;
  endedMs?: number;
  checkpointedMs?: number;
}

export interface ServiceRecord extends KeptRecord {
  /** What people want. */
  manifest: ModelServiceManifest;
  /** What replicas run: another one until those of an earlier manifest have left. */
  live: ModelServiceManifest;
  /** How often the scheduler was told to make it. */
  incarnation: number;
  /** The scheduler was told to take it away: all replicas leave. */
  isRemoved: boolean;
  requests: RequestCounts;
}

export interface ReplicaRecord extends KeptRecord {
  readonly service: string;
  readonly node: string;
  devices: readonly number[];
  stage: "starting" | "ready" | "waking" | "asleep" | "stopping";
  /** The order to leave that is not over. */
  departure?: number;
  sinceMs: number;
}

export interface QueueRecord extends KeptRecord {
  manifest: QueueManifest;
}

export interface NodeRecord extends KeptRecord {
  readonly node: Node;
  failedDevices: readonly number[];
}

export interface RecordOf {
  readonly BatchJob: JobRecord;
  readonly ModelService: ServiceRecord;
  readonly Replica: ReplicaRecord;
  readonly Queue: QueueRecord;
  readonly Node: NodeRecord;
}

/** Whether what a kind and a name stand for may be compared by this text. */
export function keyOf(kind: ObjectKind, name: string): string {
  return `${kind}/${name}`;
}

/** The statement of this type, replaced; `sinceMs` stays while status and reason do. */
export function setCondition(record: KeptRecord, condition: ConditionRecord): void {
  const known = record.conditions.find(({ type }) => type === condition.type);
  const isSame = known?.status === condition.status && known.reason === condition.reason;
  const next = isSame ? { ...condition, sinceMs: known.sinceMs } : condition;
  const others = record.conditions.filter(({ type }) => type !== condition.type);
  record.conditions = [...others, next];
}

export function dropCondition(record: KeptRecord, type: string): void {
  record.conditions = record.conditions.filter((condition) => condition.type !== type);
}
