import type { Amounts } from "./amounts.ts";
import type { QueueId } from "./ids.ts";

/** A tenant's share of the cluster. Queues form a tree; jobs stand in its leaves. */
export interface Queue {
  readonly id: QueueId;
  /** Absent: the queue stands at the top. */
  readonly parent?: QueueId;
  /** Its part of what its siblings do not need, relative to theirs: an integer of 1 to 1,000,000. */
  readonly weight: number;
  /** What is its own before anything is shared out; a resource not named is 0. */
  readonly guaranteed: Partial<Amounts>;
  /** What it may hold at most; a resource not named is unlimited. */
  readonly limit: Partial<Amounts>;
  /** Whether it may hold more than its guaranteed amounts while others leave theirs idle. */
  readonly borrows: boolean;
}
