import type { CostChange } from "./cost-change.ts";
import type { DeviceUse, JobFigures, WaitFigures } from "./trial.ts";

/** One pool or two, for one scenario. Hours of devices are device-hours. */
export interface Comparison {
  readonly name: string;
  readonly policy: string;
  readonly seed: number;
  readonly spanHours: number;
  /** S: devices that serving alone needs, every replica always awake. */
  readonly servingDevices: number;
  /** Replicas of each service that are always awake on them. */
  readonly services: readonly {
    readonly service: string;
    readonly replicas: number;
    readonly objective: { readonly waitMs: number; readonly quantile: number };
  }[];
  /** I: devices that serving leaves idle of those. */
  readonly idleDevices: number;
  /** By amount, as asked for. */
  readonly amounts: readonly AmountResult[];
  /** Each cost of changing hands changed alone; empty unless asked for. */
  readonly sensitivity: readonly SensitivityResult[];
  /** The amount that is told in detail, and at which costs are varied. */
  readonly headlineAmount: number;
  /** Runs of the scheduler. */
  readonly runs: number;
  readonly notes: readonly string[];
}

/** Both ways of running the same work, by the same time. */
export interface AmountResult {
  readonly amount: number;
  readonly two: TwoPools;
  /** Absent: not even the largest budget ends the work in time. */
  readonly one?: OnePool;
  /** Largest budget that was tried, in device-hours. */
  readonly budgetMostHours: number;
}

export interface TwoPools {
  /** T: when the last job ends. */
  readonly endHours: number;
  /** O: devices for offline work alone. */
  readonly offlineDevices: number;
  /** O × T. */
  readonly offlineHours: number;
  /** (S + O) × T. */
  readonly boughtHours: number;
  /** Absent without prices. */
  readonly price?: number;
  readonly jobs: JobFigures;
  /** In the scenario's order. */
  readonly services: readonly WaitFigures[];
  /** Where the time of the offline pool went. */
  readonly use: PoolUse;
}

export interface OnePool {
  /** b: device-hours bought beside the serving devices. */
  readonly budgetHours: number;
  /** S × T + b. */
  readonly boughtHours: number;
  readonly price?: number;
  /** 1 − b / (O × T). */
  readonly saving: number;
  /** The saving if each device-hour that serving leaves were as good as one that two pools buy. */
  readonly limit: number;
  /** False: no budget up to O × T keeps them, and this one only ends the work in time. */
  readonly meetsObjectives: boolean;
  /** The saving if the end of the work were all that counts. */
  readonly savingByTime: number;
  /** The same for whole nodes only; absent where it was not asked for or is out of reach. */
  readonly whole?: { readonly devices: number; readonly saving: number };
  /** From the end of the last job to T. */
  readonly slackHours: number;
  readonly jobs: JobFigures;
  readonly services: readonly WaitFigures[];
  readonly use: PoolUse;
}

/** All device-hours of a pool. */
export interface PoolUse extends DeviceUse {
  readonly free: number;
}

export interface SensitivityResult extends CostChange {
  /** Absent: no budget that was tried ends the work in time. */
  readonly saving?: number;
  readonly meetsObjectives: boolean;
}
