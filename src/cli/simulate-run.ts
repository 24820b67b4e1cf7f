import { Command } from "commander";
import { runScenario, type ScenarioRun } from "../simulate/run/run-scenario.ts";
import type { Scenario } from "../simulate/scenario/scenario.ts";
import type { Host } from "./host.ts";
import { addSetting, type Setting } from "./parse-options.ts";
import { checkReport, formatJson, writeReport } from "./report.ts";
import { formatRun } from "./run-text.ts";

interface RunOptions {
  readonly traces?: string;
  readonly set: readonly Setting[];
  readonly json?: boolean;
  readonly report?: string;
}

/** Files beside a report's page: what it was made of. */
const DATA = { summary: "summary.json", samples: "samples.csv" } as const;

/** `neuraxis simulate run`: jobs, services and faults of a scenario, under the production scheduler. */
export function simulateRunCommand(host: Host): Command {
  return new Command("run")
    .description("Run a scenario over time: jobs, services and faults on one pool.")
    .argument("<scenario>", "YAML file, such as examples/one-pool-or-two/warm.yaml")
    .option("--traces <folder>", "folder of the traces that the scenario names")
    .option("--set <key=value>", "take a value in the file's place; repeatable", addSetting, [])
    .option("--json", "print the result as JSON")
    .option("--report <folder>", "write an HTML page with charts, and its data, into the folder")
    .action((file: string, options: RunOptions) => simulateRun(host, file, options));
}

async function simulateRun(host: Host, file: string, options: RunOptions): Promise<void> {
  const { traces, json, report, set } = options;
  await checkReport(host, report, Object.values(DATA));
  // Loaded only here: no other command reads YAML.
  const { readScenario } = await import("../simulate/scenario/read-scenario.ts");
  const scenario = await readScenario(file, { ...(traces === undefined ? {} : { traces }), set });
  const run = runScenario(scenario, (nowMs) => host.progress(nowMs / 3_600_000, "hours"));
  const { summary } = run;
  for (const note of summary.notes) host.note(note);
  if (report !== undefined) await reportRun(host, report, { scenario, run });
  host.print(json === true ? formatJson(summary) : formatRun(summary));
}

async function reportRun(
  host: Host,
  folder: string,
  { scenario, run }: { readonly scenario: Scenario; readonly run: ScenarioRun },
): Promise<void> {
  // Loaded only here: the charts are most of the program.
  const { renderChartPage } = await import("../trace/chart-page.ts");
  const { runReportPage, samplesCsv } = await import("../simulate/run/run-report.ts");
  const data = new Map([
    [DATA.summary, formatJson(run.summary)],
    [DATA.samples, samplesCsv(scenario, run.samples)],
  ]);
  await writeReport(host, folder, renderChartPage(runReportPage(scenario, run)), data);
}
