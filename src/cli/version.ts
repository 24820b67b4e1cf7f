import { Command } from "commander";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import type { Host } from "./host.ts";
import { type OutputForm, printData, withOutput } from "./output.ts";

interface VersionFlags extends ConnectFlags {
  readonly client?: boolean;
  readonly output?: Extract<OutputForm, "json" | "yaml">;
}

/** `neuraxis version`: of this program, and of the control plane that it asks. */
export function versionCommand(host: Host): Command {
  const command = new Command("version")
    .option("--client", "only of this program; nothing is asked")
    .action((flags: VersionFlags) => version(host, flags));
  return withConnection(withOutput(command, ["json", "yaml"]));
}

async function version(host: Host, flags: VersionFlags): Promise<void> {
  const { client: isAlone = false, output } = flags;
  const own = { version: host.version };
  // Told at once: it does not depend on an answer.
  if (output === undefined) host.print(`client  ${own.version}\n`);
  const server = isAlone ? undefined : await (await connect(host, flags)).version();
  if (output !== undefined) {
    await printData(host, output, server === undefined ? { client: own } : { client: own, server });
  } else if (server !== undefined) {
    host.print(`server  ${server.version} (${server.apiVersion})\n`);
  }
}
