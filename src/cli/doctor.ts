import { Command } from "commander";
import { formatTable } from "./format-table.ts";
import type { Host } from "./host.ts";

const MARKS = { good: "ok", weaker: "weaker", bad: "missing" } as const;

/** `neuraxis doctor`: what this machine can do, and what to do about what it cannot. */
export function doctorCommand(host: Host): Command {
  return new Command("doctor")
    .description("Tell what this machine can do, and what it cannot and why.")
    .option("--home <folder>", "the home to look at (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .option("-o, --output <form>", "json")
    .action(async ({ home, output }: { home?: string; output?: string }) => {
      const lines = await host.machine.doctor(host.machine.homeFolder(home));
      if (output === "json") {
        host.print(`${JSON.stringify(lines, undefined, 2)}\n`);
        return;
      }
      const rows = lines.map(({ what, state, finding }) => [what, MARKS[state], finding]);
      host.print(formatTable([["WHAT", "STATE", "FINDING"], ...rows]));
      const cures = lines.flatMap(({ what, cure }) =>
        cure === undefined ? [] : [`${what}: ${cure}`],
      );
      if (cures.length > 0) host.print(`\n${cures.join("\n")}\n`);
    });
}
