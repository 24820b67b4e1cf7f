/**
 * Decisions a second of one core while 50,000 jobs of all kinds come to 5,000 nodes and leave: once
 * where the cluster is full and thousands wait, once where there is room for all.
 */
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import type { WorkloadClass } from "../src/model/workload-profile.ts";
import { generateNodes, generatePods } from "../src/simulate/generated-fill.ts";
import { seededRandom } from "../src/simulate/seeded-random.ts";
import { ClusterLife } from "./support/cluster-life.ts";
import { mixedJob, mixedQueues, mixedRequests, mixedServices } from "./support/mixed-jobs.ts";
import { formatCount, formatSeconds } from "./support/numbers.ts";

const BUDGET_PER_SECOND = 5000;
/** Events between two changes of a service's load, and between two losses of a node. */
const LOAD_EVERY = 50;
const LOSS_EVERY = 2000;
/** Jobs that fill the cluster at most. */
const FILL_MAX = 1_000_000;

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "5000" },
    jobs: { type: "string", default: "50000" },
    pending: { type: "string", default: "2000" },
    services: { type: "string", default: "10" },
    rounds: { type: "string", default: "1" },
    only: { type: "string", default: "" },
  },
  strict: false,
});
const nodeCount = Number(values["nodes"]);
const serviceCount = Number(values["services"]);
const jobCount = Number(values["jobs"]);
const pods = generatePods(20_000, 1);

const head = ["load", "decisions/s", "starts/s", "median µs", "99 %", "most", "pending", "GPU use"];
const rows: string[][] = [];
let isGood = true;
for (const load of ["contended", "uncontended"] as const) {
  if (values["only"] !== "" && values["only"] !== load) continue;
  for (let round = 0; round < Number(values["rounds"]); round += 1) rows.push(measure(load));
}
process.stdout.write(formatTable([head, ...rows]));
process.exitCode = isGood ? 0 : 1;

function measure(load: "contended" | "uncontended"): string[] {
  const startMs = performance.now();
  const nodes = generateNodes(nodeCount, 1);
  const gpus = nodes.reduce((sum, { devices }) => sum + devices.length, 0);
  const life = new ClusterLife(nodes, pods.classes satisfies readonly WorkloadClass[]);
  for (const queue of mixedQueues(nodes)) life.apply({ kind: "queue-set", queue });
  const services = mixedServices(serviceCount);
  for (const service of services) life.apply({ kind: "service-set", service });
  const requests = mixedRequests(2);
  const random = seededRandom(3);
  const pendingMax = load === "contended" ? Number(values["pending"]) : 10;
  let made = 0;
  const submit = () => {
    life.submit(mixedJob(made, requests, random));
    made += 1;
  };
  const mayCome = () =>
    load === "contended"
      ? life.pending < pendingMax
      : life.runningMilli < gpus * 1000 * 0.65 && life.pending < pendingMax;
  while (made < FILL_MAX && mayCome()) submit();
  const before = { ...life.counts, schedulerMs: life.schedulerMs, made };
  life.decisionUs.length = 0;
  const cpuBefore = process.threadCpuUsage();
  process.stdout.write(
    `${load}: ${formatCount(gpus)} GPUs, ${formatCount(life.running)} members run and ` +
      `${formatCount(life.pending)} jobs wait after ${formatSeconds(startMs)}\n`,
  );
  let lost = 0;
  for (let event = 0; made < before.made + jobCount; event += 1) {
    if (event % LOAD_EVERY === 0 && serviceCount > 0) {
      life.load(services[random.below(serviceCount)].id, random.below(120));
    }
    if (event % LOSS_EVERY === 0) {
      const node = nodes[lost % nodes.length];
      lost += 7;
      life.tell({ kind: "node-lost", node: node.id });
      life.tell({ kind: "node-added", node });
    }
    if (mayCome()) submit();
    else if (!life.step()) break;
  }
  const ms = life.schedulerMs - before.schedulerMs;
  const since = (what: "decisions" | "starts" | "ends" | "stops" | "suspensions" | "shrinks") =>
    life.counts[what] - before[what];
  const cpu = process.threadCpuUsage(cpuBefore);
  const perSecond = (since("decisions") / (cpu.user + cpu.system)) * 1e6;
  if (perSecond < BUDGET_PER_SECOND) isGood = false;
  const sorted = life.decisionUs.toSorted((left, right) => left - right);
  const at = (part: number) => formatCount(sorted[Math.floor(part * (sorted.length - 1))]);
  process.stdout.write(
    `  ${formatCount(since("decisions"))} decisions, ${formatCount(since("starts"))} starts, ` +
      `${formatCount(since("ends"))} ends, ${formatCount(since("stops"))} stopped, ` +
      `${formatCount(since("suspensions"))} suspended, ${formatCount(since("shrinks"))} shrunk, ` +
      `in ${formatSeconds(startMs)} in all; digest ${life.scheduler.hash()}\n`,
  );
  const use = (100 * life.runningMilli) / (gpus * 1000);
  return [
    load,
    formatCount(perSecond),
    formatCount((since("starts") / ms) * 1000),
    at(0.5),
    at(0.99),
    at(1),
    formatCount(life.pending),
    `${use.toFixed(1)} %`,
  ];
}
