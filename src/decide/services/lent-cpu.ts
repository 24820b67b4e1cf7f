import type { ReplicaId } from "../../model/ids.ts";
import type { Overcommit } from "../../model/node.ts";
import { faded, FALL_POWERS } from "./fading.ts";

interface AwakeReplica {
  /** Milli-CPU that it asks for. */
  readonly cpu: number;
  /** Whether it was awake when the node was last observed. */
  isMeasured: boolean;
}

interface NodeUse {
  /** Milli-CPU that may be lent at most. */
  readonly most: number;
  readonly headroom: number;
  readonly awake: Map<ReplicaId, AwakeReplica>;
  /** Milli-CPU that services have used since `sinceMs`. */
  used: number;
  /** What is left of more that they used before, at `sinceMs`. */
  more: number;
  sinceMs: number;
}

export interface SavedUse extends Omit<NodeUse, "awake"> {
  readonly row: number;
  readonly awake: readonly (AwakeReplica & { readonly id: ReplicaId })[];
}

/**
 * What services ask for of CPU and do not use, on nodes that are overcommitted: jobs may borrow it
 * (rule A7). It knows rows of the cluster table and says what each lends.
 */
export class LentCpu {
  readonly #rows = new Map<number, NodeUse>();

  /** A node of `cpu` milli-CPU that may be overcommitted; nothing is lent before it is observed. */
  open(row: number, cpu: number, { cpuMax, headroom }: Overcommit): void {
    const most = Math.floor((cpuMax - 1) * cpu);
    this.#rows.set(row, { most, headroom, awake: new Map(), used: 0, more: 0, sinceMs: 0 });
  }

  close(row: number): void {
    this.#rows.delete(row);
  }

  isOpen(row: number): boolean {
    return this.#rows.has(row);
  }

  /** A replica that asks for `cpu` is awake; it lends nothing before it was measured. */
  enter(row: number, replica: ReplicaId, cpu: number): void {
    this.#rows.get(row)?.awake.set(replica, { cpu, isMeasured: false });
  }

  leave(row: number, replica: ReplicaId): void {
    this.#rows.get(row)?.awake.delete(replica);
  }

  /** Services on the row used so much CPU just now: more counts at once, less fades over 600 s from now on. */
  observe(row: number, nowMs: number, used: number): void {
    const use = this.#rows.get(row)!;
    const before = use.used + faded(use.more, nowMs - use.sinceMs, FALL_POWERS);
    use.used = used;
    use.more = Math.max(0, before - used);
    use.sinceMs = nowMs;
    for (const replica of use.awake.values()) replica.isMeasured = true;
  }

  /** Milli-CPU that the row lends. O(replicas on the row). */
  lentOn(row: number): number {
    const use = this.#rows.get(row);
    if (use === undefined) return 0;
    let asked = 0;
    for (const { cpu, isMeasured } of use.awake.values()) if (isMeasured) asked += cpu;
    const unused = Math.floor(asked - (use.used + use.more) * (1 + use.headroom));
    return Math.max(0, Math.min(unused, use.most));
  }

  save(): SavedUse[] {
    return Array.from(this.#rows, ([row, { awake, ...use }]) => {
      const replicas = Array.from(awake, ([id, replica]) => ({ id, ...replica }));
      return { row, ...use, awake: replicas };
    });
  }

  static restore(saved: readonly SavedUse[]): LentCpu {
    const lent = new LentCpu();
    for (const { row, awake, ...use } of saved) {
      const replicas = awake.map(({ id, ...replica }) => [id, replica] as const);
      lent.#rows.set(row, { ...use, awake: new Map(replicas) });
    }
    return lent;
  }

  /** What is known of a row, in numbers. */
  *content(row: number): Generator<number> {
    const use = this.#rows.get(row);
    if (use === undefined) return;
    yield* [use.most, use.headroom, use.used, use.more, use.sinceMs];
    for (const { cpu, isMeasured } of use.awake.values()) yield isMeasured ? cpu : -cpu;
  }
}
