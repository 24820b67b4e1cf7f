import type { JobGroup } from "./job-groups.ts";
import type { Quantiles } from "./quantiles.ts";
import type { RunSummary } from "./run-scenario.ts";

/** Rows of cells, the head first. As text each fits 80 columns. */
export type Table = readonly (readonly string[])[];

/** Characters of a job's name; the rest of it is cut off. */
const NAME_WIDTH = 30;

/** 12.34 of 0.1234. */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Seconds in the unit in which a person would say them. */
export function duration(seconds: number): string {
  if (seconds < 100) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 100 * 60) return `${(seconds / 60).toFixed(1)} min`;
  if (seconds < 72 * 3600) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86_400).toFixed(1)} d`;
}

/** What the devices were held for; without rows if there were none. */
export function useTable({ deviceHours, occupation, held }: RunSummary): Table {
  const head = ["device-hours", "held", "offline", "serving", "awake idle", "moving"];
  if (deviceHours === 0) return [head];
  return [
    head,
    [
      deviceHours.toFixed(1),
      percent(occupation),
      held.offlineHours.toFixed(1),
      held.busyHours.toFixed(1),
      held.idleHours.toFixed(1),
      held.movingHours.toFixed(1),
    ],
  ];
}

export function metricTable(summary: RunSummary): Table {
  const { allocation, fragmentedNodes, fragmentation, occupation } = summary;
  const row = (name: string, of: "mean" | "min" | "max"): string[] => [
    name,
    percent(allocation[of]),
    of === "mean" ? percent(occupation) : "",
    percent(fragmentedNodes[of]),
    percent(fragmentation[of]),
  ];
  return [
    ["", "GAR", "SOR", "GFR", "fragmented of the free"],
    row("mean", "mean"),
    row("least", "min"),
    row("most", "max"),
  ];
}

export function jobTable({ jobs }: RunSummary): Table {
  return [
    ["jobs", "done", "suspended", "stopped", "lost work", "wait p50", "p99"],
    [
      String(jobs.submitted),
      String(jobs.succeeded),
      `${jobs.suspensions} times`,
      `${jobs.stops} times`,
      percent(jobs.lostShare),
      duration(jobs.waitSeconds.p50),
      duration(jobs.waitSeconds.p99),
    ],
  ];
}

/** Jobs that did not succeed, and why; without rows if all did. */
export function undoneTable({ jobs }: RunSummary): Table {
  return [
    ["not done for", "jobs", "never started", "first of them"],
    ...jobs.undone.map(({ reason, jobs: count, neverStarted, first }) => [
      reason,
      String(count),
      String(neverStarted),
      first.length <= NAME_WIDTH ? first : `${first.slice(0, NAME_WIDTH - 1)}…`,
    ]),
  ];
}

/** @param name what the groups have in common, such as `devices`. */
export function waitTable(name: string, groups: readonly JobGroup[]): Table {
  return [
    [name, "jobs", "started", "wait p50", "p90", "p99", "most"],
    ...groups.map((group) => [
      group.name,
      String(group.jobs),
      String(group.started),
      ...quantileCells(group.waitSeconds),
    ]),
  ];
}

/** @param name what the groups have in common. */
export function completionTable(name: string, groups: readonly JobGroup[]): Table {
  return [
    [name, "succeeded", "wait and run p50", "p90", "p99", "most", "lost hours"],
    ...groups.map((group) => [
      group.name,
      String(group.succeeded),
      ...quantileCells(group.completionSeconds),
      group.lostHours.toFixed(1),
    ]),
  ];
}

function quantileCells({ p50, p90, p99, max }: Quantiles): string[] {
  return [p50, p90, p99, max].map(duration);
}

export function spreadTable({ jobs }: RunSummary): Table {
  return [
    ["gangs of", "starts", "nodes over least: mean", "p50", "p90", "most"],
    ...jobs.spread.map(({ size, starts, ...ratios }) => [
      size,
      String(starts),
      ...[ratios.mean, ratios.p50, ratios.p90, ratios.max].map((ratio) => ratio.toFixed(2)),
    ]),
  ];
}

/** CPU of the overcommitted nodes in core-hours; without rows if there are none. */
export function cpuTable({ cpu }: RunSummary): Table {
  const head = ["core-hours: asked", "used", "held by jobs", "borrowed", "overload", "longest"];
  if (cpu === undefined) return [head];
  const { askedHours, usedHours, jobHours, borrowedHours, overloadHours } = cpu;
  return [
    head,
    [
      ...[askedHours, usedHours, jobHours, borrowedHours].map((hours) => hours.toFixed(1)),
      overloadHours.toFixed(2),
      duration(cpu.overloadMaxSeconds),
    ],
  ];
}

export function evictionTable({ evictions }: RunSummary): Table {
  return [
    ["evicted for", "whom", "suspended", "stopped", "shrunk"],
    ...evictions.map(({ reason, for: whom, suspensions, stops, shrinks }) => [
      reason,
      whom,
      String(suspensions),
      String(stops),
      String(shrinks),
    ]),
  ];
}

export function serviceTable({ services }: RunSummary): Table {
  return [
    ["service", "requests", "wait p50", "p90", "p99", "in time", "objective"],
    ...services.map((service) => [
      service.service,
      String(service.requests),
      duration(service.waitSeconds.p50),
      duration(service.waitSeconds.p90),
      duration(service.waitSeconds.p99),
      percent(service.attainment),
      service.meetsObjective ? "met" : "missed",
    ]),
  ];
}

export function replicaTable({ services }: RunSummary): Table {
  return [
    ["replicas of", "started", "woken", "put to sleep", "stopped", "requests lost on the way"],
    ...services.map(({ service, replicas, retried }) => [
      service,
      String(replicas.starts),
      String(replicas.wakes),
      String(replicas.sleeps),
      String(replicas.stops),
      String(retried),
    ]),
  ];
}

/** Where the device-hours went, and what that cost if there are prices; without rows if none went. */
export function billTable({ bill }: RunSummary): Table {
  const { lines, total } = bill;
  const hours = lines.reduce((sum, { deviceHours }) => sum + deviceHours, 0);
  const costOf = (cost: number | undefined): string[] =>
    cost === undefined ? [] : [cost.toFixed(2)];
  const cells = (name: string, deviceHours: number, cost: number | undefined): string[] => [
    name,
    deviceHours.toFixed(1),
    percent(hours === 0 ? 0 : deviceHours / hours),
    ...costOf(cost),
  ];
  const head = ["device time", "hours", "share", ...(total === undefined ? [] : ["cost"])];
  if (hours === 0) return [head];
  return [
    head,
    ...lines.map((line) => cells(line.class, line.deviceHours, line.cost)),
    cells("bought", hours, total),
  ];
}

export function boughtTable({ bill }: RunSummary): Table {
  return [
    ["kind", "device-hours", ...(bill.total === undefined ? [] : ["cost"])],
    ...bill.bought.map(({ kind, deviceHours, cost }) => [
      kind,
      deviceHours.toFixed(1),
      ...(cost === undefined ? [] : [cost.toFixed(2)]),
    ]),
  ];
}

/** When the offline work was done; "" if there was none. */
export function sayWhenDone({ jobs }: RunSummary): string {
  const { p50, p90, p99, p100 } = jobs.doneHours;
  const parts = [
    ["50 %", p50],
    ["90 %", p90],
    ["99 %", p99],
    ["all", p100],
  ] as const;
  const known = parts.flatMap(([share, hours]) =>
    hours === undefined ? [] : [`${share} by ${hours.toFixed(1)} h`],
  );
  return known.length === 0 ? "" : `Offline work done: ${known.join(", ")}.`;
}
