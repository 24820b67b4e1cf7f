import type { Brand } from "./brand.ts";

/** Name of a node, unique in the cluster. */
export type NodeId = Brand<string, "NodeId">;
/** Name of one piece of work (a pod, a replica), unique until it ends. */
export type WorkId = Brand<string, "WorkId">;
/** Name of a job, unique until it ends. */
export type JobId = Brand<string, "JobId">;
/** Name of a queue. */
export type QueueId = Brand<string, "QueueId">;
/** Name of a service. */
export type ServiceId = Brand<string, "ServiceId">;
/** Name of a replica of a service: the service's name, a slash and a number never used again. */
export type ReplicaId = Brand<string, "ReplicaId">;
/** Number of one order to leave a place; never used again. */
export type DepartureId = Brand<number, "DepartureId">;

/** Longest id in UTF-16 units; Kubernetes' own limit for object names. */
export const ID_LENGTH_MAX = 253;

function toId(value: string, what: string): string {
  if (value.length === 0 || value.length > ID_LENGTH_MAX) {
    throw new RangeError(`${what} must have 1 to ${ID_LENGTH_MAX} characters, not ${value.length}`);
  }
  return value;
}

/** @throws RangeError if `value` is empty or longer than ID_LENGTH_MAX. */
export function nodeId(value: string): NodeId {
  return toId(value, "a node's id") as NodeId;
}

/** @throws RangeError if `value` is empty or longer than ID_LENGTH_MAX. */
export function workId(value: string): WorkId {
  return toId(value, "a work's id") as WorkId;
}

/** @throws RangeError if `value` is empty or longer than ID_LENGTH_MAX. */
export function jobId(value: string): JobId {
  return toId(value, "a job's id") as JobId;
}

/** @throws RangeError if `value` is empty or longer than ID_LENGTH_MAX. */
export function queueId(value: string): QueueId {
  return toId(value, "a queue's id") as QueueId;
}

/** @throws RangeError if `value` is empty or longer than ID_LENGTH_MAX. */
export function serviceId(value: string): ServiceId {
  return toId(value, "a service's id") as ServiceId;
}

/** Id of the service's replica of this number. */
export function replicaId(service: ServiceId, number: number): ReplicaId {
  return `${service}/${number}` as ReplicaId;
}

export function departureId(number: number): DepartureId {
  return number as DepartureId;
}
