import type { Scheduler } from "../decide/scheduler.ts";
import { requestedMilli, type ResourceRequest } from "../model/resources.ts";
import { roundHalfEven } from "./round-half-even.ts";
import {
  type CurvePoint,
  type FillResult,
  POD_SORTS,
  type PodSort,
  podSort,
} from "./fill-result.ts";

interface FillMeterOptions {
  /** GPU milli of the cluster. */
  readonly capacity: number;
  /** Final load, 1.3 for 130 %. */
  readonly load: number;
  /** Asked for its fragmentation once a percent of load, if given. */
  readonly scheduler: Scheduler | undefined;
}

interface Bucket {
  readonly loadPercent: number;
  arrivals: number;
  allocationSum: number;
  fragmentation?: number;
}

/**
 * Measures as published: after each arrival, load = requested (failures included) over capacity,
 * rounded half-even to a whole percent; allocation = placed over capacity in percent, 2 decimals;
 * the value at a load is the mean over the arrivals of that rounded load.
 */
export class FillMeter {
  readonly #options: FillMeterOptions;
  readonly #loadPercentMax: number;
  readonly #buckets: Bucket[] = [];
  readonly #failedBySort = Object.fromEntries(POD_SORTS.map((sort) => [sort, 0])) as Record<
    PodSort,
    number
  >;
  #requested = 0;
  #used = 0;
  #failed = 0;
  arrivals = 0;

  constructor(options: FillMeterOptions) {
    this.#options = options;
    this.#loadPercentMax = roundHalfEven(options.load * 100);
  }

  /** Counts an arrival in; false if it would end above the final load, and is not counted. */
  arrives(milli: number): boolean {
    const requested = this.#requested + milli;
    if (roundHalfEven((requested * 100) / this.#options.capacity) > this.#loadPercentMax)
      return false;
    this.#requested = requested;
    this.arrivals += 1;
    return true;
  }

  decided(request: ResourceRequest, placed: boolean): void {
    if (placed) {
      this.#used += requestedMilli(request);
    } else {
      this.#failed += 1;
      this.#failedBySort[podSort(request.accelerators)] += 1;
    }
    const { capacity, scheduler } = this.#options;
    const loadPercent = roundHalfEven((this.#requested * 100) / capacity);
    let bucket = this.#buckets.at(-1);
    if (bucket?.loadPercent !== loadPercent) {
      bucket = { loadPercent, arrivals: 0, allocationSum: 0 };
      this.#buckets.push(bucket);
      if (scheduler !== undefined) bucket.fragmentation = fragmentationPercent(scheduler);
    }
    bucket.arrivals += 1;
    bucket.allocationSum += allocationPercent(this.#used, capacity);
  }

  result(): Pick<FillResult, "allocationAt" | "arrivals" | "failed" | "failedBySort" | "curve"> {
    const curve = this.#buckets.map(toPoint);
    const allocationAt: Record<string, number> = {};
    for (const load of [100, this.#loadPercentMax]) {
      if (load > this.#loadPercentMax) continue;
      allocationAt[load] = allocationUpTo(curve, load);
    }
    return {
      allocationAt,
      arrivals: this.arrivals,
      failed: this.#failed,
      failedBySort: this.#failedBySort,
      curve,
    };
  }
}

/** The value at the load or, where arrivals are so large that none ends there, at the last before. */
function allocationUpTo(curve: readonly CurvePoint[], load: number): number {
  const reached = curve.findLast(({ loadPercent }) => loadPercent <= load);
  return reached?.allocation ?? 0;
}

/** GPU milli in use over GPU milli that exist, in percent, rounded to hundredths as published. */
export function allocationPercent(used: number, capacity: number): number {
  return Math.round((used * 10_000) / capacity) / 100;
}

function toPoint({ loadPercent, arrivals, allocationSum, fragmentation }: Bucket): CurvePoint {
  const allocation = Math.round((allocationSum / arrivals) * 1000) / 1000;
  return fragmentation === undefined
    ? { loadPercent, allocation }
    : { loadPercent, allocation, fragmentation };
}

function fragmentationPercent(scheduler: Scheduler): number {
  const { milliFree, milliFragmented } = scheduler.fragmentation();
  return milliFree === 0 ? 0 : Math.min(100, (100 * milliFragmented) / milliFree);
}
