import type { WorkloadProfile } from "../../model/workload-profile.ts";
import { DEVICE_MILLI } from "../../model/units.ts";
import { grownFloats } from "../cluster/grown.ts";
import { TupleTable } from "../cluster/tuple-table.ts";
import type { PolicyContext } from "../placement/placement-policy.ts";
import { CpuBalance } from "./cpu-balance.ts";
import { CpuShortfall } from "./cpu-shortfall.ts";
import { fillableMilli, GRID_MILLI, residualValues } from "./cutting-stock.ts";
import { allClasses, type TypicalClass } from "./typical-classes.ts";

/** Weight of what can be filled beside what that is worth (rule N2). */
const FILL_WEIGHT = 0.1;
/** Share of all pieces below which a size does not count as a filling. */
const FILL_SHARE = 0.015;
/** Weight of the concave part of a device's price (rule N2). */
const CONCAVITY = 0.05;
/** Weight of free milli that lack CPU on average (rule N3). */
const BALANCE_WEIGHT = 0.5;
/** Weight of the CPU that single pieces of work would miss (rule N4). */
const SHORTFALL_WEIGHT = 0.35;
/** Greatest weight of milli whose arrangement does not suit (rule N5). */
const MISFIT_WEIGHT = 0.5;
/** CPU pressure at which misfit begins to count, and over what range it comes to count fully. */
const MISFIT_FROM = 0.9;
const MISFIT_RANGE = 0.1;
/** CPU pressure from which free milli are kept together, how fast, and how much (rule N6). */
const TOGETHER_FROM = 0.97;
const TOGETHER_RISE = 50;
const TOGETHER_MAX = 10;

/**
 * The potential Φ of a node (rules N1 to N6): GPU milli on it that the expected workload will not be
 * able to use. It is the sum of a part for the devices, remembered by device set, and a part for CPU,
 * which costs two searches among the workload's CPU needs: O(log classes).
 */
export class NodePotential {
  readonly #context: PolicyContext;
  readonly #classes: readonly TypicalClass[];
  readonly #balance: CpuBalance;
  readonly #shortfall: CpuShortfall;
  readonly #misfitWeight: number;
  readonly #togetherWeight: number;
  /** Price of a residual, by milli. */
  readonly #prices: Float64Array;
  /** Part of Φ that depends on the devices alone, by device set. */
  #deviceParts = new Float64Array(1024).fill(Number.NaN);
  /** Pairs of a device set and the milli of a share, with the least part after it, by pair. */
  readonly #pairs = new TupleTable();
  readonly #pair = new Int32Array(2);
  #leastParts = new Float64Array(1024).fill(Number.NaN);

  constructor(context: PolicyContext) {
    this.#context = context;
    const all = allClasses(context.profile, context.kinds);
    const withDevices = all.filter(({ count }) => count > 0);
    const total = withDevices.reduce((sum, { weight }) => sum + weight, 0);
    this.#classes = withDevices.map(({ cpu, milli, count, kinds, weight }) => ({
      cpu,
      milli,
      count,
      kinds,
      weight: weight / total,
    }));
    this.#balance = new CpuBalance(
      this.#classes.map(({ cpu, milli, count, weight }) => ({
        milli: weight * milli * count,
        cpuPerMilli: cpu / (milli * count),
      })),
    );
    this.#shortfall = new CpuShortfall(this.#classes);
    const pressure = cpuPressure(all, context.profile);
    this.#misfitWeight = MISFIT_WEIGHT * clamp((pressure - MISFIT_FROM) / MISFIT_RANGE, 1);
    this.#togetherWeight = clamp(TOGETHER_RISE * (pressure - TOGETHER_FROM), TOGETHER_MAX);
    this.#prices = devicePrices(this.#classes);
  }

  /** Φ of a node with this much CPU left and these devices, in GPU milli. */
  of(cpuFree: number, set: number): number {
    const { milliFree } = this.#context.states.sets;
    return this.ofDevices(set) + this.ofCpu(cpuFree, milliFree[set]);
  }

  /** The part of Φ that depends on CPU, and on the devices only by how much is left on all of them. */
  ofCpu(cpuFree: number, milliFree: number): number {
    if (milliFree === 0) return 0;
    const lacking = BALANCE_WEIGHT * (1 - this.#balance.servable(cpuFree / milliFree));
    const missing = SHORTFALL_WEIGHT * this.#shortfall.of(cpuFree);
    return milliFree * (lacking + missing) - this.#togetherWeight * Math.sqrt(milliFree);
  }

  /** The least that `ofDevices` can be after a share of `milli` has taken one of the devices. */
  leastAfterShare(set: number, milli: number): number {
    this.#pair[0] = set;
    this.#pair[1] = milli;
    const id = this.#pairs.intern(this.#pair, 2);
    if (id >= this.#leastParts.length) {
      this.#leastParts = grownFloats(this.#leastParts, id + 1, Number.NaN);
    }
    if (Number.isNaN(this.#leastParts[id])) {
      this.#leastParts[id] = this.#computeLeastAfterShare(set, milli);
    }
    return this.#leastParts[id];
  }

  #computeLeastAfterShare(set: number, milli: number): number {
    const { sets } = this.#context.states;
    const count = sets.count(set);
    let least = Number.POSITIVE_INFINITY;
    for (let rank = sets.firstFitting(set, milli); rank < count; rank += 1) {
      const milliFree = sets.at(set, rank);
      if (rank > 0 && milliFree === sets.at(set, rank - 1)) continue;
      least = Math.min(least, this.ofDevices(sets.replace(set, milliFree, milliFree - milli)));
    }
    return least;
  }

  /** The part of Φ that depends on the devices alone. */
  ofDevices(set: number): number {
    if (set >= this.#deviceParts.length) {
      this.#deviceParts = grownFloats(this.#deviceParts, set + 1, Number.NaN);
    }
    if (Number.isNaN(this.#deviceParts[set])) this.#deviceParts[set] = this.#computeDevicePart(set);
    return this.#deviceParts[set];
  }

  #computeDevicePart(set: number): number {
    const { sets } = this.#context.states;
    let part = 0;
    for (let rank = 0; rank < sets.count(set); rank += 1) part += this.#prices[sets.at(set, rank)];
    if (this.#misfitWeight === 0) return part;
    let misfit = 0;
    for (const { count, milli, weight } of this.#classes) {
      if (!sets.fits(set, count, milli)) misfit += weight;
    }
    return part + this.#misfitWeight * misfit * sets.milliFree[set];
  }
}

/** Price of what is left on a device (rule N2), by milli. */
function devicePrices(classes: readonly TypicalClass[]): Float64Array {
  const demands = classes.map(({ milli, count, weight }) => ({ milli, pieces: weight * count }));
  const values = residualValues(demands);
  const fillable = fillableMilli(demands, FILL_SHARE);
  return Float64Array.from({ length: DEVICE_MILLI + 1 }, (_, milli) => {
    const step = Math.floor(milli / GRID_MILLI);
    const value = (1 - FILL_WEIGHT) * DEVICE_MILLI * values[step] + FILL_WEIGHT * fillable[step];
    // Below 0 where pieces are worth more than their size, because others waste what they leave.
    return milli - value + CONCAVITY * Math.sqrt(DEVICE_MILLI * milli);
  });
}

/**
 * CPU that the workload asks for beside each GPU milli, over what the cluster has beside each: above
 * 1, CPU runs out first. 0 if the cluster is not known.
 */
function cpuPressure(classes: readonly TypicalClass[], profile: WorkloadProfile): number {
  if (profile.cpuPerGpuMilli === undefined) return 0;
  let cpu = 0;
  let milli = 0;
  for (const each of classes) {
    cpu += each.weight * each.cpu;
    milli += each.weight * each.count * each.milli;
  }
  return cpu === 0 ? 0 : cpu / milli / profile.cpuPerGpuMilli;
}

/** `value` brought into 0 … `most`. */
function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
