import {
  DEVICE_MILLI,
  type MiB,
  type MilliCpu,
  type Milliseconds,
  QUANTITY_MAX,
} from "../../model/units.ts";

const UNIT_MS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const UNIT_MIB = { Mi: 1, Gi: 1024, Ti: 1024 ** 2 } as const;
/** Longest time: a century. */
const TIME_MS_MAX = 36_525 * UNIT_MS.d;

/** Devices of one piece of work: so many, of each so much. */
export interface DeviceNeed {
  readonly count: number;
  readonly milli: number;
}

/** Milliseconds of a text such as `30s`, `1.5h` or `23d`; `undefined` for anything else. */
export function readDuration(value: unknown): Milliseconds | undefined {
  const ms = readMeasured(value, /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/, UNIT_MS);
  return ms !== undefined && ms <= TIME_MS_MAX ? (ms as Milliseconds) : undefined;
}

/** MiB of a text such as `64Gi` or `512Mi`; `undefined` for anything else. */
export function readMemory(value: unknown): MiB | undefined {
  const memory = readMeasured(value, /^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$/, UNIT_MIB);
  return isQuantity(memory) ? (memory as MiB) : undefined;
}

/** Milli-CPU of a number of cores such as `8` or `0.5`, or of `500m`; `undefined` otherwise. */
export function readCpu(value: unknown): MilliCpu | undefined {
  const milli = readMilli(value);
  return isQuantity(milli) ? (milli as MilliCpu) : undefined;
}

/** Devices of `0`, a share such as `0.5` or `500m`, or a whole number of them. */
export function readDevices(value: unknown): DeviceNeed | undefined {
  const milli = readMilli(value);
  if (milli === undefined || !Number.isInteger(milli)) return undefined;
  if (milli === 0) return { count: 0, milli: 0 };
  if (milli <= DEVICE_MILLI) return { count: 1, milli };
  return milli % DEVICE_MILLI === 0
    ? { count: milli / DEVICE_MILLI, milli: DEVICE_MILLI }
    : undefined;
}

/** Milli of devices in total, such as `2.5` of a queue; `undefined` for anything else. */
export function readDeviceTotal(value: unknown): number | undefined {
  const milli = readMilli(value);
  return Number.isSafeInteger(milli) ? milli : undefined;
}

/** Thousandths, exact for numbers of at most three decimals. */
function readMilli(value: unknown): number | undefined {
  if (typeof value === "string") return readMeasured(value, /^(\d+)(m)$/, { m: 1 });
  if (typeof value !== "number" || !(value >= 0)) return undefined;
  return Number((value * 1000).toFixed(6));
}

function readMeasured(
  value: unknown,
  form: RegExp,
  units: Readonly<Record<string, number>>,
): number | undefined {
  const match = typeof value === "string" ? form.exec(value) : null;
  return match === null ? undefined : Number(match[1]) * units[match[2]];
}

function isQuantity(value: number | undefined): boolean {
  return value !== undefined && Number.isInteger(value) && value <= QUANTITY_MAX;
}
