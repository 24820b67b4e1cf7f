import { RESOURCES } from "../../model/amounts.ts";
import { resourcesOf } from "../queues/resource-bits.ts";
import type { JobRecord } from "./job-record.ts";

/** Bits that tell groups apart on a row; groups beyond them share one. */
const BITS = 30;
/** Sets of resources that a job may hold. */
const RESOURCE_SETS = 2 ** RESOURCES.length;

/** Running jobs that are alike to whoever would make them leave (rule V6). */
export interface JobGroup {
  readonly leaf: number;
  readonly priority: number;
  /** Resources of which its jobs hold some, as bits. */
  readonly holds: number;
  /** A small number that no other group has while this one is there. */
  readonly slot: number;
  /** Its bit in the mask of a row. */
  readonly bit: number;
  /** Jobs that run, 1 or more. */
  running: number;
}

/** Groups of running jobs: a few for each leaf, however many jobs there are. */
export class JobGroups {
  readonly #byLeaf = new Map<number, Map<number, JobGroup>>();
  /** By slot whether a group has it. */
  readonly #slots: boolean[] = [];
  /** Grows when a group is made, or ceases to be. */
  version = 0;

  /** Groups of the leaf, in order of their making. */
  of(leaf: number): Iterable<JobGroup> {
    return this.#byLeaf.get(leaf)?.values() ?? [];
  }

  /** Leaves with a group. */
  leaves(): Iterable<number> {
    return this.#byLeaf.keys();
  }

  /** The job starts to run, in this group. */
  join({ leaf, job, amounts }: JobRecord): JobGroup {
    const holds = resourcesOf(amounts);
    const key = keyOf(job.priority, holds);
    let groups = this.#byLeaf.get(leaf);
    if (groups === undefined) this.#byLeaf.set(leaf, (groups = new Map()));
    let group = groups.get(key);
    if (group === undefined) {
      const free = this.#slots.indexOf(false);
      const slot = free === -1 ? this.#slots.length : free;
      const bit = 1 << (slot % BITS);
      group = { leaf, priority: job.priority, holds, slot, bit, running: 0 };
      this.#slots[slot] = true;
      this.version += 1;
      groups.set(key, group);
    }
    group.running += 1;
    return group;
  }

  /** One of its jobs runs no more. */
  leave(group: JobGroup): void {
    group.running -= 1;
    if (group.running > 0) return;
    this.#slots[group.slot] = false;
    this.version += 1;
    const groups = this.#byLeaf.get(group.leaf)!;
    groups.delete(keyOf(group.priority, group.holds));
    if (groups.size === 0) this.#byLeaf.delete(group.leaf);
  }
}

/** Groups of one leaf are told apart by a number: priorities are integers of 32 bits. */
function keyOf(priority: number, holds: number): number {
  return priority * RESOURCE_SETS + holds;
}
