import { Command } from "commander";
import type { Host } from "./host.ts";
import type { DoctorLine } from "./machine-host.ts";
import { wrapWords } from "./texts/columns.ts";

/** Of the whole table, and of the columns before the findings. */
const COLUMNS = 80;
const BEFORE = 24;
const WHAT = 15;

/** `neuraxis doctor`: what this machine can do, and what to do about what it cannot. */
export function doctorCommand(host: Host): Command {
  return new Command("doctor")
    .description("Tell what this machine can do, and what it cannot and why.")
    .option("--home <folder>", "the home to look at (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .option("-o, --output <form>", "json")
    .action(async ({ home, output }: { home?: string; output?: string }) => {
      const lines = await host.machine.doctor(host.machine.homeFolder(home));
      host.print(
        output === "json" ? `${JSON.stringify(lines, undefined, 2)}\n` : doctorText(lines),
      );
    });
}

/** A row for each finding, wrapped, and below it what to do. */
export function doctorText(lines: readonly DoctorLine[]): string {
  const rows = lines.map(({ what, state, finding, cure }) => {
    const remarks = [finding, ...(cure === undefined ? [] : [`To do: ${cure}.`])];
    return `${head(what, state)}${remarks.map(indented).join("").trimStart()}`;
  });
  return `${head("WHAT", "STATE")}FINDING\n${rows.join("")}`;
}

function head(what: string, state: string): string {
  return what.padEnd(WHAT).concat(state).padEnd(BEFORE);
}

function indented(text: string): string {
  return wrapWords(text, COLUMNS, " ".repeat(BEFORE));
}
