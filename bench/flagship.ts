/**
 * The scenarios of examples/one-pool-or-two, from the command line to the tables: generated traces,
 * or those of the folder that `--traces` or the variable NEURAXIS_TRACES names.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { formatTable } from "../src/cli/format-table.ts";

const BUDGET_SECONDS = 60;

const { values } = parseArgs({
  options: {
    traces: { type: "string", default: process.env["NEURAXIS_TRACES"] ?? "" },
    rounds: { type: "string", default: "1" },
  },
  strict: false,
});
const root = fileURLToPath(new URL("..", import.meta.url));
const traces = String(values["traces"]);
const rows = [["scenario", "traces", "seconds", "budget", "margin"]];
for (let round = 0; round < Number(values["rounds"]); round += 1) {
  for (const name of ["warm", "cold"]) rows.push(measure(name));
}
process.stdout.write(formatTable(rows));

function measure(name: string): string[] {
  const scenario = `examples/one-pool-or-two/${name}.yaml`;
  const from = traces === "" ? [] : ["--traces", traces];
  const startMs = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ["bin/neuraxis.js", "simulate", "run", scenario, ...from],
    { cwd: root, encoding: "utf8" },
  );
  const seconds = (performance.now() - startMs) / 1000;
  if (status !== 0) throw new Error(`${scenario} ended with ${status}: ${stderr}`);
  if (seconds > BUDGET_SECONDS) process.exitCode = 1;
  return [
    scenario,
    traces === "" ? "generated" : "published",
    seconds.toFixed(1),
    String(BUDGET_SECONDS),
    `${(BUDGET_SECONDS / seconds).toFixed(1)} ×`,
  ];
}
