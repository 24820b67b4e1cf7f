import type { NodeId, WorkId } from "./ids.ts";
import type { Node } from "./node.ts";
import type { ResourceRequest } from "./resources.ts";

/** What an engine or a user tells the scheduler. */
export type Event = NodeAdded | NodeRemoved | WorkSubmitted | WorkEnded;

export interface NodeAdded {
  readonly kind: "node-added";
  readonly node: Node;
}

/** The node holds no work any more and leaves the cluster. */
export interface NodeRemoved {
  readonly kind: "node-removed";
  readonly node: NodeId;
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
