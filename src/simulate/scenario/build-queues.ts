import { type Amounts, RESOURCES } from "../../model/amounts.ts";
import { queueId } from "../../model/ids.ts";
import { suggestName } from "../../model/nearest-name.ts";
import type { Queue } from "../../model/queue.ts";
import { type Room, sayAmount } from "./room.ts";
import type { QueueShape } from "./scenario-shape.ts";
import type { ScenarioText } from "./scenario-text.ts";

/**
 * The tree of queues, parents before their children.
 *
 * @throws InputError for names that are unknown or stand twice, for a circle, and for guarantees
 * that the parent or the cluster cannot give.
 */
export function buildQueues(
  text: ScenarioText,
  shapes: readonly QueueShape[],
  room: Room,
): Queue[] {
  const indexOf = new Map<string, number>();
  for (const [index, { name }] of shapes.entries()) {
    if (indexOf.has(name)) {
      throw text.refuse("duplicate-name", ["queues", index, "name"], `queue ${name} stands twice`);
    }
    indexOf.set(name, index);
  }
  for (const [index, { name, parent }] of shapes.entries()) {
    if (parent === undefined || indexOf.has(parent)) continue;
    const problem = `queue ${name} has the parent "${parent}", which does not exist${suggestName(parent, indexOf.keys())}`;
    throw text.refuse("unknown-name", ["queues", index, "parent"], problem);
  }
  const depths = shapes.map((_, index) => depthOf(text, shapes, indexOf, index));
  const queues = shapes.map((shape) => toQueue(shape));
  checkAmounts(text, queues, indexOf);
  checkCapacity(text, queues, room);
  return queues.toSorted((left, right) => {
    const [before, after] = [indexOf.get(left.id)!, indexOf.get(right.id)!];
    return depths[before] - depths[after] || before - after;
  });
}

/** Number of queues above it. O(depth). */
function depthOf(
  text: ScenarioText,
  shapes: readonly QueueShape[],
  indexOf: ReadonlyMap<string, number>,
  index: number,
): number {
  const above = [shapes[index].name];
  let { parent } = shapes[index];
  while (parent !== undefined) {
    if (above.includes(parent)) {
      const problem = [...above, parent].join(" stands below ");
      throw text.refuse("queue-cycle", ["queues", index, "parent"], problem);
    }
    above.push(parent);
    parent = shapes[indexOf.get(parent)!].parent;
  }
  return above.length - 1;
}

function toQueue({ name, parent, weight, guaranteed, limit, borrows }: QueueShape): Queue {
  return {
    id: queueId(name),
    ...(parent === undefined ? {} : { parent: queueId(parent) }),
    weight,
    guaranteed: toAmounts(guaranteed),
    limit: toAmounts(limit),
    borrows,
  };
}

function toAmounts({ cpu, memory, gpus }: QueueShape["limit"]): Partial<Amounts> {
  return {
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(gpus === undefined ? {} : { gpuMilli: gpus }),
  };
}

/** The tree's own rule (Q1), in words of the file. */
function checkAmounts(
  text: ScenarioText,
  queues: readonly Queue[],
  indexOf: ReadonlyMap<string, number>,
): void {
  for (const { id, guaranteed, limit } of queues) {
    const index = indexOf.get(id)!;
    const children = queues.filter(({ parent }) => parent === id);
    for (const name of RESOURCES) {
      const own = guaranteed[name] ?? 0;
      const most = limit[name] ?? Infinity;
      if (own > most) {
        const problem = `queue ${id} is guaranteed ${sayAmount(name, own)} and limited to ${sayAmount(name, most)}`;
        throw text.refuse("invalid-setting", ["queues", index], problem);
      }
      const below = children.reduce((sum, child) => sum + (child.guaranteed[name] ?? 0), 0);
      if (below <= own) continue;
      const problem = `the queues below ${id} are guaranteed ${sayAmount(name, below)}, and it is guaranteed ${sayAmount(name, own)}`;
      throw text.refuse("guarantee-too-large", ["queues", index], problem);
    }
  }
}

function checkCapacity(text: ScenarioText, queues: readonly Queue[], room: Room): void {
  for (const resource of RESOURCES) {
    let guaranteed = 0;
    for (const [index, queue] of queues.entries()) {
      if (queue.parent !== undefined) continue;
      guaranteed += queue.guaranteed[resource] ?? 0;
      if (guaranteed <= room.total[resource]) continue;
      const problem = `with queue ${queue.id} the queues are guaranteed ${sayAmount(resource, guaranteed)}; the cluster has ${sayAmount(resource, room.total[resource])}`;
      throw text.refuse("guarantee-too-large", ["queues", index], problem);
    }
  }
}
