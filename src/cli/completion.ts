import { Argument, Command } from "commander";
import type { Host } from "./host.ts";
import type { CompletedCommand } from "./texts/completed-command.ts";
import { completionScript, SHELLS } from "./texts/completion-script.ts";
import { listPhases } from "./object-states.ts";
import { listGoals } from "./wait-goal.ts";

/** Values of flags that take words of which the objects know more. */
const CHOICES: ReadonlyMap<string, readonly string[]> = new Map([
  ["--for", listGoals()],
  ["--phase", listPhases()],
]);

/** `neuraxis completion`: a script for a shell. */
export function completionCommand(host: Host): Command {
  return new Command("completion")
    .addArgument(new Argument("<shell>", "whose script").choices(SHELLS))
    .addHelpText(
      "after",
      "\nbash: source <(neuraxis completion bash)\n" +
        "zsh:  source <(neuraxis completion zsh)\n" +
        "fish: neuraxis completion fish | source",
    )
    .action(async (shell: (typeof SHELLS)[number]) => {
      // All other commands are loaded for it alone.
      const { createProgram } = await import("./program.ts");
      const program = await createProgram(host);
      host.print(completionScript(shell, program.commands.map(describeCommand)));
    });
}

function describeCommand(command: Command): CompletedCommand {
  return {
    name: command.name(),
    summary: command.description(),
    flags: command.options.map(({ short, long, required, optional, argChoices }) => ({
      names: [short, long].filter((flag) => typeof flag === "string"),
      takesValue: required || optional,
      choices: argChoices ?? CHOICES.get(long ?? "") ?? [],
    })),
    children: command.commands.map(describeCommand),
  };
}
