import { Command } from "commander";
import type { Host } from "./host.ts";
import { UsageError } from "./usage-error.ts";

/** `neuraxis replay`: decides everything in a journal anew, and compares. */
export function replayCommand(host: Host): Command {
  return new Command("replay")
    .description("Decide everything in a journal anew, and compare with what was decided.")
    .argument("[journal]", "its file (default: that of the home)")
    .option("--home <folder>", "the home (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .action(async (journal: string | undefined, { home }: { home?: string }) => {
      const file = journal ?? `${host.machine.homeFolder(home)}/journal.db`;
      const { isSame, lines } = await host.machine.replay(file);
      host.print(`${lines.join("\n")}\n`);
      if (!isSame) throw new UsageError("the journal does not give what was decided then");
    });
}
