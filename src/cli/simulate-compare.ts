import { Command } from "commander";
import { compare } from "../simulate/compare/compare.ts";
import { formatComparison } from "./compare-table.ts";
import type { Host } from "./host.ts";
import { addSetting, parseAmounts, type Setting } from "./parse-options.ts";
import { checkReport } from "./simulate-fill.ts";

interface CompareOptions {
  readonly traces?: string;
  readonly set: readonly Setting[];
  readonly amounts: string;
  readonly sensitivity?: boolean;
  readonly json?: boolean;
  readonly report?: string;
}

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
    .option("--report <folder>", "write an HTML page with charts into the folder")
    .action((file: string, options: CompareOptions) => simulateCompare(host, file, options));
}

async function simulateCompare(host: Host, file: string, options: CompareOptions): Promise<void> {
  const { traces, set, json, report } = options;
  const amounts = parseAmounts(options.amounts);
  await checkReport(host, report);
  // Loaded only here: no other command reads YAML.
  const { readScenario } = await import("../simulate/scenario/read-scenario.ts");
  const scenario = await readScenario(file, { ...(traces === undefined ? {} : { traces }), set });
  const comparison = await host.withTrials(scenario, (run) =>
    compare(scenario, { file, amounts, hasSensitivity: options.sensitivity === true }, run),
  );
  for (const note of comparison.notes) host.note(note);
  host.note(`The scheduler ran ${comparison.runs} times.`);
  const shown =
    json === true ? `${JSON.stringify(comparison, undefined, 2)}\n` : formatComparison(comparison);
  host.print(shown);
}
