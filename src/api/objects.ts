import type {
  BatchJobManifest,
  ManifestKind,
  ModelServiceManifest,
  QueueManifest,
} from "../manifest/manifest.ts";
import type { Amounts } from "../model/amounts.ts";

/** Kinds that people write, and kinds that are only observed. */
export type ObjectKind = ManifestKind | "Node" | "Replica";

/** What the control plane adds to `metadata`. */
interface Kept {
  /** Unique for all time, though a name is used again. */
  readonly uid: string;
  /** Changes with every change of the object, status included. Opaque; equal or not, no more. */
  readonly resourceVersion: string;
  /** One more with each change of `spec`. */
  readonly generation: number;
  /** ISO 8601, as are all times here. */
  readonly createdAt: string;
  /** Asked to go, and not gone yet. */
  readonly deletedAt?: string;
}

/** A manifest as the control plane keeps it: what was asked for, and what has come of it. */
type KeptObject<Stated extends { readonly metadata: object }, Status> = Omit<Stated, "metadata"> & {
  readonly metadata: Stated["metadata"] & Kept;
  readonly status: Status;
};

/** One statement about an object, and since when it is so. */
export interface Condition {
  /** Such as `Scheduled`, `Running`, `Ready`, `Throttled`. */
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** A code that programs may compare, such as `no-room-now` or `online`. */
  readonly reason: string;
  /** A sentence for people, with the numbers. */
  readonly message: string;
  readonly since: string;
}

export type JobPhase =
  | "Pending"
  | "Starting"
  | "Running"
  | "Suspended"
  | "Leaving"
  | "Succeeded"
  | "Failed"
  | "Cancelled";

/** One process of a job. */
export interface MemberStatus {
  readonly member: number;
  readonly role: string;
  readonly node: string;
  readonly devices: readonly number[];
}

export interface BatchJobStatus {
  readonly phase: JobPhase;
  /** Starts so far. */
  readonly attempt: number;
  /** Failures of its own so far. */
  readonly failures: number;
  readonly members: readonly MemberStatus[];
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Of the newest checkpoint that was seen. */
  readonly checkpointedAt?: string;
  readonly conditions: readonly Condition[];
}

export type ReplicaPhase = "Starting" | "Ready" | "Sleeping" | "Waking" | "Leaving";

export interface ReplicaStatus {
  readonly service: string;
  readonly node: string;
  readonly devices: readonly number[];
  readonly phase: ReplicaPhase;
  readonly since: string;
}

export interface ModelServiceStatus {
  readonly replicas: { readonly ready: number; readonly starting: number; readonly asleep: number };
  /** Where its requests go, whichever replica serves them; absent where the engine has no such. */
  readonly endpoint?: string;
  readonly requests: { readonly arrived: number; readonly begun: number; readonly ended: number };
  readonly conditions: readonly Condition[];
}

export interface QueueStatus {
  readonly pending: number;
  readonly running: number;
  readonly held: Amounts;
  readonly conditions: readonly Condition[];
}

export interface NodeStatus {
  /** Milli-CPU. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly devices: readonly { readonly kind: string; readonly memory: number }[];
  /** Promised to what runs or is about to. */
  readonly held: Amounts;
  readonly conditions: readonly Condition[];
}

export type BatchJobObject = KeptObject<BatchJobManifest, BatchJobStatus>;
export type ModelServiceObject = KeptObject<ModelServiceManifest, ModelServiceStatus>;
export type QueueObject = KeptObject<QueueManifest, QueueStatus>;

/** What exists without having been asked for by a manifest. */
interface Observed<Kind extends string, Status> {
  readonly apiVersion: BatchJobManifest["apiVersion"];
  readonly kind: Kind;
  readonly metadata: { readonly name: string } & Kept;
  readonly status: Status;
}

export type NodeObject = Observed<"Node", NodeStatus>;
export type ReplicaObject = Observed<"Replica", ReplicaStatus>;

export type ApiObject =
  | BatchJobObject
  | ModelServiceObject
  | QueueObject
  | NodeObject
  | ReplicaObject;

/** Something that happened to an object, for people. */
export interface EventRecord {
  /** Rising; never used again. */
  readonly sequence: number;
  readonly at: string;
  readonly about: { readonly kind: ObjectKind; readonly name: string };
  readonly type: "Normal" | "Warning";
  /** A code such as `started`, `suspended`, `frozen`. */
  readonly reason: string;
  readonly message: string;
}

/** A change of an object, as a watch tells it. */
export interface ObjectChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: ApiObject;
}
