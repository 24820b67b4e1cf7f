import type { NodeId, WorkId } from "./ids.ts";
import type { Refusal } from "./refusal.ts";

/** What the scheduler wants done, or says about work that it leaves where it is. */
export type Action = Place | Wait;

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
