import { counted } from "../../model/counted.ts";
import type { QueueId } from "../../model/ids.ts";
import type { Queue } from "../../model/queue.ts";
import type { Refusal } from "../../model/refusal.ts";
import { fail, type Result, succeed } from "../../model/result.ts";
import { grown } from "../cluster/grown.ts";
import {
  checkGuarantees,
  checkQueue,
  invalidQueue,
  queueInUse,
  unknownQueue,
} from "./check-queue.ts";
import { NO_PARENT } from "./fair-shares.ts";

/**
 * Which queues there are, how they stand in a tree, and which have jobs (rule Q1). A queue has a
 * row, the same from `set` to `remove`; a row that is free is used again.
 */
export class QueueRows {
  readonly #rowOf = new Map<QueueId, number>();
  readonly #free: number[] = [];
  /** By row, as all below; stale in rows that are free. */
  readonly queues: Queue[] = [];
  /** Row above each row, or NO_PARENT. */
  readonly parents: number[] = [];
  /** Rows below each row, by id. */
  readonly children: number[][] = [];
  /** Jobs that stand in each row. */
  jobs = new Int32Array(0);
  /** Rows without a parent, by id. */
  readonly tops: number[] = [];
  /** All rows in use, level by level: parents before children, siblings by id. */
  order: number[] = [];

  indexOf(id: QueueId): number | undefined {
    return this.#rowOf.get(id);
  }

  /** Why the queue cannot be set (rule Q1), or `undefined`. O(siblings + children). */
  check(queue: Queue): Refusal | undefined {
    const invalid = checkQueue(queue);
    if (invalid !== undefined) return invalid;
    const { id, parent } = queue;
    const row = this.#rowOf.get(id);
    if (row !== undefined) {
      if (this.queues[row].parent !== parent) {
        return invalidQueue(`queue ${id} exists already, under another parent`);
      }
      const excess = checkGuarantees(queue, this.#childrenOf(row));
      if (excess !== undefined) return excess;
    }
    if (parent === undefined) return undefined;
    const above = this.#rowOf.get(parent);
    if (above === undefined) return unknownQueue(parent);
    if (this.jobs[above] > 0) return queueInUse(parent, counted(this.jobs[above], "job"));
    const siblings = this.#childrenOf(above).filter((sibling) => sibling.id !== id);
    return checkGuarantees(this.queues[above], [...siblings, queue]);
  }

  /** Makes the queue or replaces it, and gives its row; refused as `check` says. O(queues). */
  set(queue: Queue): Result<number, Refusal> {
    const refusal = this.check(queue);
    if (refusal !== undefined) return fail(refusal);
    const row = this.#rowOf.get(queue.id) ?? this.#addRow(queue);
    this.queues[row] = queue;
    return succeed(row);
  }

  /** Takes the queue away; refused while it has jobs or children. O(queues). */
  remove(id: QueueId): Result<undefined, Refusal> {
    const row = this.#rowOf.get(id);
    if (row === undefined) return fail(unknownQueue(id));
    const children = this.children[row].length;
    if (children > 0) return fail(queueInUse(id, `${counted(children, "queue")} below it`));
    if (this.jobs[row] > 0) return fail(queueInUse(id, counted(this.jobs[row], "job")));
    const siblings = this.#siblingsOf(row);
    siblings.splice(siblings.indexOf(row), 1);
    this.#rowOf.delete(id);
    this.#free.push(row);
    this.#reorder();
    return succeed(undefined);
  }

  #addRow({ id, parent }: Queue): number {
    const row = this.#free.pop() ?? this.queues.length;
    this.jobs = grown(this.jobs, row + 1);
    this.#rowOf.set(id, row);
    this.parents[row] = parent === undefined ? NO_PARENT : this.#rowOf.get(parent)!;
    this.children[row] = [];
    const siblings = this.#siblingsOf(row);
    const place = siblings.findIndex((sibling) => this.queues[sibling].id > id);
    siblings.splice(place === -1 ? siblings.length : place, 0, row);
    this.#reorder();
    return row;
  }

  #reorder(): void {
    this.order = [...this.tops];
    for (const row of this.order) {
      for (const child of this.children[row]) this.order.push(child);
    }
  }

  /** The list that the row stands in, or is to stand in. */
  #siblingsOf(row: number): number[] {
    const parent = this.parents[row];
    return parent === NO_PARENT ? this.tops : this.children[parent];
  }

  #childrenOf(row: number): Queue[] {
    return this.children[row].map((child) => this.queues[child]);
  }
}
