import { Command } from "commander";
import { compare } from "../simulate/compare/compare.ts";
import type { Comparison } from "../simulate/compare/comparison.ts";
import { formatComparison } from "./compare-text.ts";
import type { Host } from "./host.ts";
import { addSetting, parseAmounts, type Setting } from "./parse-options.ts";
import { checkReport, formatJson, writeReport } from "./report.ts";

interface CompareOptions {
  readonly traces?: string;
  readonly set: readonly Setting[];
  readonly amounts: string;
  readonly sensitivity?: boolean;
  readonly json?: boolean;
  readonly report?: string;
}

/** Files beside a report's page: what it was made of. */
const DATA = { summary: "summary.json" } as const;

/** `neuraxis simulate compare`: what one pool for online and offline work saves against two. */
export function simulateCompareCommand(host: Host): Command {
  return new Command("compare")
    .description("One pool or two: what sharing devices between serving and jobs saves.")
    .argument("<scenario>", "YAML file, such as examples/one-pool-or-two/warm.yaml")
    .option("--traces <folder>", "folder of the traces that the scenario names")
    .option("--set <key=value>", "take a value in the file's place; repeatable", addSetting, [])
    .option("--amounts <list>", "offline work over what serving alone leaves idle", "0.5,1,2")
    .option("--sensitivity", "vary each cost of changing hands: 0, twice, five times")
    .option("--json", "print the result as JSON")
    .option("--report <folder>", "write an HTML page with charts, and its data, into the folder")
    .action((file: string, options: CompareOptions) => simulateCompare(host, file, options));
}

async function simulateCompare(host: Host, file: string, options: CompareOptions): Promise<void> {
  const { traces, set, json, report } = options;
  const amounts = parseAmounts(options.amounts);
  await checkReport(host, report, Object.values(DATA));
  // Loaded only here: no other command reads YAML.
  const { readScenario } = await import("../simulate/scenario/read-scenario.ts");
  const scenario = await readScenario(file, { ...(traces === undefined ? {} : { traces }), set });
  const hasSensitivity = options.sensitivity === true;
  const comparison = await host.withTrials(scenario, (run) =>
    compare(scenario, { file, amounts, hasSensitivity }, run),
  );
  for (const note of comparison.notes) host.note(note);
  host.note(`The scheduler ran ${comparison.runs} times.`);
  if (report !== undefined) await reportComparison(host, report, comparison);
  host.print(json === true ? formatJson(comparison) : formatComparison(comparison));
}

async function reportComparison(host: Host, folder: string, comparison: Comparison): Promise<void> {
  // Loaded only here: the charts are most of the program.
  const { renderChartPage } = await import("../trace/chart-page.ts");
  const { compareReportPage } = await import("../simulate/compare/compare-report.ts");
  const data = new Map([[DATA.summary, formatJson(comparison)]]);
  await writeReport(host, folder, renderChartPage(compareReportPage(comparison)), data);
}
