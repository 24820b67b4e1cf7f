import { hasKind } from "../cluster/kind-table.ts";
import { grownFloats } from "../cluster/grown.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import type { PolicyContext } from "../placement/placement-policy.ts";
import { CaseMemo } from "./case-memo.ts";
import { CpuBalance } from "./cpu-balance.ts";
import { GRID_MILLI, residualValues } from "./cutting-stock.ts";
import { allClasses, type TypicalClass } from "./typical-classes.ts";

/** Weight of the concave part of a device's price (rule N2). */
const CONCAVITY = 0.05;
/** Weight of GPU milli that would lack CPU (rule N3). */
const CPU_WEIGHT = 0.5;
/** Weight of GPU milli that a class could not use (rule N4). */
const UNFIT_WEIGHT = 0.5;

const UNKNOWN = -1e300;

/** The potential of a node: GPU milli on it that the expected workload will not be able to use. */
export class NodePotential {
  readonly #context: PolicyContext;
  readonly #classes: readonly TypicalClass[];
  readonly #balance: CpuBalance;
  readonly #unfit: CaseMemo;
  /** Price of a residual, by milli. */
  readonly #prices: Float64Array;
  /** Sum of the prices, by device set. */
  #setPrices = new Float64Array(1024).fill(UNKNOWN);

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#classes = allClasses(context.profile, context.kinds);
    const withDevices = this.#classes.filter(({ count }) => count > 0);
    this.#balance = new CpuBalance(
      withDevices.map(({ cpu, milli, count, weight }) => ({
        milli: weight * milli * count,
        cpuPerMilli: cpu / (milli * count),
      })),
    );
    this.#unfit = new CaseMemo(withDevices, (kind, cpuFree, set) => {
      let share = 0;
      for (const { cpu, milli, count, kinds, weight } of withDevices) {
        const fits =
          cpu <= cpuFree && hasKind(kinds, kind) && context.states.sets.fits(set, count, milli);
        if (!fits) share += weight;
      }
      return share;
    });
    const values = residualValues(
      withDevices.map(({ milli, count, weight }) => ({ milli, pieces: weight * count })),
    );
    this.#prices = Float64Array.from({ length: DEVICE_MILLI + 1 }, (_, milli) => {
      const value = DEVICE_MILLI * values[Math.floor(milli / GRID_MILLI)];
      return milli - value + CONCAVITY * Math.sqrt(DEVICE_MILLI * milli);
    });
  }

  /** Φ of a node of this kind with this much CPU left and these devices, in GPU milli. */
  of(kind: number, cpuFree: number, set: number): number {
    const milliFree = this.#context.states.sets.milliFree[set];
    if (milliFree === 0) return 0;
    const lackingCpu = 1 - this.#balance.servable(cpuFree / milliFree);
    const unfit = this.#unfit.of(kind, cpuFree, set);
    return this.#priceOf(set) + milliFree * (CPU_WEIGHT * lackingCpu + UNFIT_WEIGHT * unfit);
  }

  #priceOf(set: number): number {
    if (set >= this.#setPrices.length) {
      this.#setPrices = grownFloats(this.#setPrices, set + 1, UNKNOWN);
    }
    const known = this.#setPrices[set];
    if (known !== UNKNOWN) return known;
    const { sets } = this.#context.states;
    let sum = 0;
    for (let rank = 0; rank < sets.count(set); rank += 1) sum += this.#prices[sets.at(set, rank)];
    this.#setPrices[set] = sum;
    return sum;
  }
}
