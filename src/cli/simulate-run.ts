import { Command } from "commander";
import { type RunSummary, runScenario } from "../simulate/run/run-scenario.ts";
import { formatTable } from "./format-table.ts";
import type { Host } from "./host.ts";
import { UsageError } from "./usage-error.ts";

interface RunOptions {
  readonly traces?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

/** `neuraxis simulate run`: jobs, services and faults of a scenario, under the production scheduler. */
export function simulateRunCommand(host: Host): Command {
  return new Command("run")
    .description("Run a scenario over time: jobs, services and faults on one pool.")
    .argument("<scenario>", "YAML file, such as examples/one-pool-or-two/warm.yaml")
    .option("--traces <folder>", "folder of the traces that the scenario names")
    .option("--set <key=value>", "take a value in the file's place; repeatable", collect, [])
    .option("--json", "print the result as JSON")
    .action((file: string, options: RunOptions) => simulateRun(host, file, options));
}

function collect(value: string, values: readonly string[]): readonly string[] {
  return [...values, value];
}

async function simulateRun(host: Host, file: string, options: RunOptions): Promise<void> {
  const { traces, json } = options;
  const set = options.set.map(parseSetting);
  // Loaded only here: no other command reads YAML.
  const { readScenario } = await import("../simulate/scenario/read-scenario.ts");
  const scenario = await readScenario(file, { ...(traces === undefined ? {} : { traces }), set });
  const { summary } = runScenario(scenario, (nowMs) => host.progress(nowMs / 3_600_000, "hours"));
  for (const note of summary.notes) host.note(note);
  host.print(json === true ? `${JSON.stringify(summary, undefined, 2)}\n` : formatRun(summary));
}

function parseSetting(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at < 1) {
    throw new UsageError(`--set ${text}: write KEY=VALUE, such as nodes.0.count=9`);
  }
  return [text.slice(0, at), text.slice(at + 1)];
}

/** The result for people; tables fit 80 columns. */
function formatRun({ name, policy, jobs, services, held, ...run }: RunSummary): string {
  const hours = (value: number): string => value.toFixed(1);
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
  const use = formatTable([
    ["device-hours", "held", "offline", "serving", "awake idle", "moving"],
    [
      hours(run.deviceHours),
      percent(run.occupation),
      hours(held.offlineHours),
      hours(held.busyHours),
      hours(held.idleHours),
      hours(held.movingHours),
    ],
  ]);
  const jobTable = formatTable([
    ["jobs", "done", "suspended", "stopped", "lost work", "wait p50", "p99 (s)"],
    [
      String(jobs.submitted),
      String(jobs.succeeded),
      `${jobs.suspensions} times`,
      `${jobs.stops} times`,
      percent(jobs.lostShare),
      jobs.waitSeconds.p50.toFixed(0),
      jobs.waitSeconds.p99.toFixed(0),
    ],
  ]);
  const serviceTable = formatTable([
    ["service", "requests", "wait p50", "p99 (s)", "in time", "objective"],
    ...services.map((service) => [
      service.service,
      String(service.requests),
      service.waitSeconds.p50.toFixed(1),
      service.waitSeconds.p99.toFixed(1),
      percent(service.attainment),
      service.meetsObjective ? "met" : "missed",
    ]),
  ]);
  const head = `${name}: policy ${policy}, ${run.devices} devices, ${hours(run.endHours)} hours`;
  const tables = [use, jobTable, ...(services.length === 0 ? [] : [serviceTable])];
  return `${head}\n\n${tables.join("\n")}`;
}
