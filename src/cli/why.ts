import { Command } from "commander";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { findObject, resolveName, withNearest } from "./find-object.ts";
import type { Host } from "./host.ts";
import { type OutputForm, printData, withOutput } from "./output.ts";
import { explainService } from "./texts/why-service.ts";
import { formatServiceWhy, formatWhy } from "./texts/why-text.ts";

interface WhyFlags extends ConnectFlags {
  readonly output?: Extract<OutputForm, "json" | "yaml">;
}

/** `neuraxis why`: what keeps a job or a service waiting, and what would start a job. */
export function whyCommand(host: Host): Command {
  const command = new Command("why")
    .argument("<object>", "NAME, job/NAME or service/NAME")
    .action((word: string, flags: WhyFlags) => why(host, word, flags));
  return withConnection(withOutput(command, ["json", "yaml"]));
}

async function why(host: Host, word: string, flags: WhyFlags): Promise<void> {
  const client = await connect(host, flags);
  const { kind, name } = await resolveName(client, word, ["BatchJob", "ModelService"]);
  const { screen } = host.user;
  if (kind === "ModelService") {
    const answer = explainService(await findObject(client, { kind, name }));
    if (flags.output === undefined) host.print(formatServiceWhy(answer, screen));
    else await printData(host, flags.output, answer);
    return;
  }
  const answer = await client.why(name).catch(async (error: unknown) => {
    throw await withNearest(client, { kind, name }, error);
  });
  if (flags.output === undefined) host.print(formatWhy(answer, screen));
  else await printData(host, flags.output, answer);
}
