import { RESOURCES } from "../../model/amounts.ts";
import type { QueueId } from "../../model/ids.ts";
import type { Queue } from "../../model/queue.ts";
import type { CanNever, CannotNow } from "../../model/refusal.ts";

/** Largest weight of a queue. */
const WEIGHT_MAX = 1_000_000;

/** Why the queue can stand in no tree: its own numbers (rule Q1); or `undefined`. */
export function checkQueue({ id, weight, guaranteed, limit }: Queue): CanNever | undefined {
  if (!Number.isInteger(weight) || weight < 1 || weight > WEIGHT_MAX) {
    return invalidQueue(`queue ${id} has weight ${weight}; it must be 1 to ${WEIGHT_MAX}`);
  }
  for (const name of RESOURCES) {
    const own = guaranteed[name] ?? 0;
    const most = limit[name];
    if (!isAmount(own)) return invalidQueue(`queue ${id} is guaranteed ${own} ${name}`);
    if (most === undefined) continue;
    if (!isAmount(most)) return invalidQueue(`queue ${id} is limited to ${most} ${name}`);
    if (own > most) {
      return invalidQueue(`queue ${id} is guaranteed ${own} ${name} and limited to ${most}`);
    }
  }
  return undefined;
}

/** Why these may not be all the children of the parent: their guarantees (rule Q1); or `undefined`. */
export function checkGuarantees(parent: Queue, children: readonly Queue[]): CanNever | undefined {
  for (const name of RESOURCES) {
    const own = parent.guaranteed[name] ?? 0;
    const below = children.reduce((sum, { guaranteed }) => sum + (guaranteed[name] ?? 0), 0);
    if (below > own) {
      const message = `the children of queue ${parent.id} would be guaranteed ${below} ${name}, and it is guaranteed ${own}`;
      return { kind: "can-never", code: "guarantee-above-parent", message };
    }
  }
  return undefined;
}

export function invalidQueue(message: string): CanNever {
  return { kind: "can-never", code: "invalid-queue", message };
}

export function unknownQueue(id: QueueId): CanNever {
  return { kind: "can-never", code: "unknown-queue", message: `queue ${id} does not exist` };
}

/** The queue still has `what`, a number of jobs or queues. */
export function queueInUse(id: QueueId, what: string): CannotNow {
  return { kind: "cannot-now", code: "queue-in-use", message: `queue ${id} has ${what}` };
}

/** Amounts are sums over many nodes: they may pass QUANTITY_MAX, and stay exact. */
function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
