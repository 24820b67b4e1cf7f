import type { JobHistory, ServiceHistory } from "../../engine/simulated/books.ts";
import type { ChartPage, PageChart, PageTable } from "../../trace/chart-page.ts";
import type { Scenario, ServicePlan } from "../scenario/scenario.ts";
import { waitsOf } from "./job-groups.ts";
import { rankOf } from "./quantiles.ts";
import { allocationOf, type RunSummary, type ScenarioRun } from "./run-scenario.ts";
import {
  billTable,
  boughtTable,
  completionTable,
  cpuTable,
  duration,
  evictionTable,
  jobTable,
  metricTable,
  percent,
  replicaTable,
  sayWhenDone,
  serviceTable,
  spreadTable,
  type Table,
  undoneTable,
  useTable,
  waitTable,
} from "./run-tables.ts";
import type { Sample } from "./sampler.ts";
import { SIZE_CLASSES, sizeClassOf } from "./size-classes.ts";

const HOUR_MS = 3_600_000;
/** Points of a distribution. */
const CURVE_POINTS = 200;
/** Most periods into which requests are put to tell their waits. */
const PERIODS_MAX = 60;

type Point = readonly [x: number, y: number];

/** The page of a run: what happened over time, how long who waited, and what it cost. */
export function runReportPage(scenario: Scenario, run: ScenarioRun): ChartPage {
  const { summary, samples, books } = run;
  return {
    title: summary.name,
    conclusion: sayWhatCameOfIt(summary),
    notes: summary.notes,
    charts: [
      heldChart(samples),
      ratioChart(samples),
      ...waitCharts(books.jobs),
      ...scenario.services.flatMap((plan, index) => [
        requestChart(plan, books.services[index]),
        replicaChart(plan, index, samples),
      ]),
      evictionChart(samples),
      ...costCharts(summary),
    ],
    tables: tablesOf(summary),
  };
}

/** One plain sentence or two: how full the devices were, and who got what. */
function sayWhatCameOfIt(summary: RunSummary): string {
  const { devices, occupation, endHours, services, jobs } = summary;
  const met = services.filter(({ meetsObjective }) => meetsObjective).length;
  const held = `${devices} devices were held ${percent(occupation, 1)} of ${duration(endHours * 3600)}`;
  const done = `${jobs.succeeded} of ${jobs.submitted} jobs were done`;
  const kept = services.length === 0 ? "" : `, ${met} of ${services.length} services in time`;
  return `${held}; ${done}${kept}. ${sayWhenDone(summary)}`.trimEnd();
}

function tablesOf(summary: RunSummary): PageTable[] {
  const { groups } = summary.jobs;
  const by = [
    ["devices", groups.bySize],
    ["queue", groups.byQueue],
    ["kind of device", groups.byKind],
    ["priority", groups.byPriority],
  ] as const;
  // What all jobs have in common tells nothing.
  const telling = by.filter(([name, list]) => name === "devices" || list.length > 1);
  const all: readonly (readonly [string, Table])[] = [
    ["What devices were held for", useTable(summary)],
    ["Allocation and fragmentation", metricTable(summary)],
    ["Jobs", jobTable(summary)],
    ["Jobs that were not done, and what they were told last", undoneTable(summary)],
    ...telling.map(([name, list]) => [`Waits by ${name}`, waitTable(name, list)] as const),
    ...telling.map(
      ([name, list]) => [`From submission to end by ${name}`, completionTable(name, list)] as const,
    ),
    ["Nodes of gangs, over the least that could hold them", spreadTable(summary)],
    ["CPU of overcommitted nodes", cpuTable(summary)],
    ["Evictions", evictionTable(summary)],
    ["Services", serviceTable(summary)],
    ["Replicas", replicaTable(summary)],
    ["Where device time went", billTable(summary)],
    ["Devices bought", boughtTable(summary)],
  ];
  return all.flatMap(([caption, rows]) => (rows.length < 2 ? [] : [{ caption, rows }]));
}

function heldChart(samples: readonly Sample[]): PageChart {
  const devices = (milliOf: (sample: Sample) => number): Point[] =>
    samples.map((sample) => [sample.atMs / HOUR_MS, milliOf(sample) / 1000]);
  return {
    title: "Devices held",
    caption:
      "What each device was held for. Moving: what suspends, resumes, loads or falls asleep.",
    shape: "stacked",
    xName: "hours",
    yName: "devices",
    series: [
      { name: "serving", points: devices(({ held }) => held.busy) },
      { name: "awake idle", points: devices(({ held }) => held.idle) },
      { name: "moving", points: devices(({ held }) => held.moving) },
      { name: "offline", points: devices(({ held }) => held.offline) },
      {
        name: "free",
        isRest: true,
        points: devices((sample) => (1 - allocationOf(sample)) * sample.existing),
      },
    ],
  };
}

function ratioChart(samples: readonly Sample[]): PageChart {
  const shares = (valueOf: (sample: Sample) => number): Point[] =>
    samples.map((sample) => [sample.atMs / HOUR_MS, 100 * valueOf(sample)]);
  return {
    title: "Allocation and fragmentation",
    caption:
      "GAR: devices held. GFR: nodes whose devices are held in part. " +
      "Fragmented: free parts of devices that typical work cannot use.",
    shape: "steps",
    xName: "hours",
    yName: "%",
    series: [
      { name: "GAR", points: shares(allocationOf) },
      { name: "GFR", points: shares(({ fragmentedNodes }) => fragmentedNodes) },
      { name: "fragmented of the free", points: shares(({ fragmentation }) => fragmentation) },
    ],
  };
}

function waitCharts(jobs: readonly JobHistory[]): PageChart[] {
  if (jobs.length === 0) return [];
  const bySize = Map.groupBy(jobs, ({ gpuMilli }) => sizeClassOf(gpuMilli));
  const series = SIZE_CLASSES.flatMap((size) => {
    const waits = Float64Array.from(waitsOf(bySize.get(size) ?? [])).sort();
    return waits.length === 0 ? [] : [{ name: size, points: distributionOf(waits) }];
  });
  return [
    {
      title: "How long jobs waited, by the devices they need",
      caption: "Share of the jobs that had started after so many hours (JWTD).",
      shape: "lines",
      xName: "hours from submission to the first start",
      yName: "% of the jobs",
      series,
    },
  ];
}

/** Percent of the values that do not exceed so many hours. @param sortedMs ascending. */
function distributionOf(sortedMs: Float64Array): Point[] {
  return Array.from({ length: CURVE_POINTS + 1 }, (_, index) => {
    const share = index / CURVE_POINTS;
    return [rankOf(sortedMs, share) / HOUR_MS, 100 * share];
  });
}

function requestChart(plan: ServicePlan, { waitMs }: ServiceHistory): PageChart {
  const { service, objective, requests } = plan;
  const periodMs = periodFor(requests.arrivalMs.at(-1) ?? 0);
  const periods = new Map<number, number[]>();
  for (const [request, arrivalMs] of requests.arrivalMs.entries()) {
    const period = Math.floor(arrivalMs / periodMs);
    const waits = periods.get(period) ?? [];
    periods.set(period, waits);
    // One that was never served waits for ever; a chart cannot show that.
    if (!Number.isNaN(waitMs[request])) waits.push(waitMs[request]);
  }
  const at = (share: number): Point[] =>
    Array.from(periods, ([period, waits]) => {
      const sorted = Float64Array.from(waits).sort();
      return [((period + 0.5) * periodMs) / HOUR_MS, rankOf(sorted, share) / 1000];
    });
  return {
    title: `How long requests of ${service.id} waited`,
    caption: `Quantiles of the requests that arrived in each ${periodMs / HOUR_MS} hours.`,
    shape: "lines",
    xName: "hours",
    yName: "seconds",
    series: [
      { name: "p50", points: at(0.5) },
      { name: "p90", points: at(0.9) },
      { name: "p99", points: at(0.99) },
    ],
    limit: {
      name: `objective for ${percent(objective.quantile, 1)}`,
      y: objective.waitMs / 1000,
    },
  };
}

/** A readable period of which no more than PERIODS_MAX span this time. */
function periodFor(spanMs: number): number {
  const leastHours = spanMs / PERIODS_MAX / HOUR_MS;
  const hours = [0.1, 0.5, 1, 3, 6, 12, 24].find((length) => length >= leastHours);
  return (hours ?? Math.ceil(leastHours / 24) * 24) * HOUR_MS;
}

function replicaChart(
  { service }: ServicePlan,
  index: number,
  samples: readonly Sample[],
): PageChart {
  const counts = (key: "awake" | "inFlight"): Point[] =>
    samples.map(({ atMs, services }) => [atMs / HOUR_MS, services[index][key]]);
  return {
    title: `Requests and replicas of ${service.id}`,
    caption: `An awake replica serves ${service.concurrency} at once.`,
    shape: "steps",
    xName: "hours",
    yName: "number",
    series: [
      { name: "requests in flight", points: counts("inFlight") },
      { name: "replicas awake", points: counts("awake") },
    ],
  };
}

function evictionChart(samples: readonly Sample[]): PageChart {
  const points = samples.slice(1).map(({ atMs, evictions }, index): Point => {
    const last = samples[index];
    return [atMs / HOUR_MS, ((evictions - last.evictions) * HOUR_MS) / (atMs - last.atMs)];
  });
  return {
    title: "Evictions",
    caption: "Orders to jobs to be suspended, to stop, or to give members back.",
    shape: "steps",
    xName: "hours",
    yName: "an hour",
    series: [{ name: "evictions", points }],
  };
}

function costCharts({ bill }: RunSummary): PageChart[] {
  if (bill.total === undefined) return [];
  const { lines } = bill;
  return [
    {
      title: "What the money went to",
      caption: `${bill.total.toFixed(2)} in all, in the currency of the scenario's prices.`,
      shape: "bars",
      barNames: lines.map((line) => line.class),
      xName: "",
      yName: "cost",
      series: [{ name: "cost", points: lines.map(({ cost = 0 }, index) => [index, cost]) }],
    },
  ];
}

/** The samples as CSV: devices and shares, then two columns for each service. */
export function samplesCsv(scenario: Scenario, samples: readonly Sample[]): string {
  const names = scenario.services.flatMap(({ service }) => [
    quote(`awake ${service.id}`),
    quote(`in flight ${service.id}`),
  ]);
  const head = "hours,devices,busy,idle,moving,offline,gar,gfr,fragmentation,evictions";
  const rows = samples.map((sample) => {
    const { atMs, existing, held, fragmentedNodes, fragmentation, evictions } = sample;
    const milli = [existing, held.busy, held.idle, held.moving, held.offline];
    return [
      atMs / HOUR_MS,
      ...milli.map((amount) => amount / 1000),
      allocationOf(sample),
      fragmentedNodes,
      fragmentation,
      evictions,
      ...sample.services.flatMap(({ awake, inFlight }) => [awake, inFlight]),
    ].join(",");
  });
  return [[head, ...names].join(","), ...rows].map((row) => `${row}\n`).join("");
}

function quote(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
