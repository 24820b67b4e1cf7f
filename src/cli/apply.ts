import { Command } from "commander";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import type { Host } from "./host.ts";
import { nameOf } from "./kinds.ts";
import { applyFiles, readManifestFiles } from "./manifest-files.ts";
import { collect, type OutputForm, printData, withOutput } from "./output.ts";
import { formatApplied } from "./texts/plan-text.ts";
import { UsageError } from "./usage-error.ts";

interface ApplyFlags extends ConnectFlags {
  readonly filename: readonly string[];
  readonly dryRun?: boolean;
  readonly output?: Exclude<OutputForm, "wide">;
}

/** `neuraxis apply`: makes what manifests ask for, all of it or nothing. */
export function applyCommand(host: Host): Command {
  const command = new Command("apply")
    .option("-f, --filename <file>", "file, folder or - for input; repeatable", collect, [])
    .option("--dry-run", "only tell what would start, wait or leave")
    .action((flags: ApplyFlags) => apply(host, flags));
  return withConnection(withOutput(command, ["json", "yaml", "name"]));
}

async function apply(host: Host, flags: ApplyFlags): Promise<void> {
  const { filename, dryRun = false, output } = flags;
  if (filename.length === 0) {
    throw new UsageError("apply needs manifests: name a file or folder with -f, or - for input");
  }
  const files = await readManifestFiles(host.user, filename);
  const answer = await applyFiles(await connect(host, flags), files, dryRun);
  if (output === undefined) host.print(formatApplied(answer, host.user.screen));
  else if (output !== "name") await printData(host, output, answer);
  else for (const { kind, name } of answer.results) host.print(`${nameOf(kind, name)}\n`);
}
