import { counted } from "../../model/counted.ts";
import { formatAge } from "./age.ts";

const GIB = 1024;

/** Thousandths of cores or devices: `8` or `0.5`. */
export function sayMilli(milli: number): string {
  return String(Math.round(milli) / 1000);
}

/** MiB, from a GiB on with one decimal at most. */
export function sayMemory(mib: number): string {
  return mib < GIB ? `${Math.round(mib)}Mi` : `${Math.round((10 * mib) / GIB) / 10}Gi`;
}

/** Quantities in total: milli-CPU, MiB, thousandths of devices. */
export function sayAmounts({
  cpu,
  memory,
  gpuMilli,
}: {
  readonly cpu: number;
  readonly memory: number;
  readonly gpuMilli: number;
}): string {
  const cores = counted(sayMilli(cpu), "core");
  return `${cores}, ${sayMemory(memory)} memory, ${counted(sayMilli(gpuMilli), "device")}`;
}

/** `held/all`. */
export function sayPart(held: string, all: string): string {
  return `${held}/${all}`;
}

/** Of what runs from a first instant on, until a second one or now; "-" before it has begun. */
export function sayRunTime(start: string | undefined, end: string | undefined, nowMs: number) {
  if (start === undefined) return "-";
  return formatAge((end === undefined ? nowMs : Date.parse(end)) - Date.parse(start));
}

/** `2`, or `1-4` where the bounds differ. */
export function sayBounds(min: number, max: number): string {
  return min === max ? `${min}` : `${min}-${max}`;
}
