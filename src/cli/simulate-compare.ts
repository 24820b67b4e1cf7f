import { Command } from "commander";
import { compare } from "../simulate/compare/compare.ts";
import type { Comparison } from "../simulate/compare/comparison.ts";
import { formatComparison } from "./compare-text.ts";
import type { Host } from "./host.ts";
import { addSetting, parseAmounts, type Setting } from "./parse-options.ts";
import { UsageError } from "./usage-error.ts";

interface CompareOptions {
  readonly traces?: string;
  readonly set: readonly Setting[];
  readonly amounts: string;
  readonly sensitivity?: boolean;
  readonly json?: boolean;
  readonly report?: string;
}

/** Files of a report: the page, and what it was made of. */
const REPORT = { page: "index.html", summary: "summary.json" } as const;

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
  // A report that cannot be written is refused before the work that it is about.
  if (report === "") throw new UsageError("--report: the folder's name is empty");
  if (report !== undefined) await host.checkFolder(report, Object.values(REPORT));
  // Loaded only here: no other command reads YAML.
  const { readScenario } = await import("../simulate/scenario/read-scenario.ts");
  const scenario = await readScenario(file, { ...(traces === undefined ? {} : { traces }), set });
  const hasSensitivity = options.sensitivity === true;
  const comparison = await host.withTrials(scenario, (run) =>
    compare(scenario, { file, amounts, hasSensitivity }, run),
  );
  for (const note of comparison.notes) host.note(note);
  host.note(`The scheduler ran ${comparison.runs} times.`);
  if (report !== undefined) await writeReport(host, report, comparison);
  host.print(json === true ? formatJson(comparison) : formatComparison(comparison));
}

async function writeReport(host: Host, folder: string, comparison: Comparison): Promise<void> {
  // Loaded only here: the charts are most of the program.
  const { renderChartPage } = await import("../trace/chart-page.ts");
  const { compareReportPage } = await import("../simulate/compare/compare-report.ts");
  const files = new Map([
    [REPORT.summary, formatJson(comparison)],
    [REPORT.page, renderChartPage(compareReportPage(comparison))],
  ]);
  await host.writeFiles(folder, files);
  host.note(`The report stands in ${folder}/${REPORT.page}.`);
}

function formatJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
