import type { UsageAnswer } from "../../api/answers.ts";
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
  readonly usage: UsageAnswer;
}

type Process = UsageAnswer["processes"][number];

const BAR_WIDTH = 16;
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

/** Nodes, services and jobs. @param before an earlier sample, for what is told by the second. */
export function formatTop(now: TopSample, before: TopSample | undefined, screen: Screen): string {
  const { services, jobs } = now;
  const blocks = [
    formatColumns(nodeRows(now, before), screen),
    services.length === 0 ? "" : formatColumns(serviceRows(now, before), screen),
    formatColumns(jobRows(now, before), screen),
    `${sayCounts(jobs)}\n`,
  ];
  return blocks.filter((block) => block !== "").join("\n");
}

/** What is held is what work asked for; the rest is what it uses. */
function nodeRows({ nodes, usage }: TopSample, before: TopSample | undefined): Row[] {
  const rows = nodes.map(({ metadata: { name }, status }) => {
    const { cpu, memory, devices, held } = status;
    const use = usage.nodes.find((node) => node.name === name);
    const old = before?.usage.nodes.find((node) => node.name === name);
    const seconds = secondsBetween(usage, before?.usage);
    const [online, offline] = (["online", "offline"] as const).map((kind) =>
      coresOf(use?.[kind], old?.[kind], seconds),
    );
    const used = use === undefined ? "-" : sayMemory(use.online.memory + use.offline.memory);
    return [
      name,
      sayPart(sayMilli(held.cpu), sayMilli(cpu)),
      sayCores(online),
      sayCores(offline),
      bar(((online ?? 0) * 1000) / cpu, ((offline ?? 0) * 1000) / cpu),
      sayPart(used, sayMemory(memory)),
      sayPart(sayMilli(held.gpuMilli), `${devices.length}`),
    ];
  });
  return [["NODE", "CPU-HELD", "ONLINE", "OFFLINE", "", "MEMORY", "GPUS"], ...rows];
}

function serviceRows(now: TopSample, before: TopSample | undefined): Row[] {
  const old = new Map(before?.services.map(({ metadata, status }) => [metadata.uid, status]));
  const seconds = before === undefined ? 0 : (now.atMs - before.atMs) / 1000;
  const rows = now.services.map(({ metadata, status }) => {
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
      ...sayUse({ kind: "ModelService", name: metadata.name }, now, before),
    ];
  });
  const head = ["SERVICE", "REQ/S", "IN-WORK", "WAITING", "READY", "STARTING", "ASLEEP"];
  return [[...head, "CPU", "MEMORY"], ...rows];
}

/** Cores and memory that the processes of one object use. */
function sayUse(
  of: Pick<Process, "kind" | "name">,
  { usage }: TopSample,
  before: TopSample | undefined,
): readonly [string, string] {
  const isOf = ({ kind, name }: Process) => kind === of.kind && name === of.name;
  const processes = usage.processes.filter(isOf);
  if (processes.length === 0) return ["-", "-"];
  const seconds = secondsBetween(usage, before?.usage);
  const earlier = new Map(
    before?.usage.processes.filter(isOf).map((process) => [process.number, process]),
  );
  const cores = processes.map((process) => coresOf(process, earlier.get(process.number), seconds));
  const known = cores.filter((core) => core !== undefined);
  const memory = sumOf(processes.map((process) => process.memory));
  return [sayCores(known.length === 0 ? undefined : sumOf(known)), sayMemory(memory)];
}

/** @returns undefined if that is not known: of what is new, or began anew. */
function coresOf(
  now: Pick<Process, "cpuMs"> | undefined,
  before: Pick<Process, "cpuMs"> | undefined,
  seconds: number,
): number | undefined {
  if (now === undefined || before === undefined || seconds <= 0) return undefined;
  const usedMs = now.cpuMs - before.cpuMs;
  return usedMs < 0 ? undefined : usedMs / 1000 / seconds;
}

function secondsBetween(now: UsageAnswer, before: UsageAnswer | undefined): number {
  return before === undefined ? 0 : (Date.parse(now.at) - Date.parse(before.at)) / 1000;
}

function sayCores(cores: number | undefined): string {
  return cores === undefined ? "-" : cores.toFixed(2);
}

/** Those that run first, those that have ended last; of one phase the youngest first. */
function jobRows(now: TopSample, before: TopSample | undefined): Row[] {
  const rank = ({ status }: WrittenObjects["BatchJob"]) => PHASES.indexOf(status.phase);
  const rows = now.jobs
    .toSorted(
      (left, right) =>
        rank(left) - rank(right) ||
        Date.parse(right.metadata.createdAt) - Date.parse(left.metadata.createdAt) ||
        (left.metadata.name < right.metadata.name ? -1 : 1),
    )
    .map(({ metadata, spec, status }) => {
      const { name } = metadata;
      const [cpu, memory] = sayUse({ kind: "BatchJob", name }, now, before);
      const runTime = sayRunTime(status.startedAt, status.endedAt, now.atMs);
      const members = `${status.members.length}`;
      return [name, status.phase, members, cpu, memory, runTime, spec.queue, reasonOf(status)];
    });
  return [["JOB", "PHASE", "MEMBERS", "CPU", "MEMORY", "RUNTIME", "QUEUE", "REASON"], ...rows];
}

function sayCounts(jobs: TopSample["jobs"]): string {
  const counts = PHASES.flatMap((phase) => {
    const count = jobs.filter(({ status }) => status.phase === phase).length;
    return count === 0 ? [] : [`${count} ${phase.toLowerCase()}`];
  });
  return counts.length === 0 ? "no jobs" : `jobs: ${counts.join(", ")}`;
}

/** Shares of a whole, `#` for online and `=` for offline work: `[##=======       ]`. */
function bar(online: number, offline: number): string {
  const upTo = (share: number) => Math.round(BAR_WIDTH * Math.min(1, Math.max(0, share || 0)));
  const [first, both] = [upTo(online), upTo(online + offline)];
  return `[${"#".repeat(first)}${"=".repeat(both - first)}${" ".repeat(BAR_WIDTH - both)}]`;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
