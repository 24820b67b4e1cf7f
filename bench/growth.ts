/**
 * How the cost of a decision grows with the cluster: jobs of all kinds come and leave, the devices 80 %
 * in use and a few jobs waiting. A table, and with `--out FOLDER` a page with a chart.
 */
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";
import { renderReportPage } from "../src/trace/report-page.ts";
import { churn } from "./support/churning.ts";
import { formatCount } from "./support/numbers.ts";

const { values } = parseArgs({
  options: {
    sizes: { type: "string", default: "1000,10000,100000" },
    jobs: { type: "string", default: "5000" },
    out: { type: "string" },
  },
  strict: false,
});
const BAR = 40;

const head = ["nodes", "GPUs", "members run", "decisions", "µs a decision", "median", "99 %"];
const rows = [head];
const points: [number, number][] = [];
for (const size of String(values["sizes"]).split(",").map(Number)) {
  const { gpus, running, counts, coreSeconds, decisionUs } = churn({
    nodes: size,
    jobs: Number(values["jobs"]),
    services: 10,
    pendingMax: 50,
    useMax: 0.8,
  });
  const mean = (coreSeconds * 1e6) / counts.decisions;
  const at = (part: number) => decisionUs[Math.floor(part * (decisionUs.length - 1))].toFixed(0);
  const numbers = [size, gpus, running, counts.decisions].map(formatCount);
  rows.push([...numbers, mean.toFixed(0), at(0.5), at(0.99)]);
  points.push([size, mean]);
}
process.stdout.write(formatTable(rows));
const most = Math.max(...points.map(([, us]) => us));
for (const [nodes, us] of points) {
  const bar = "█".repeat(Math.max(1, Math.round((us / most) * BAR)));
  process.stdout.write(`${formatCount(nodes).padStart(9)} ${bar} ${us.toFixed(0)} µs\n`);
}

const out = values["out"];
if (typeof out === "string") {
  await mkdir(out, { recursive: true });
  const page = renderReportPage({
    title: "Cost of a decision as the cluster grows",
    conclusion: `From ${formatCount(points[0][0])} to ${formatCount(points.at(-1)![0])} nodes a decision becomes ${(points.at(-1)![1] / points[0][1]).toFixed(1)} times as dear.`,
    charts: [
      {
        title: "Core time of a decision",
        xName: "nodes",
        yName: "µs",
        series: [{ name: "all kinds of jobs, 80 % in use", points }],
      },
    ],
    table: rows,
  });
  const file = path.join(out, "growth.html");
  await writeFile(file, page);
  process.stdout.write(`${file}\n`);
}
