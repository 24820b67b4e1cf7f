import { Command } from "commander";
import type { Host } from "./host.ts";

interface SetFlags {
  readonly home?: string;
  readonly allowEmpty?: boolean;
}

/** `neuraxis secret`: texts that manifests name and never hold. */
export function secretCommand(host: Host): Command {
  const set = new Command("set")
    .description("Keep an entry of a secret, read from standard input to its end.")
    .argument("<name>", "the secret")
    .argument("<key>", "its entry")
    .option("--home <folder>", "the home (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .option("--allow-empty", "keep an empty text, too")
    .action(async (name: string, key: string, { home, allowEmpty = false }: SetFlags) => {
      await host.machine.setSecret(host.machine.homeFolder(home), { name, key, allowEmpty });
      host.note(
        `secret ${name} has an entry ${key} now; processes get it from their next start on`,
      );
    });
  const remove = new Command("delete")
    .description("Forget an entry of a secret, or all of them.")
    .argument("<name>", "the secret")
    .argument("[key]", "its entry; absent: all of them")
    .option("--home <folder>", "the home (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .action(async (name: string, key: string | undefined, { home }: { home?: string }) => {
      const keys = await host.machine.deleteSecret(host.machine.homeFolder(home), name, key);
      host.print(keys.map((each) => `${name}/${each} deleted\n`).join(""));
    });
  const list = new Command("list")
    .description("Name all secrets and their entries; never what is in them.")
    .option("--home <folder>", "the home (default: $NEURAXIS_HOME, or ~/.neuraxis)")
    .action(async ({ home }: { home?: string }) => {
      const names = await host.machine.listSecrets(host.machine.homeFolder(home));
      host.print(names.map((name) => `${name}\n`).join(""));
    });
  return new Command("secret")
    .description("Keep texts that manifests name and never hold.")
    .addCommand(set)
    .addCommand(list)
    .addCommand(remove);
}
