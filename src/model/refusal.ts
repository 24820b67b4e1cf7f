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
  "larger-than-cluster": {
    meaning: "The gang would not fit on the nodes even if all of them were empty.",
    cure: "Ask for fewer or smaller members, accept more device kinds, or add nodes.",
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
  "mixed-device-memory": {
    meaning: "A node reports devices of more than one memory size.",
    cure: "Report the devices of each size as a node of their own.",
  },
  "unknown-device": {
    meaning: "The event names a device that the node does not have, or that failed before.",
    cure: "Name devices by their index in the node.",
  },
  "node-closed": {
    meaning: "The node is drained already, or was never drained.",
    cure: "Nothing: the node is in the state that was asked for.",
  },
  "invalid-queue": {
    meaning: "A queue's weight or amounts are outside their ranges, or contradict its limit.",
    cure: "Give a weight of 1 to 1,000,000 and amounts from 0, guaranteed at most the limit.",
  },
  "unknown-queue": {
    meaning: "The event names a queue that does not exist.",
    cure: "Set the queue first (QueueSet).",
  },
  "queue-in-use": {
    meaning: "The queue still has jobs or children, or it would get both.",
    cure: "Submit jobs to leaves only; empty a queue before it is removed or divided.",
  },
  "guarantee-above-parent": {
    meaning: "The children of a queue are guaranteed more than the queue itself.",
    cure: "Lower a child's guaranteed amount, or raise the parent's.",
  },
  "invalid-job": {
    meaning: "A job's roles, times or numbers are outside their ranges.",
    cure: "Give 1 to 64 roles with 1 to 100,000 members in all, min at most max, and times from 0.",
  },
  "duplicate-job": {
    meaning: "A job of this id was already submitted.",
    cure: "Give every job an id of its own.",
  },
  "unknown-job": {
    meaning: "The event names a job that was never submitted or has ended.",
    cure: "Submit it first (JobSubmitted).",
  },
  "stale-attempt": {
    meaning: "The event is about an attempt of the job that is over, or that has not begun.",
    cure: "Nothing: the event came too late.",
  },
  "above-queue-limit": {
    meaning: "The job alone needs more than its queue may ever hold.",
    cure: "Ask for less, or raise the queue's limit.",
  },
  "queue-limit": {
    meaning: "With the job its queue, or one above it, would hold more than its limit.",
    cure: "Wait for the queue's own jobs to end, or raise its limit.",
  },
  "beyond-guarantee": {
    meaning: "The queue does not borrow, and with the job it would hold more than its guarantee.",
    cure: "Wait for the queue's own jobs to end, or let it borrow.",
  },
  "retries-exhausted": {
    meaning: "The job failed more often than its retries allow.",
    cure: "Correct the failure's cause, or allow more retries.",
  },
  "deadline-missed": {
    meaning: "The job had not ended by its deadline.",
    cure: "Submit it earlier, or with a later deadline.",
  },
  "invalid-service": {
    meaning: "A service's replicas, times or numbers are outside their ranges.",
    cure: "Give 0 <= min <= max <= 100,000 replicas, a concurrency from 1, and times from 0.",
  },
  "service-changed": {
    meaning: "A service of this id asks for other resources for its replicas.",
    cure: "Remove the service first, or give the new one an id of its own.",
  },
  "unknown-service": {
    meaning: "The event names a service that does not exist.",
    cure: "Set the service first (ServiceSet).",
  },
  "unknown-replica": {
    meaning: "The event names a replica that does not exist, or that cannot do this now.",
    cure: "Report only replicas that were started and are not gone.",
  },
  "command-not-found": {
    meaning: "The engine finds no program of this name that it may execute.",
    cure: "Name it by its path, or install it where the control plane's PATH leads.",
  },
  "folder-not-found": {
    meaning: "The folder to start in does not exist, or is not named from the root.",
    cure: "Make the folder, and name it by its whole path.",
  },
  "no-container-runtime": {
    meaning: "The engine cannot start images.",
    cure: "Install Podman or Docker on the machine, or name a command.",
  },
  "variable-taken": {
    meaning: "A secret is to be a variable that whatever starts containers may read itself.",
    cure: "Give the variable another name.",
  },
  "cannot-mount": {
    meaning: "A path has a comma, quotation mark or line break, and no container can show it.",
    cure: "Use a home, a folder of checkpoints and a model.path without them.",
  },
  "unknown-secret": {
    meaning: "There is no such entry of a secret.",
    cure: "Make it first: neuraxis secret set NAME KEY.",
  },
  "checkpoint-unusable": {
    meaning: "The folder for checkpoints cannot be made, read or written, or leads elsewhere.",
    cure: "Give it to the control plane's user, or name another path.",
  },
  "cannot-suspend": {
    meaning:
      "The engine cannot stop this where it is: it uses devices, or is in a container apart.",
    cure: "Leave suspension or sleep out: it is stopped and started instead. Podman with crun can.",
  },
  "port-in-use": {
    meaning: "Several replicas would have to listen on the same port of one machine.",
    cure: "Let the engine choose the port (runtime.port.env), or allow one replica.",
  },
  "too-many-replicas": {
    meaning: "The service may have more replicas than one machine keeps apart.",
    cure: "Lower replicas.max.",
  },
  "unknown-departure": {
    meaning: "The event names a departure that was never ordered or has been reported.",
    cure: "Report each departure once.",
  },
} as const;

export type RefusalCode = keyof typeof REFUSAL_CODES;
