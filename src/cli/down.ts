import { Command } from "commander";
import type { Host } from "./host.ts";

interface DownFlags {
  readonly home?: string;
  readonly keepWorkloads?: boolean;
}

/** `neuraxis down`: ends what `up` started. */
export function downCommand(host: Host): Command {
  return new Command("down")
    .description("End the control plane of this machine, and all work in good order.")
    .option("--home <folder>", "its state (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .option("--keep-workloads", "end the control plane alone; the next `up` adopts what runs")
    .action(async ({ home, keepWorkloads = false }: DownFlags) => {
      await host.machine.down({
        home: host.machine.homeFolder(home),
        workloads: keepWorkloads ? "keep" : "end",
      });
    });
}
