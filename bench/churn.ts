/**
 * Decisions a second of one core while 50,000 jobs of all kinds come to 5,000 nodes and leave: once
 * where the cluster is full and jobs wait, once where there is room for all.
 */
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import { churn } from "./support/churning.ts";
import { formatCount, formatSeconds } from "./support/numbers.ts";

/** Of one core's time, so that a busy machine is no failure. */
const BUDGET_PER_SECOND = 5000;

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
  const isFull = load === "contended";
  const { counts, coreSeconds, decisionUs, pending, use, digest } = churn({
    nodes: Number(values["nodes"]),
    jobs: Number(values["jobs"]),
    services: Number(values["services"]),
    pendingMax: isFull ? Number(values["pending"]) : 10,
    useMax: isFull ? Infinity : 0.65,
  });
  const { decisions, starts, ends, stops, suspensions, shrinks } = counts;
  process.stdout.write(
    `${load}: ${formatCount(decisions)} decisions, ${formatCount(starts)} starts, ` +
      `${formatCount(ends)} ends, ${formatCount(stops)} stopped, ` +
      `${formatCount(suspensions)} suspended, ${formatCount(shrinks)} shrunk, ` +
      `in ${formatSeconds(startMs)} in all; digest ${digest}\n`,
  );
  const perSecond = decisions / coreSeconds;
  if (perSecond < BUDGET_PER_SECOND) isGood = false;
  const at = (part: number) => formatCount(decisionUs[Math.floor(part * (decisionUs.length - 1))]);
  return [
    load,
    formatCount(perSecond),
    formatCount(starts / coreSeconds),
    at(0.5),
    at(0.99),
    at(1),
    formatCount(pending),
    `${(100 * use).toFixed(1)} %`,
  ];
}
