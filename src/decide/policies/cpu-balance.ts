import { countUpTo } from "./count-up-to.ts";

/** GPU demand of one class: how much it asks for, and how much CPU beside it. */
export interface GpuDemand {
  /** GPU milli of all its occurrences together. */
  readonly milli: number;
  /** Milli-CPU for each GPU milli. */
  readonly cpuPerMilli: number;
}

/**
 * Q(r): the fraction of GPU demand that a node with `r` milli-CPU left for each GPU milli left could
 * serve, if it took the demand that needs least CPU first until its mean need reaches r.
 * Piecewise linear between the classes. 0 at r = 0 unless some demand needs no CPU, 1 from the mean
 * need of all demand on.
 */
export class CpuBalance {
  /** Mean need of the demand up to each class, ascending, and the fraction that it is. */
  readonly #means: Float64Array;
  readonly #fractions: Float64Array;

  constructor(demands: readonly GpuDemand[]) {
    const sorted = demands.toSorted((left, right) => left.cpuPerMilli - right.cpuPerMilli);
    const total = sorted.reduce((sum, demand) => sum + demand.milli, 0);
    this.#means = new Float64Array(sorted.length);
    this.#fractions = new Float64Array(sorted.length);
    let milli = 0;
    let cpu = 0;
    for (const [index, demand] of sorted.entries()) {
      milli += demand.milli;
      cpu += demand.milli * demand.cpuPerMilli;
      this.#means[index] = cpu / milli;
      this.#fractions[index] = milli / total;
    }
  }

  /** Fraction of GPU demand, 0 to 1. O(log classes). */
  servable(cpuPerMilli: number): number {
    const means = this.#means;
    const rank = countUpTo(means, cpuPerMilli);
    if (rank === means.length) return 1;
    const meanBelow = rank === 0 ? 0 : means[rank - 1];
    const fractionBelow = rank === 0 ? 0 : this.#fractions[rank - 1];
    const step = (cpuPerMilli - meanBelow) / (means[rank] - meanBelow);
    return fractionBelow + (this.#fractions[rank] - fractionBelow) * step;
  }
}
