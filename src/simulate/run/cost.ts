import type { Use } from "../../engine/simulated/books.ts";
import type { Prices } from "../scenario/scenario.ts";

/** Milli × milliseconds. */
const DEVICE_HOUR = 1000 * 3_600_000;

/** What device time was bought for, in the end. */
const COST_CLASSES = [
  "serving",
  "awake idle",
  "moving",
  "offline work",
  "lost work",
  "checkpoints",
  "free",
] as const;

/**
 * - `serving`, `awake idle`: replicas with requests, and without.
 * - `moving`: what comes or goes (suspends, resumes, saves before it stops; starts, wakes, falls asleep).
 * - `offline work`: jobs' time that made progress. `lost work`: jobs' time whose progress was rolled
 *   back. `checkpoints`: the rest of the jobs' time: saving, restarting, and waiting to be stopped
 *   after a loss.
 * - `free`: nobody held it.
 */
type CostClass = (typeof COST_CLASSES)[number];

/** Devices of one kind that were bought: all that there were, times how long. */
export interface Bought {
  readonly kind: string;
  readonly deviceHours: number;
  /** Absent without prices. */
  readonly cost?: number;
}

export interface CostLine {
  readonly class: CostClass;
  readonly deviceHours: number;
  readonly cost?: number;
}

/** Where the device-hours went, and the money with them. The classes add up to what was bought. */
export interface Bill {
  readonly bought: readonly Bought[];
  readonly lines: readonly CostLine[];
  /** In the currency of the prices; absent without. */
  readonly total?: number;
}

/** Device time of a run, in milli × milliseconds. */
export interface Spending {
  readonly bought: ReadonlyMap<string, number>;
  readonly held: ReadonlyMap<string, Readonly<Record<Use, number>>>;
  /** Of all jobs, whatever the kind of their devices. */
  readonly productive: number;
  readonly lost: number;
}

/**
 * Bills a run. Offline time is split into work, loss and checkpoints by the same shares on every
 * kind of device: exact where jobs ran on one kind, or on kinds of one price.
 */
export function billOf(spending: Spending, prices: Prices | undefined): Bill {
  const hours = new Map<CostClass, number>();
  const costs = new Map<CostClass, number>();
  const bought: Bought[] = [];
  let total = 0;
  for (const [kind, milliMs] of spending.bought) {
    const price = prices?.kinds[kind] ?? prices?.default ?? 0;
    const deviceHours = milliMs / DEVICE_HOUR;
    const cost = deviceHours * price;
    bought.push(prices === undefined ? { kind, deviceHours } : { kind, deviceHours, cost });
    total += cost;
    for (const [name, part] of partsOf(spending, kind)) {
      hours.set(name, (hours.get(name) ?? 0) + part / DEVICE_HOUR);
      costs.set(name, (costs.get(name) ?? 0) + (part / DEVICE_HOUR) * price);
    }
  }
  const lines = COST_CLASSES.map((name): CostLine => {
    const line = { class: name, deviceHours: hours.get(name) ?? 0 };
    return prices === undefined ? line : Object.assign(line, { cost: costs.get(name) ?? 0 });
  });
  return prices === undefined ? { bought, lines } : { bought, lines, total };
}

const NOTHING: Readonly<Record<Use, number>> = { offline: 0, busy: 0, idle: 0, moving: 0 };

/** Where the time of one kind of device went, in milli × milliseconds. */
function partsOf(spending: Spending, kind: string): (readonly [CostClass, number])[] {
  let offline = 0;
  for (const part of spending.held.values()) offline += part.offline;
  const { productive, lost } = spending;
  const held = spending.held.get(kind) ?? NOTHING;
  const share = (part: number): number => (offline === 0 ? 0 : (held.offline * part) / offline);
  const bought = spending.bought.get(kind)!;
  return [
    ["serving", held.busy],
    ["awake idle", held.idle],
    ["moving", held.moving],
    ["offline work", share(productive)],
    ["lost work", share(lost)],
    ["checkpoints", share(restOf(offline, productive + lost))],
    ["free", restOf(bought, held.busy + held.idle + held.moving + held.offline)],
  ];
}

/** What the parts leave of the total; sums in another order differ in the last bits. */
function restOf(total: number, parts: number): number {
  const rest = total - parts;
  return rest < total * 1e-9 ? 0 : rest;
}
