import type { DepartureId, JobId, NodeId, ReplicaId, ServiceId, WorkId } from "./ids.ts";
import type { Refusal } from "./refusal.ts";

/** What the scheduler wants done, or says about work that it leaves where it is. */
export type Action = WorkAction | JobAction | ServiceAction;

export type WorkAction = Place | Wait;
export type JobAction =
  | StartJob
  | ResumeJob
  | GrowJob
  | ShrinkJob
  | SuspendJob
  | StopJob
  | WaitJob
  | GiveUpJob;
export type ServiceAction = StartReplica | WakeReplica | SleepReplica | StopReplica | ServiceWaits;

/** Start the work there. The room is already taken in the scheduler's state. */
export interface Place {
  readonly kind: "place";
  readonly work: WorkId;
  readonly node: NodeId;
  /** Indices into the node's devices, ascending; empty for work without accelerators. */
  readonly devices: readonly number[];
}

/** The work stays pending, for this reason. */
export interface Wait {
  readonly kind: "wait";
  readonly work: WorkId;
  readonly refusal: Refusal;
}

/** Where one member of a gang goes. */
export interface MemberPlace {
  /** Number of the member, never used again within the job. */
  readonly member: number;
  /** Name of its role. */
  readonly role: string;
  readonly node: NodeId;
  readonly devices: readonly number[];
}

/** Why something has to leave, and for whom. */
export interface LeaveReason {
  readonly code:
    | "online"
    | "overload"
    | "pressed"
    | "reclaim"
    | "priority"
    | "cancelled"
    | "deadline"
    | "drained"
    | "node-lost"
    | "device-failed"
    | "idle"
    | "removed";
  /** Id of what the room is for; "" where it is for nobody in particular. */
  readonly for: string;
}

/** Start the whole gang, from its last checkpoint if it has one, once `after` have departed. */
export interface StartJob {
  readonly kind: "start-job";
  readonly job: JobId;
  /** From 1, one more with each start; events about an earlier attempt are stale. */
  readonly attempt: number;
  readonly members: readonly MemberPlace[];
  /** What still leaves these places. */
  readonly after: readonly DepartureId[];
}

/** Let a suspended job go on: the same members on the same nodes, the devices may be others. */
export interface ResumeJob {
  readonly kind: "resume-job";
  readonly job: JobId;
  readonly members: readonly MemberPlace[];
  readonly after: readonly DepartureId[];
}

/** Add members to a running elastic job. */
export interface GrowJob {
  readonly kind: "grow-job";
  readonly job: JobId;
  readonly members: readonly MemberPlace[];
  readonly after: readonly DepartureId[];
}

/** Take these members away from a running elastic job. */
export interface ShrinkJob {
  readonly kind: "shrink-job";
  readonly job: JobId;
  readonly members: readonly number[];
  readonly departure: DepartureId;
  readonly reason: LeaveReason;
}

/** Suspend the job in place: off its devices, in host memory. */
export interface SuspendJob {
  readonly kind: "suspend-job";
  readonly job: JobId;
  readonly departure: DepartureId;
  readonly reason: LeaveReason;
}

/** End the job's processes; it is pending again, or gone. */
export interface StopJob {
  readonly kind: "stop-job";
  readonly job: JobId;
  /** Whether it takes a checkpoint first. */
  readonly save: boolean;
  readonly departure: DepartureId;
  readonly reason: LeaveReason;
}

/** The job stays pending, for this reason. Said once for each reason. */
export interface WaitJob {
  readonly kind: "wait-job";
  readonly job: JobId;
  readonly refusal: Refusal;
}

/** The job will never run (again), for this reason; the scheduler has forgotten it. */
export interface GiveUpJob {
  readonly kind: "give-up-job";
  readonly job: JobId;
  readonly refusal: Refusal;
}

/** Start a replica where its model is not resident. */
export interface StartReplica {
  readonly kind: "start-replica";
  readonly service: ServiceId;
  readonly replica: ReplicaId;
  readonly node: NodeId;
  readonly devices: readonly number[];
  readonly after: readonly DepartureId[];
}

/** Wake a sleeping replica on the node where it sleeps. */
export interface WakeReplica {
  readonly kind: "wake-replica";
  readonly service: ServiceId;
  readonly replica: ReplicaId;
  readonly devices: readonly number[];
  readonly after: readonly DepartureId[];
}

/** Take no new request, finish those begun, then sleep. */
export interface SleepReplica {
  readonly kind: "sleep-replica";
  readonly service: ServiceId;
  readonly replica: ReplicaId;
  readonly departure: DepartureId;
}

/** Take no new request, finish those begun, then end. */
export interface StopReplica {
  readonly kind: "stop-replica";
  readonly service: ServiceId;
  readonly replica: ReplicaId;
  readonly departure: DepartureId;
  readonly reason: LeaveReason;
}

/** The service has fewer awake replicas than it needs, for this reason. Said once for each. */
export interface ServiceWaits {
  readonly kind: "service-waits";
  readonly service: ServiceId;
  readonly refusal: Refusal;
}
