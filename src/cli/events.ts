import { Command } from "commander";
import type { EventRecord } from "../api/objects.ts";
import type { Client, EventsOptions } from "../client/client.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { findObject } from "./find-object.ts";
import type { Host } from "./host.ts";
import { parseReference } from "./kinds.ts";
import { type OutputForm, parseCount, printData, withOutput } from "./output.ts";
import { columnWidths, formatRow } from "./texts/columns.ts";
import { formatEvent, formatEvents } from "./texts/event-lines.ts";

/** How often new events are asked for. */
const POLL_MS = 500;
const LIMIT = 100;

interface EventsFlags extends ConnectFlags {
  readonly about?: string;
  readonly follow?: boolean;
  readonly limit: number;
  readonly output?: Extract<OutputForm, "json" | "yaml">;
}

/** `neuraxis events`: what happened, the newest last. */
export function eventsCommand(host: Host): Command {
  const command = new Command("events")
    .option("--about <object>", "only about KIND/NAME")
    .option("-f, --follow", "print further ones as they come")
    .option("--limit <number>", "from 1: at most so many of what has been", parseCount, LIMIT)
    .action((flags: EventsFlags) => events(host, flags));
  return withConnection(withOutput(command, ["json", "yaml"]));
}

async function events(host: Host, flags: EventsFlags): Promise<void> {
  const { about, follow = false, limit, output } = flags;
  const reference = about === undefined ? undefined : parseReference([about]);
  const only = reference && { about: `${reference.kind}/${reference.name}` };
  const client = await connect(host, flags);
  const found = await client.events({ ...only, limit });
  // What was deleted has events still.
  if (reference !== undefined && found.length === 0) await findObject(client, reference);
  if (follow) return followEvents(host, client, { ...only }, { found, output });
  if (output !== undefined) return printData(host, output, found);
  if (found.length === 0) host.note("There are no events.");
  host.print(formatEvents(found, host.user.nowMs(), host.user.screen));
}

/** Prints each event as a line, or as a line of JSON, until it is interrupted. */
async function followEvents(
  host: Host,
  client: Client,
  only: EventsOptions,
  first: { readonly found: readonly EventRecord[]; readonly output: EventsFlags["output"] },
): Promise<void> {
  const { screen } = host.user;
  let { found } = first;
  let after = 0;
  const widths = columnWidths(found.map(formatEvent), screen);
  for (;;) {
    for (const event of found) {
      after = Math.max(after, event.sequence);
      if (first.output === "json") host.print(`${JSON.stringify(event)}\n`);
      else if (first.output === "yaml") await printData(host, "yaml", [event]);
      else host.print(formatRow(formatEvent(event), widths, { ...screen, isTerminal: false }));
    }
    await host.user.wait(POLL_MS);
    found = await client.events({ ...only, after });
  }
}
