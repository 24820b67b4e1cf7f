/**
 * How soon a control plane answers, what it costs while nothing happens, and how fast short jobs are
 * started: from the sources and from the build (`npm run build` first). `--rounds N` (5) starts of
 * each kind, `--idle S` (30) seconds of watching. Linux.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import { UpBed, type UpBedOptions } from "../test/support/up-bed.ts";
import { formatRange } from "./support/numbers.ts";

/** What the numbers have to be within. */
const ANSWER_MS_MAX = 1000;
const RESIDENT_MIB_MAX = 120;
const CPU_PERCENT_MAX = 1;
const STARTS_MIN = 20;

/** Entries of the journal that a start has to replay: as many as there are between snapshots. */
const ENTRIES = 2000;
const QUEUES = 20;
const WAITING_JOBS = 100;
const SHORT_JOBS = 500;
const JOB_ROUNDS = 3;
/** Until what a start leaves behind is done. */
const SETTLE_MS = 3000;
/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick. */
const TICK_MS = 10;
const JOBS_LOOK_MS = 50;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    idle: { type: "string", default: "30" },
  },
});
const rounds = Number(values.rounds);
const root = path.resolve(import.meta.dirname, "..");
const SCRIPTS = [
  ["sources", path.join(root, "bin/neuraxis.js")],
  ["build", path.join(root, "dist/main/main.js")],
] as const;
/** As at the very first start of a checkout; a build keeps nothing compiled. */
const NOTHING_COMPILED = { NODE_DISABLE_COMPILE_CACHE: "1" };

let isWithin = true;
for (const [from, script] of SCRIPTS) {
  if (!existsSync(script)) {
    process.stdout.write(`${from}: left out, there is no ${script}\n`);
    continue;
  }
  const bare = { script, environment: NOTHING_COMPILED };
  const options = from === "build" ? bare : { script };
  const first = await measureCold(bare);
  const cold = await measureCold(options);
  const long = await measureLong(options);
  const idle = await measureIdle(options);
  const starts = await measureStarts(options);
  process.stdout.write(`\nfrom the ${from}\n`);
  process.stdout.write(
    formatTable([
      ["first answer, nothing compiled, ms", formatAnswers(first)],
      ["first answer of a new home, ms", formatAnswers(cold)],
      [`first answer after ${ENTRIES} entries, ms`, formatAnswers(long)],
      ...idle.map(({ what, residentMiB, cpuPercent }) => [
        `${what}, idle`,
        `${residentMiB.toFixed(0)} MiB, ${cpuPercent.toFixed(2)} % of a core`,
      ]),
      [`starts a second, ${SHORT_JOBS} jobs at once`, formatRange(starts)],
    ]),
  );
  const [plane] = idle;
  isWithin &&=
    [...cold, ...long].every(({ ms }) => ms <= ANSWER_MS_MAX) &&
    plane.residentMiB <= RESIDENT_MIB_MAX &&
    plane.cpuPercent <= CPU_PERCENT_MAX &&
    Math.min(...starts) >= STARTS_MIN;
}
process.exitCode = isWithin ? 0 : 1;

async function withBed<Value>(
  options: UpBedOptions,
  use: (bed: UpBed) => Promise<Value>,
): Promise<Value> {
  const bed = await UpBed.prepare(options);
  try {
    return await use(bed);
  } finally {
    await bed.remove();
  }
}

/** A start, up to its first answer. */
interface Answer {
  readonly ms: number;
  /** Of all cores: what a busy machine does not change. */
  readonly cpuMs: number;
}

async function measureUp(bed: UpBed): Promise<Answer> {
  const ms = await bed.up();
  return { ms, cpuMs: cpuMsOf(bed.pid) };
}

function formatAnswers(answers: readonly Answer[]): string {
  const cpu = formatRange(answers.map(({ cpuMs }) => cpuMs));
  return `${formatRange(answers.map(({ ms }) => ms))}; CPU time ${cpu}`;
}

async function measureCold(options: UpBedOptions): Promise<Answer[]> {
  const times: Answer[] = [];
  for (let round = 0; round < rounds; round += 1) {
    times.push(await withBed(options, measureUp));
  }
  return times;
}

/** The control plane is killed each time, so that no start finds a snapshot. */
async function measureLong(options: UpBedOptions): Promise<Answer[]> {
  return withBed(options, async (bed) => {
    await bed.up();
    await fillJournal(bed);
    const times: Answer[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await bed.kill();
      times.push(await measureUp(bed));
    }
    return times;
  });
}

/** Queues that change, and jobs that wait for the one that runs: just short of the next snapshot. */
async function fillJournal(bed: UpBed): Promise<void> {
  const jobs = Array.from({ length: WAITING_JOBS }, (_, job) =>
    jobText(`waits-${job}`, "sleep, infinity", "narrow"),
  );
  await bed.client.apply([queue("narrow", "1, limit: {cpu: 100m}"), ...jobs].join("---\n"), {
    file: "jobs.yaml",
  });
  for (let entry = 0; entry < ENTRIES - rounds - 10; entry += 1) {
    const text = queue(`queue-${entry % QUEUES}`, String(1 + entry));
    await bed.client.apply(text, { file: "queue.yaml" });
  }
}

interface Idle {
  readonly what: string;
  readonly residentMiB: number;
  readonly cpuPercent: number;
}

async function measureIdle(options: UpBedOptions): Promise<Idle[]> {
  return withBed(options, async (bed) => {
    await bed.up();
    await pause(SETTLE_MS);
    const parts = [
      ["control plane", bed.pid],
      ["keeper", bed.keeper],
      ["door", bed.door],
    ] as const;
    const before = parts.map(([, pid]) => cpuMsOf(pid));
    const startMs = performance.now();
    await pause(Number(values.idle) * 1000);
    const ms = performance.now() - startMs;
    return parts.map(([what, pid], index) => ({
      what,
      residentMiB: residentMiBOf(pid),
      cpuPercent: (100 * (cpuMsOf(pid) - before[index])) / ms,
    }));
  });
}

async function measureStarts(options: UpBedOptions): Promise<number[]> {
  const rates: number[] = [];
  for (let round = 0; round < JOB_ROUNDS; round += 1) {
    rates.push(
      await withBed(options, async (bed) => {
        await bed.up();
        await pause(SETTLE_MS);
        const jobs = Array.from({ length: SHORT_JOBS }, (_, job) =>
          jobText(`job-${job}`, `"true"`, "default"),
        );
        const startMs = performance.now();
        await bed.client.apply(jobs.join("---\n"), { file: "jobs.yaml" });
        await waitForAll(bed);
        return (1000 * SHORT_JOBS) / (performance.now() - startMs);
      }),
    );
  }
  return rates;
}

/** @throws Error if one has not succeeded. */
async function waitForAll(bed: UpBed): Promise<void> {
  const { client } = bed;
  for (;;) {
    const { status } = await client.get("Queue", "default");
    if (status.pending + status.running === 0) break;
    await pause(JOBS_LOOK_MS);
  }
  const { objects } = await client.list("BatchJob");
  const failed = objects.filter(({ status }) => status.phase !== "Succeeded");
  if (objects.length === SHORT_JOBS && failed.length === 0) return;
  throw new Error(`${failed.length} of ${objects.length} jobs did not succeed`);
}

function jobText(name: string, command: string, queueName: string): string {
  return `apiVersion: neuraxis.dev/v1alpha1
kind: BatchJob
metadata: {name: ${name}}
spec: {queue: ${queueName}, command: [${command}], resources: {cpu: 100m, memory: 16Mi}}
`;
}

function queue(name: string, weight: string): string {
  return `apiVersion: neuraxis.dev/v1alpha1
kind: Queue
metadata: {name: ${name}}
spec: {weight: ${weight}}
`;
}

function residentMiBOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Of all threads, in user and kernel mode: fields 14 and 15 of proc_pid_stat(5). */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
