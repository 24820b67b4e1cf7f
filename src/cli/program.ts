import { Command } from "commander";
import type { Host } from "./host.ts";
import { simulateCompareCommand } from "./simulate-compare.ts";
import { simulateFillCommand } from "./simulate-fill.ts";
import { simulateRunCommand } from "./simulate-run.ts";
import { startCommand } from "./start.ts";

/** The command line. It throws CommanderError on wrong usage instead of ending the process. */
export function createProgram(host: Host): Command {
  const simulate = new Command("simulate")
    .description("Judge the scheduler on traces, with the code that will run.")
    .addCommand(simulateFillCommand(host))
    .addCommand(simulateRunCommand(host))
    .addCommand(simulateCompareCommand(host));
  const program = new Command("neuraxis")
    .description("One control plane that trains and serves AI models on the same machines.")
    .version(host.version, "-V, --version")
    .addCommand(startCommand(host))
    .addCommand(simulate);
  for (const command of [program, simulate, ...program.commands, ...simulate.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => host.print(text),
      writeErr: (text) => host.note(text.trimEnd()),
    });
    command.showHelpAfterError("Run with --help to see what there is.");
  }
  return program;
}
