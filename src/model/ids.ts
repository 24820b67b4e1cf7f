import type { Brand } from "./brand.ts";

/** Name of a node, unique in the cluster. */
export type NodeId = Brand<string, "NodeId">;
/** Name of one piece of work (a pod, a replica), unique until it ends. */
export type WorkId = Brand<string, "WorkId">;

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
