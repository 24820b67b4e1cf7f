import type { Brand } from "./brand.ts";

/** Thousandths of one CPU core; 1000 is a whole core. */
export type MilliCpu = Brand<number, "MilliCpu">;
/** Mebibytes (2^20 bytes). */
export type MiB = Brand<number, "MiB">;
/** Thousandths of one accelerator device; 1000 is a whole device. */
export type GpuMilli = Brand<number, "GpuMilli">;
/** Milliseconds since an origin that the caller chooses; `decide/` only compares them. */
export type Milliseconds = Brand<number, "Milliseconds">;

/** Milli of one whole device. */
export const DEVICE_MILLI = 1000;

/** Largest quantity of any resource, so that a table of 32-bit integers holds it. */
export const QUANTITY_MAX = 2 ** 31 - 1;

function toQuantity(value: number, unit: string): number {
  if (!Number.isInteger(value) || value < 0 || value > QUANTITY_MAX) {
    throw new RangeError(`${unit} must be an integer from 0 to ${QUANTITY_MAX}, not ${value}`);
  }
  return value;
}

/** @throws RangeError unless `value` is an integer from 0 to QUANTITY_MAX. */
export function milliCpu(value: number): MilliCpu {
  return toQuantity(value, "milli-CPU") as MilliCpu;
}

/** @throws RangeError unless `value` is an integer from 0 to QUANTITY_MAX. */
export function mib(value: number): MiB {
  return toQuantity(value, "MiB") as MiB;
}

/** @throws RangeError unless `value` is an integer from 0 to DEVICE_MILLI. */
export function gpuMilli(value: number): GpuMilli {
  if (value > DEVICE_MILLI) {
    throw new RangeError(`GPU milli must be at most ${DEVICE_MILLI}, not ${value}`);
  }
  return toQuantity(value, "GPU milli") as GpuMilli;
}

/** @throws RangeError unless `value` is a finite number from 0. */
export function milliseconds(value: number): Milliseconds {
  if (!Number.isFinite(value) || value < 0) {
    throw new RangeError(`milliseconds must be a finite number from 0, not ${value}`);
  }
  return value as Milliseconds;
}
