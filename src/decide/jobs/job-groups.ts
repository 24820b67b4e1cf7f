import type { Amounts } from "../../model/amounts.ts";
import type { JobRecord } from "./job-record.ts";

/** Bits that tell groups apart on a row; groups beyond them share one. */
const BITS = 30;

/** Running jobs that are alike to whoever would make them leave (rule V6). */
export interface JobGroup {
  readonly leaf: number;
  readonly priority: number;
  /** Of each resource 1 if its jobs hold some, or 0. */
  readonly holds: Amounts;
  /** Its bit in the mask of a row. */
  readonly bit: number;
  /** Changes of the cluster table when its first job had taken its room. */
  readonly madeAt: number;
  /** Jobs that run, 1 or more. */
  running: number;
}

/** Groups of running jobs: a few for each leaf, however many jobs there are. */
export class JobGroups {
  #byLeaf = new Map<number, Map<string, JobGroup>>();
  #made = 0;

  /** Groups of the leaf, in order of their making. */
  of(leaf: number): Iterable<JobGroup> {
    return this.#byLeaf.get(leaf)?.values() ?? [];
  }

  *all(): Generator<JobGroup> {
    for (const groups of this.#byLeaf.values()) yield* groups.values();
  }

  /** The job starts to run, in this group; the table has seen so many changes, its own among them. */
  join({ leaf, job, amounts }: JobRecord, changes: number): JobGroup {
    const holds = {
      cpu: one(amounts.cpu),
      memory: one(amounts.memory),
      gpuMilli: one(amounts.gpuMilli),
    };
    const key = keyOf(job.priority, holds);
    let groups = this.#byLeaf.get(leaf);
    if (groups === undefined) this.#byLeaf.set(leaf, (groups = new Map()));
    let group = groups.get(key);
    if (group === undefined) {
      const bit = 1 << (this.#made % BITS);
      group = { leaf, priority: job.priority, holds, bit, madeAt: changes, running: 0 };
      this.#made += 1;
      groups.set(key, group);
    }
    group.running += 1;
    return group;
  }

  /** One of its jobs runs no more. */
  leave(group: JobGroup): void {
    group.running -= 1;
    if (group.running > 0) return;
    const groups = this.#byLeaf.get(group.leaf)!;
    groups.delete(keyOf(group.priority, group.holds));
    if (groups.size === 0) this.#byLeaf.delete(group.leaf);
  }

  /** A copy, and the copy of each group. */
  fork(): { readonly groups: JobGroups; readonly copies: ReadonlyMap<JobGroup, JobGroup> } {
    const groups = new JobGroups();
    const copies = new Map<JobGroup, JobGroup>();
    groups.#made = this.#made;
    for (const [leaf, own] of this.#byLeaf) {
      const made = new Map<string, JobGroup>();
      for (const [key, group] of own) {
        const copy = { ...group };
        copies.set(group, copy);
        made.set(key, copy);
      }
      groups.#byLeaf.set(leaf, made);
    }
    return { groups, copies };
  }
}

function one(amount: number): number {
  return amount > 0 ? 1 : 0;
}

function keyOf(priority: number, { cpu, memory, gpuMilli }: Amounts): string {
  return `${priority} ${cpu}${memory}${gpuMilli}`;
}
