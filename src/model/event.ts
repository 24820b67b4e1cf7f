import type { DepartureId, JobId, NodeId, QueueId, ReplicaId, ServiceId, WorkId } from "./ids.ts";
import type { BatchJob } from "./job.ts";
import type { Node } from "./node.ts";
import type { Queue } from "./queue.ts";
import type { ResourceRequest } from "./resources.ts";
import type { ModelService } from "./service.ts";
import type { MilliCpu } from "./units.ts";

/** What an engine or a user tells the scheduler. */
export type Event = NodeEvent | WorkEvent | QueueEvent | JobEvent | ServiceEvent | Departed;

export type NodeEvent =
  | NodeAdded
  | NodeRemoved
  | NodeLost
  | NodeDrained
  | NodeOpened
  | DeviceFailed
  | NodeObserved
  | NodePressed;
export type WorkEvent = WorkSubmitted | WorkEnded;
export type QueueEvent = QueueSet | QueueRemoved;
export type JobEvent = JobSubmitted | JobCancelled | JobStarted | JobCheckpointed | JobEnded;
export type ServiceEvent =
  | ServiceSet
  | ServiceRemoved
  | ServiceObserved
  | ReplicaReady
  | ReplicaGone;

export interface NodeAdded {
  readonly kind: "node-added";
  readonly node: Node;
}

/** The node holds no work any more and leaves the cluster. */
export interface NodeRemoved {
  readonly kind: "node-removed";
  readonly node: NodeId;
}

/** The node is gone with everything on it. */
export interface NodeLost {
  readonly kind: "node-lost";
  readonly node: NodeId;
}

/** Nothing may start on the node any more, and what runs there is to move. */
export interface NodeDrained {
  readonly kind: "node-drained";
  readonly node: NodeId;
}

/** A drained node may be used again. */
export interface NodeOpened {
  readonly kind: "node-opened";
  readonly node: NodeId;
}

/** The device is broken for good; what used it is gone. */
export interface DeviceFailed {
  readonly kind: "device-failed";
  readonly node: NodeId;
  /** Index in `Node.devices`. */
  readonly device: number;
}

export interface WorkSubmitted {
  readonly kind: "work-submitted";
  readonly work: WorkId;
  readonly request: ResourceRequest;
}

/** The work finished, failed or was withdrawn; placed or not, it is gone. */
export interface WorkEnded {
  readonly kind: "work-ended";
  readonly work: WorkId;
}

/** A queue is made, or replaced by one of the same id and parent. */
export interface QueueSet {
  readonly kind: "queue-set";
  readonly queue: Queue;
}

/** A queue without jobs and children is taken away. */
export interface QueueRemoved {
  readonly kind: "queue-removed";
  readonly queue: QueueId;
}

export interface JobSubmitted {
  readonly kind: "job-submitted";
  readonly job: BatchJob;
}

/** A user does not want the job any more. */
export interface JobCancelled {
  readonly kind: "job-cancelled";
  readonly job: JobId;
}

/** The whole gang runs: its places were free, its processes are up. */
export interface JobStarted {
  readonly kind: "job-started";
  readonly job: JobId;
  readonly attempt: number;
}

/** What the job has done so far is saved. */
export interface JobCheckpointed {
  readonly kind: "job-checkpointed";
  readonly job: JobId;
  readonly attempt: number;
}

/** The whole gang has ended by itself and left its places. */
export interface JobEnded {
  readonly kind: "job-ended";
  readonly job: JobId;
  readonly attempt: number;
  /** `lost`: how it ended is not known, and the job is not to blame (rule J8). */
  readonly outcome: "succeeded" | "failed" | "lost";
}

/** A service is made, or replaced by one of the same id. */
export interface ServiceSet {
  readonly kind: "service-set";
  readonly service: ModelService;
}

export interface ServiceRemoved {
  readonly kind: "service-removed";
  readonly service: ServiceId;
}

/** Requests of the service, counted since it was set for the first time. */
export interface ServiceObserved {
  readonly kind: "service-observed";
  readonly service: ServiceId;
  readonly requests: RequestCounts;
  /**
   * Awake replicas that serve nothing now: they are retired first. One that is ready later serves
   * nothing until the next observation. Absent: not known.
   */
  readonly idle?: readonly ReplicaId[];
}

/**
 * CPU that services have used on an overcommitted node just now, in milli-CPU: the most of the time
 * since the last observation.
 */
export interface NodeObserved {
  readonly kind: "node-observed";
  readonly node: NodeId;
  readonly cpuUsed: MilliCpu;
}

/**
 * Online work on the node suffers from offline work in spite of all that the engine did to hold it
 * back, or does not any more (rule A8). An engine tells the former again while it lasts, as often as
 * one job fewer has had the time to help, and the latter also when it begins anew.
 */
export interface NodePressed {
  readonly kind: "node-pressed";
  readonly node: NodeId;
  readonly isPressed: boolean;
}

/** Counts of requests: 0 <= ended <= begun <= arrived. Only `begun` may fall. */
export interface RequestCounts {
  readonly arrived: number;
  /**
   * Those that a replica serves or has served. If a replica vanishes from under a request, that
   * one waits again.
   */
  readonly begun: number;
  readonly ended: number;
}

/** The replica is awake and serves. */
export interface ReplicaReady {
  readonly kind: "replica-ready";
  readonly replica: ReplicaId;
}

/** The replica crashed, or could not start or wake: it is gone. */
export interface ReplicaGone {
  readonly kind: "replica-gone";
  readonly replica: ReplicaId;
}

/**
 * What was told to leave has left: stopped, suspended, shrunk or asleep. An engine reports each
 * departure once, even if the node was lost or the job ended meanwhile.
 */
export interface Departed {
  readonly kind: "departed";
  readonly departure: DepartureId;
}
