import { Command } from "commander";
import type { Host } from "./host.ts";

/** `neuraxis restore`: a way back from a damaged journal. */
export function restoreCommand(host: Host): Command {
  return new Command("restore")
    .description(
      "Make a damaged journal whole again, as far as it can be read; keeps the damaged one.",
    )
    .argument("[journal]", "its file (default: that of the home)")
    .option("--home <folder>", "the home (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .action(async (journal: string | undefined, { home }: { home?: string }) => {
      const file = journal ?? `${host.machine.homeFolder(home)}/journal.db`;
      const lines = await host.machine.restore(file);
      host.print(`${lines.join("\n")}\n`);
    });
}
