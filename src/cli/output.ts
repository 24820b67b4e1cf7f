import { type Command, InvalidArgumentError, Option } from "commander";
import type { Host } from "./host.ts";

/** Forms of a result, beside the text for people. */
export type OutputForm = "json" | "yaml" | "wide" | "name";

/** Adds `-o` with the forms that the command has. */
export function withOutput(command: Command, forms: readonly OutputForm[]): Command {
  return command.addOption(
    new Option("-o, --output <form>", `print as ${forms.join(", ")}`).choices(forms),
  );
}

/** Prints plain data as JSON or YAML. */
export async function printData(host: Host, form: "json" | "yaml", data: unknown): Promise<void> {
  if (form === "json") {
    host.print(`${JSON.stringify(data, undefined, 2)}\n`);
    return;
  }
  // Loaded only here: reading it takes longer than most answers.
  const { stringify } = await import("yaml");
  host.print(stringify(data, { compat: "yaml-1.1", lineWidth: 0, aliasDuplicateObjects: false }));
}

/** For flags that hold a whole number. */
export function parseCount(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}

/** For flags that may stand several times. */
export function collect(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}
