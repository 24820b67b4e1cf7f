/**
 * Why something was not done. The three kinds ask for three different reactions: wait, change the
 * request or the cluster, report a bug.
 */
export type Refusal = CannotNow | CanNever | InternalError;

/** Room exists in principle and is taken at present: waiting may help. */
export interface CannotNow {
  readonly kind: "cannot-now";
  readonly code: RefusalCode;
  readonly message: string;
}

/** No amount of waiting helps: the request or the cluster has to change. */
export interface CanNever {
  readonly kind: "can-never";
  readonly code: RefusalCode;
  readonly message: string;
}

/** A broken promise of this program. */
export interface InternalError {
  readonly kind: "internal-error";
  readonly code: RefusalCode;
  readonly message: string;
}

/** Every code of a refusal, with its meaning and cure. */
export const REFUSAL_CODES = {
  "no-room-now": {
    meaning: "Each node that could hold the work lacks CPU, memory or devices at the moment.",
    cure: "Wait for running work to end, or add nodes.",
  },
  "larger-than-any-node": {
    meaning: "No node could hold the work even if the node were empty.",
    cure: "Ask for less, accept more device kinds, or add a larger node.",
  },
  "duplicate-node": {
    meaning: "A node of this id is already in the cluster.",
    cure: "Give every node an id of its own.",
  },
  "unknown-node": {
    meaning: "The event names a node that is not in the cluster.",
    cure: "Report the node first (NodeAdded).",
  },
  "mixed-device-kinds": {
    meaning: "A node reports devices of more than one kind.",
    cure: "Report the devices of each kind as a node of their own.",
  },
  "too-many-device-kinds": {
    meaning: "The cluster would have more device kinds than one scheduler can tell apart.",
    cure: "Merge kinds that are interchangeable.",
  },
  "invalid-node": {
    meaning: "A node's quantities are outside their ranges.",
    cure: "Report integers: CPU in milli, memory in MiB, free milli of 0 to 1000 for each device.",
  },
  "invalid-request": {
    meaning: "A request's quantities are outside their ranges.",
    cure: "Ask for integers: at least one device, each of 1 to 1000 milli.",
  },
  "duplicate-work": {
    meaning: "A piece of work of this id was already submitted.",
    cure: "Give every piece of work an id of its own.",
  },
  "unknown-work": {
    meaning: "The event names a piece of work that was never submitted or has ended.",
    cure: "Submit it first (WorkSubmitted).",
  },
  "node-not-empty": {
    meaning: "The node to be removed still runs work.",
    cure: "End the work on it first (WorkEnded).",
  },
} as const;

export type RefusalCode = keyof typeof REFUSAL_CODES;
