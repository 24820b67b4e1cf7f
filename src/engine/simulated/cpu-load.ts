import type { NodeId } from "../../model/ids.ts";
import type { Node } from "../../model/node.ts";
import { milliCpu, type MilliCpu } from "../../model/units.ts";

/** What became of the CPU of an overcommitted node, in milli-CPU × milliseconds. */
export interface CpuSpent {
  /** What replicas asked for, from the start of loading on. */
  readonly askedMilliMs: number;
  /** What they used of it. */
  readonly usedMilliMs: number;
  /** What jobs asked for: they use all of it. */
  readonly jobsMilliMs: number;
  /** What was asked for in all, as far as it is more than the node has: jobs borrow it. */
  readonly borrowedMilliMs: number;
  /** What jobs asked for and replicas used, as far as it is more than the node has. */
  readonly overloadMilliMs: number;
  /** The longest time without a break in which it was more. */
  readonly overloadMaxMs: number;
}

/** Who asks for CPU of one overcommitted node, and what of it services use. O(1) for each change. */
export class CpuLoad {
  readonly node: NodeId;
  readonly #cpu: number;
  readonly #clock: { readonly nowMs: number };
  readonly #changed: Set<CpuLoad>;
  readonly #spent: { -readonly [Part in keyof CpuSpent]: number } = {
    askedMilliMs: 0,
    usedMilliMs: 0,
    jobsMilliMs: 0,
    borrowedMilliMs: 0,
    overloadMilliMs: 0,
    overloadMaxMs: 0,
  };
  /** Milli-CPU that jobs and replicas ask for. */
  #requested = 0;
  /** Those of replicas, and what they use of them. */
  #asked = 0;
  #used = 0;
  /** Until when `#spent` is written. */
  #sinceMs: number;
  #overloadedSinceMs: number | undefined;
  /** What was told last, and the most since then. */
  #observed = 0;
  #most = 0;
  #changedMs = Number.NEGATIVE_INFINITY;

  /** @param changed where it puts itself when services on the node may use more or less. */
  constructor({ id, cpu }: Node, clock: { readonly nowMs: number }, changed: Set<CpuLoad>) {
    this.node = id;
    this.#cpu = cpu;
    this.#clock = clock;
    this.#changed = changed;
    this.#sinceMs = clock.nowMs;
  }

  /** Jobs and replicas ask for so much more, or less. */
  request(change: number): void {
    this.#advance();
    this.#requested += change;
  }

  /** Replicas ask for so much more of what is requested, and use so much more of it; or less. */
  serve(asked: number, used: number): void {
    this.#advance();
    this.#asked += asked;
    this.#used += used;
    this.#changedMs = this.#clock.nowMs;
    this.#changed.add(this);
  }

  /** Whether services use more than was observed last. */
  get isRisen(): boolean {
    return this.#used > this.#observed;
  }

  /** When replicas last began or ended anything. */
  get changedMs(): number {
    return this.#changedMs;
  }

  /** The most that services have used since they were last observed, and use from now on. */
  observe(): MilliCpu {
    this.#advance();
    this.#observed = Math.max(this.#most, this.#used);
    this.#most = 0;
    return milliCpu(this.#observed);
  }

  /** What became of the CPU until now. */
  get spent(): CpuSpent {
    this.#advance();
    return this.#spent;
  }

  /** What holds only for a moment counts nowhere. */
  #advance(): void {
    const { nowMs } = this.#clock;
    const passedMs = nowMs - this.#sinceMs;
    if (passedMs <= 0) return;
    const spent = this.#spent;
    const jobs = this.#requested - this.#asked;
    const overload = Math.max(0, jobs + this.#used - this.#cpu);
    spent.askedMilliMs += passedMs * this.#asked;
    spent.usedMilliMs += passedMs * this.#used;
    spent.jobsMilliMs += passedMs * jobs;
    spent.borrowedMilliMs += passedMs * Math.max(0, this.#requested - this.#cpu);
    spent.overloadMilliMs += passedMs * overload;
    this.#overloadedSinceMs = overload > 0 ? (this.#overloadedSinceMs ?? this.#sinceMs) : undefined;
    const overloadMs = nowMs - (this.#overloadedSinceMs ?? nowMs);
    spent.overloadMaxMs = Math.max(spent.overloadMaxMs, overloadMs);
    this.#most = Math.max(this.#most, this.#used);
    this.#sinceMs = nowMs;
  }
}
