import type { AcceleratorRequest } from "../model/resources.ts";
import { DEVICE_MILLI } from "../model/units.ts";

/** Sorts of pods that reports tell apart, by what they ask of devices. */
export const POD_SORTS = ["no GPU", "share", "1 GPU", "2 GPUs", "3-4 GPUs", "5+ GPUs"] as const;

export type PodSort = (typeof POD_SORTS)[number];

export function podSort(accelerators: AcceleratorRequest | undefined): PodSort {
  if (accelerators === undefined) return "no GPU";
  const { count, milli } = accelerators;
  if (count === 1) return milli < DEVICE_MILLI ? "share" : "1 GPU";
  if (count === 2) return "2 GPUs";
  return count <= 4 ? "3-4 GPUs" : "5+ GPUs";
}

/** Means over the arrivals whose rounded load is `loadPercent`. */
export interface CurvePoint {
  readonly loadPercent: number;
  /** Placed over existing GPU milli, in percent. */
  readonly allocation: number;
  /** Fragmentation over free GPU milli, in percent; absent unless curves were asked for. */
  readonly fragmentation?: number;
}

/** One policy on one course. */
export interface FillResult {
  readonly policy: string;
  readonly seed: number;
  /** Allocation in percent, by load in percent. */
  readonly allocationAt: Readonly<Record<string, number>>;
  readonly arrivals: number;
  readonly failed: number;
  readonly failedBySort: Readonly<Record<PodSort, number>>;
  /** Devices' worth of GPU milli that no pod holds at the end. */
  readonly gpusStranded: number;
  /** Share of the free milli at the end that typical pods can not use, 0 to 1. */
  readonly fragmentationRatio: number;
  /** Arrivals over the seconds spent in the scheduler. */
  readonly decisionsPerSecond: number;
  /** Digest of the scheduler's final state. */
  readonly hash: string;
  readonly curve: readonly CurvePoint[];
}
