import type { PlannedEvent } from "../../src/engine/simulated/workload.ts";
import type { Amounts } from "../../src/model/amounts.ts";
import { type QueueId, queueId } from "../../src/model/ids.ts";
import type { Queue } from "../../src/model/queue.ts";
import type { Dice } from "./dice.ts";
import { momentUntil } from "./plan-jobs.ts";

export interface QueuePlan {
  readonly events: readonly PlannedEvent[];
  readonly leaves: readonly QueueId[];
}

/** Devices of a plan's cluster, about; guarantees and limits are parts of it. */
const DEVICES = 24;

/** A tree of one to three levels, whose weights, guarantees and limits change until `untilMs`. */
export function planQueues(dice: Dice, untilMs: number): QueuePlan {
  const queues: Queue[] = [];
  const grow = (parent: Queue | undefined, level: number): void => {
    const count = level === 0 ? dice.from(1, 3) : dice.from(2, 3);
    let left = parent === undefined ? DEVICES * 1000 : (parent.guaranteed.gpuMilli ?? 0);
    for (let index = 0; index < count; index += 1) {
      const id = parent === undefined ? `q${index}` : `${parent.id}.${index}`;
      const own = dice.percent(40) ? 0 : 1000 * dice.from(0, Math.floor(left / 1000));
      left -= own;
      const queue = planQueue(dice, { id, parent: parent?.id, own });
      queues.push(queue);
      if (level < 2 && dice.percent(35)) grow(queue, level + 1);
    }
  };
  grow(undefined, 0);
  const changes = Array.from({ length: dice.of(0, 0, 2, 6) }, () => change(dice, queues, untilMs));
  const parents = new Set(queues.map(({ parent }) => parent));
  return {
    events: [...queues.map((queue) => setAt(0, queue)), ...changes],
    leaves: queues.filter(({ id }) => !parents.has(id)).map(({ id }) => id),
  };
}

/** All queues free of guarantees and limits, leaves first. */
export function openQueues(events: readonly PlannedEvent[], atMs: number): PlannedEvent[] {
  const queues = new Map<QueueId, Queue>();
  for (const { event } of events) {
    if (event.kind === "queue-set") queues.set(event.queue.id, event.queue);
  }
  const levels = (id: QueueId): number => id.split(".").length;
  return [...queues.values()]
    .toSorted((left, right) => levels(right.id) - levels(left.id))
    .map((queue) => setAt(atMs, { ...queue, guaranteed: {}, limit: {}, borrows: true }));
}

function planQueue(
  dice: Dice,
  options: { readonly id: string; readonly parent: QueueId | undefined; readonly own: number },
): Queue {
  const { id, parent, own } = options;
  const guaranteed: Partial<Amounts> = own === 0 ? {} : { gpuMilli: own };
  const limit: Partial<Amounts> = {
    ...(dice.percent(30) && { gpuMilli: own + 1000 * dice.from(0, 8) }),
    ...(dice.percent(15) && { cpu: 1000 * dice.from(2, 30) }),
    ...(dice.percent(10) && { memory: 32 * dice.from(1, 20) }),
  };
  return {
    id: queueId(id),
    ...(parent !== undefined && { parent }),
    weight: dice.of(1, 1, 2, 5),
    guaranteed,
    limit,
    borrows: own === 0 || dice.percent(85),
  };
}

/** One queue gets other numbers; at times such as its parent does not allow. */
function change(dice: Dice, queues: readonly Queue[], untilMs: number): PlannedEvent {
  const { id, parent, guaranteed } = dice.of(...queues);
  const before = guaranteed.gpuMilli ?? 0;
  const own = dice.of(before, before, 0, before + 1000);
  return setAt(momentUntil(dice, untilMs), planQueue(dice, { id, parent, own }));
}

function setAt(atMs: number, queue: Queue): PlannedEvent {
  return { atMs, event: { kind: "queue-set", queue } };
}
