import type {
  BatchJobManifest,
  ManifestKind,
  ModelServiceManifest,
  QueueManifest,
} from "../manifest/manifest.ts";
import type { eventRecord, objectChange, objectShapes } from "./object-shapes.ts";
import type { Shaped } from "./shape-parts.ts";
import type * as shapes from "./status-shapes.ts";

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
export type Condition = Shaped<typeof shapes.condition>;
export type JobPhase = Shaped<typeof shapes.jobPhase>;
/** One process of a job. */
export type MemberStatus = Shaped<typeof shapes.memberStatus>;
export type BatchJobStatus = Shaped<typeof shapes.batchJobStatus>;
export type ReplicaPhase = Shaped<typeof shapes.replicaPhase>;
export type ReplicaStatus = Shaped<typeof shapes.replicaStatus>;
export type ModelServiceStatus = Shaped<typeof shapes.modelServiceStatus>;
export type QueueStatus = Shaped<typeof shapes.queueStatus>;
export type NodeStatus = Shaped<typeof shapes.nodeStatus>;

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
export type EventRecord = Shaped<typeof eventRecord>;

/** A change of an object, as a watch tells it. */
export interface ObjectChange {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: ApiObject;
}

/** Objects as the API writes them: a spec as in a manifest, so that it can be applied again. */
export type WrittenObjects = {
  readonly [Kind in ObjectKind]: Shaped<(typeof objectShapes)[Kind]>;
};
export type WrittenObject = WrittenObjects[ObjectKind];

/** A change of an object, as the API writes it. */
export type WrittenChange = Shaped<typeof objectChange>;
