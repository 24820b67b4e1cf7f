import { Command } from "commander";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { withNearest } from "./find-object.ts";
import type { Host } from "./host.ts";
import { checkKind, parseReference } from "./kinds.ts";
import { type OutputForm, printData, withOutput } from "./output.ts";
import { formatWhy } from "./texts/why-text.ts";

interface WhyFlags extends ConnectFlags {
  readonly output?: Extract<OutputForm, "json" | "yaml">;
}

/** `neuraxis why`: what keeps a job waiting, and what would start it. */
export function whyCommand(host: Host): Command {
  const command = new Command("why")
    .argument("<job>", "NAME, or job/NAME")
    .action((word: string, flags: WhyFlags) => why(host, word, flags));
  return withConnection(withOutput(command, ["json", "yaml"]));
}

async function why(host: Host, word: string, flags: WhyFlags): Promise<void> {
  const reference = parseReference(word.includes("/") ? [word] : ["job", word]);
  const { kind, name } = checkKind(reference, ["BatchJob"]);
  const client = await connect(host, flags);
  const answer = await client.why(name).catch(async (error: unknown) => {
    throw await withNearest(client, { kind, name }, error);
  });
  if (flags.output === undefined) host.print(formatWhy(answer, host.user.screen));
  else await printData(host, flags.output, answer);
}
