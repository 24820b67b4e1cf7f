import { Command } from "commander";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { findObject } from "./find-object.ts";
import type { Host } from "./host.ts";
import { parseReference, type Reference } from "./kinds.ts";
import { formatDescription } from "./texts/describe-text.ts";

/** Newest events that are told. */
const EVENTS = 15;

/** `neuraxis describe`: all that is known of one object. */
export function describeCommand(host: Host): Command {
  const command = new Command("describe")
    .argument("<object...>", "KIND NAME, or KIND/NAME")
    .action((words: readonly string[], flags: ConnectFlags) =>
      describe(host, parseReference(words), flags),
    );
  return withConnection(command);
}

async function describe(host: Host, reference: Reference, flags: ConnectFlags): Promise<void> {
  const client = await connect(host, flags);
  const object = await findObject(client, reference);
  const about = `${reference.kind}/${reference.name}`;
  const events = await client.events({ about, limit: EVENTS });
  const spec = "spec" in object ? await toYaml(object.spec) : "";
  const nowMs = host.user.nowMs();
  host.print(formatDescription({ object, spec, events, nowMs }, host.user.screen));
}

async function toYaml(spec: unknown): Promise<string> {
  const { stringify } = await import("yaml");
  return stringify(spec, { lineWidth: 0, aliasDuplicateObjects: false });
}
