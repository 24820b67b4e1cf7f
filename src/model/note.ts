/**
 * Something that an engine saw or did that decides nothing and that people want to know: how a
 * process ended, that offline work was throttled, that a replica is not ready yet.
 */
export interface Note {
  readonly about: {
    readonly kind: "BatchJob" | "ModelService" | "Replica" | "Node";
    readonly name: string;
  };
  readonly type: "Normal" | "Warning";
  /** A code such as `member-exited`, `out-of-memory`, `throttled`, `frozen`, `released`. */
  readonly reason: string;
  /** A sentence for people, with the numbers. */
  readonly message: string;
  /**
   * How a member of a job ended that did not end well, as shells tell it: 0 to 255, 128 and the
   * signal's number if one has ended it.
   */
  readonly exit?: { readonly attempt: number; readonly code: number };
  /** What is so about the object until another note of this type: `Throttled`, `Isolated`. */
  readonly condition?: { readonly type: string; readonly status: "True" | "False" };
}
