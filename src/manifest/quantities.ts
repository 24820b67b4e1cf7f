import {
  DEVICE_MILLI,
  type MiB,
  type MilliCpu,
  type Milliseconds,
  QUANTITY_MAX,
} from "../model/units.ts";

/** Each unit of time in milliseconds, the smallest first. */
const UNIT_MS = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const;
/** Each unit of memory in MiB, the smallest first. */
const UNIT_MIB = { Mi: 1, Gi: 1024, Ti: 1024 ** 2 } as const;
/** Longest time: a century. */
const TIME_MS_MAX = 36_525 * UNIT_MS.d;

const TIME = /^(\d+(?:\.\d+)?)(ms|s|min|h|d)$/;
const MEMORY = /^(\d+(?:\.\d+)?)(Mi|Gi|Ti)$/;
const MILLI = /^(\d+)(m)$/;

/** The forms of the texts that are read, as sources of regular expressions. */
export const TIME_PATTERN = TIME.source;
export const MEMORY_PATTERN = MEMORY.source;
export const MILLI_PATTERN = MILLI.source;

/** What is read at most, and whether a value has the form and is more. */
export interface Most {
  readonly text: string;
  isLess(value: unknown): boolean;
}

/** Devices of one piece of work: so many, of each so much. */
export interface DeviceNeed {
  readonly count: number;
  readonly milli: number;
}

/** Milliseconds of a text such as `30s`, `1.5h` or `23d`; `undefined` for anything else. */
export function readDuration(value: unknown): Milliseconds | undefined {
  const ms = readMeasured(value, TIME, UNIT_MS);
  return ms !== undefined && ms <= TIME_MS_MAX ? (ms as Milliseconds) : undefined;
}

export const TIME_MOST: Most = {
  text: "36525d",
  isLess: (value) => (readMeasured(value, TIME, UNIT_MS) ?? 0) > TIME_MS_MAX,
};
export const MEMORY_MOST: Most = {
  text: `${QUANTITY_MAX}Mi`,
  isLess: (value) => (readMeasured(value, MEMORY, UNIT_MIB) ?? 0) > QUANTITY_MAX,
};
export const CPU_MOST: Most = {
  text: `${QUANTITY_MAX / 1000} cores`,
  isLess: (value) => (readMilli(value) ?? 0) > QUANTITY_MAX,
};

/** The shortest text that reads as this whole number of milliseconds. */
export function formatDuration(ms: Milliseconds): string {
  return ms === 0 ? "0s" : formatMeasured(ms, UNIT_MS);
}

/** MiB of a text such as `64Gi` or `512Mi`; `undefined` for anything else. */
export function readMemory(value: unknown): MiB | undefined {
  const memory = readMeasured(value, MEMORY, UNIT_MIB);
  return isQuantity(memory) ? (memory as MiB) : undefined;
}

/** The shortest text that reads as so much memory. */
export function formatMemory(memory: MiB): string {
  return formatMeasured(memory, UNIT_MIB);
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

/** What reads as so many thousandths of a core or of devices: `8`, or `500m` of a part. */
export function formatMilli(milli: number): number | string {
  return milli % 1000 === 0 ? milli / 1000 : `${milli}m`;
}

/** Units that people write for those that are read. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  m: "min",
  mins: "min",
  minute: "min",
  minutes: "min",
  sec: "s",
  secs: "s",
  second: "s",
  seconds: "s",
  hr: "h",
  hrs: "h",
  hour: "h",
  hours: "h",
  day: "d",
  days: "d",
  msec: "ms",
  M: "Mi",
  MB: "Mi",
  MiB: "Mi",
  G: "Gi",
  GB: "Gi",
  GiB: "Gi",
  T: "Ti",
  TB: "Ti",
  TiB: "Ti",
};

/** The value with the unit, or without the quotes, that was probably meant; or `undefined`. */
export function suggestQuantity(
  value: unknown,
  read: (value: unknown) => unknown,
): string | undefined {
  const match = typeof value === "string" ? /^(\d+(?:\.\d+)?) ?([A-Za-z]*)$/.exec(value) : null;
  if (match === null) return undefined;
  const [, number, unit] = match;
  const meant = [`${number}${LOOKALIKES[unit] ?? unit}`, Number(number)];
  const found = meant.find((guess) => guess !== value && read(guess) !== undefined);
  if (typeof found === "number" && unit !== "") return undefined;
  return found === undefined ? undefined : `${found}`;
}

/** Thousandths, exact for numbers of at most three decimals. */
function readMilli(value: unknown): number | undefined {
  if (typeof value === "string") return readMeasured(value, MILLI, { m: 1 });
  if (typeof value !== "number" || !(value >= 0)) return undefined;
  return roundNoise(value * 1000);
}

function readMeasured(
  value: unknown,
  form: RegExp,
  units: Readonly<Record<string, number>>,
): number | undefined {
  const match = typeof value === "string" ? form.exec(value) : null;
  return match === null ? undefined : roundNoise(Number(match[1]) * units[match[2]]);
}

/** `1.001 * 1000` is not 1001: what decimals lose in binary is far below a millionth. */
function roundNoise(value: number): number {
  return Number(value.toFixed(6));
}

/** In the largest unit of which it is a whole number. */
function formatMeasured(value: number, units: Readonly<Record<string, number>>): string {
  const largest = Object.entries(units).findLast(([, size]) => value > 0 && value % size === 0);
  if (largest !== undefined) return `${value / largest[1]}${largest[0]}`;
  return `${value}${Object.keys(units)[0]}`;
}

function isQuantity(value: number | undefined): boolean {
  return value !== undefined && Number.isInteger(value) && value <= QUANTITY_MAX;
}
