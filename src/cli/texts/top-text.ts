import type { WrittenObjects } from "../../api/objects.ts";
import { sayMemory, sayMilli, sayPart, sayRunTime } from "./amounts.ts";
import { formatColumns, type Row, type Screen } from "./columns.ts";
import { reasonOf } from "./object-columns.ts";

/** What a live view is of, as it was at one time. */
export interface TopSample {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly nodes: readonly WrittenObjects["Node"][];
  readonly services: readonly WrittenObjects["ModelService"][];
  readonly jobs: readonly WrittenObjects["BatchJob"][];
}

const BAR_WIDTH = 20;
/** Phases in the order of a reader's interest. */
const PHASES = [
  "Running",
  "Leaving",
  "Suspended",
  "Starting",
  "Pending",
  "Failed",
  "Cancelled",
  "Succeeded",
] as const;

/** Nodes, services and jobs. @param before an earlier sample, for requests by the second. */
export function formatTop(now: TopSample, before: TopSample | undefined, screen: Screen): string {
  const { nodes, services, jobs } = now;
  const blocks = [
    formatColumns([["NODE", "CPU", "", "MEMORY", "GPUS"], ...nodes.map(nodeRow)], screen),
    services.length === 0 ? "" : formatColumns(serviceRows(now, before), screen),
    formatColumns(
      [["JOB", "PHASE", "MEMBERS", "RUNTIME", "QUEUE", "REASON"], ...jobRows(now)],
      screen,
    ),
    `${sayCounts(jobs)}\n`,
  ];
  return blocks.filter((block) => block !== "").join("\n");
}

function nodeRow({ metadata, status }: WrittenObjects["Node"]): Row {
  const { cpu, memory, devices, held } = status;
  return [
    metadata.name,
    sayPart(sayMilli(held.cpu), sayMilli(cpu)),
    bar(held.cpu / cpu),
    sayPart(sayMemory(held.memory), sayMemory(memory)),
    sayPart(sayMilli(held.gpuMilli), `${devices.length}`),
  ];
}

function serviceRows({ services, atMs }: TopSample, before: TopSample | undefined): Row[] {
  const old = new Map(before?.services.map(({ metadata, status }) => [metadata.uid, status]));
  const seconds = before === undefined ? 0 : (atMs - before.atMs) / 1000;
  const rows = services.map(({ metadata, status }) => {
    const { replicas, requests } = status;
    const earlier = old.get(metadata.uid)?.requests.ended;
    // A count that fell is of another life of the service.
    const served = requests.ended - (earlier ?? Number.NaN);
    const rate = served >= 0 && seconds > 0 ? (served / seconds).toFixed(1) : "-";
    return [
      metadata.name,
      rate,
      `${requests.begun - requests.ended}`,
      `${requests.arrived - requests.begun}`,
      `${replicas.ready}`,
      `${replicas.starting}`,
      `${replicas.asleep}`,
    ];
  });
  return [["SERVICE", "REQ/S", "IN-WORK", "WAITING", "READY", "STARTING", "ASLEEP"], ...rows];
}

/** Those that run first, those that have ended last; of one phase the youngest first. */
function jobRows({ jobs, atMs }: TopSample): Row[] {
  const rank = ({ status }: WrittenObjects["BatchJob"]) => PHASES.indexOf(status.phase);
  return jobs
    .toSorted(
      (left, right) =>
        rank(left) - rank(right) ||
        Date.parse(right.metadata.createdAt) - Date.parse(left.metadata.createdAt) ||
        (left.metadata.name < right.metadata.name ? -1 : 1),
    )
    .map(({ metadata, spec, status }) => [
      metadata.name,
      status.phase,
      `${status.members.length}`,
      sayRunTime(status.startedAt, status.endedAt, atMs),
      spec.queue,
      reasonOf(status),
    ]);
}

function sayCounts(jobs: TopSample["jobs"]): string {
  const counts = PHASES.flatMap((phase) => {
    const count = jobs.filter(({ status }) => status.phase === phase).length;
    return count === 0 ? [] : [`${count} ${phase.toLowerCase()}`];
  });
  return counts.length === 0 ? "no jobs" : `jobs: ${counts.join(", ")}`;
}

/** How much of a whole is held: `[####      ]`. */
function bar(share: number): string {
  const filled = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, share || 0)));
  return `[${"#".repeat(filled)}${" ".repeat(BAR_WIDTH - filled)}]`;
}
