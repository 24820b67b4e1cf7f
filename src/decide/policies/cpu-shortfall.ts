import { countUpTo } from "./count-up-to.ts";

interface CpuNeed {
  /** Milli-CPU. */
  readonly cpu: number;
  /** Share of the work that needs so much; all shares sum to 1. */
  readonly weight: number;
}

/**
 * S(c): the share of its CPU that a piece of work, drawn at random, would miss on a node with `c`
 * milli-CPU left: Σ p_m · max(0, 1 − c / cpu_m). 1 at c = 0 if all work needs CPU, 0 from the largest
 * need on.
 */
export class CpuShortfall {
  /** Distinct needs, ascending. */
  readonly #needs: Float64Array;
  /** Σ p of this need and all larger ones; the last entry is 0. */
  readonly #weights: Float64Array;
  /** Σ p / need of this need and all larger ones; the last entry is 0. */
  readonly #slopes: Float64Array;

  constructor(needs: readonly CpuNeed[]) {
    const byNeed = new Map<number, number>();
    for (const { cpu, weight } of needs) {
      if (cpu > 0) byNeed.set(cpu, (byNeed.get(cpu) ?? 0) + weight);
    }
    const sorted = [...byNeed].toSorted(([left], [right]) => left - right);
    this.#needs = Float64Array.from(sorted, ([cpu]) => cpu);
    this.#weights = new Float64Array(sorted.length + 1);
    this.#slopes = new Float64Array(sorted.length + 1);
    for (let place = sorted.length - 1; place >= 0; place -= 1) {
      const [cpu, weight] = sorted[place];
      this.#weights[place] = this.#weights[place + 1] + weight;
      this.#slopes[place] = this.#slopes[place + 1] + weight / cpu;
    }
  }

  /** O(log needs). */
  of(cpuFree: number): number {
    const rank = countUpTo(this.#needs, cpuFree);
    return this.#weights[rank] - cpuFree * this.#slopes[rank];
  }
}
