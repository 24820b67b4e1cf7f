import { Command } from "commander";
import type { Host } from "./host.ts";
import { simulateCompareCommand } from "./simulate-compare.ts";
import { simulateFillCommand } from "./simulate-fill.ts";
import { simulateRunCommand } from "./simulate-run.ts";

/** `neuraxis simulate`: everything about the scheduler that needs no machine. */
export function simulateCommand(host: Host): Command {
  return new Command("simulate")
    .addCommand(simulateFillCommand(host))
    .addCommand(simulateRunCommand(host))
    .addCommand(simulateCompareCommand(host));
}
