import { Command } from "commander";
import type { WrittenObject } from "../api/objects.ts";
import type { Client } from "../client/client.ts";
import { connect, type ConnectFlags, withConnection } from "./connect.ts";
import { findObjects } from "./find-object.ts";
import { followObjects } from "./follow-objects.ts";
import type { Host } from "./host.ts";
import { nameOf, parseWanted, pluralOf, type Wanted } from "./kinds.ts";
import { type OutputForm, printData, withOutput } from "./output.ts";
import { parsePhases, parseSelector } from "./selector.ts";
import { formatColumns } from "./texts/columns.ts";
import { rowOf, titlesOf, wholeColumnsOf } from "./texts/object-columns.ts";

interface GetFlags extends ConnectFlags {
  readonly output?: OutputForm;
  readonly selector?: string;
  readonly phase?: string;
  readonly watch?: boolean;
}

/** `neuraxis get`: objects as tables or data, once or as they change. */
export function getCommand(host: Host): Command {
  const command = new Command("get")
    .argument("<kind>", "job, service, queue, node, replica, all; or KIND/NAME")
    .argument("[names...]", "absent: all of the kind")
    .option("-l, --selector <labels>", "only those with labels such as team=nlp")
    .option("--phase <phases>", "only those in such a phase, as Running or Pending,Suspended")
    .option("-w, --watch", "print each change as it comes")
    .action((kind: string, names: readonly string[], flags: GetFlags) =>
      get(host, parseWanted([kind, ...names]), flags),
    );
  return withConnection(withOutput(command, ["json", "yaml", "wide", "name"]));
}

async function get(host: Host, wanted: Wanted, flags: GetFlags): Promise<void> {
  const { output, selector, phase, watch } = flags;
  const hasLabels = parseSelector(selector);
  const hasPhase = parsePhases(phase, wanted.kinds);
  const isSelected = (object: WrittenObject) => hasLabels(object) && hasPhase(object);
  const client = await connect(host, flags);
  if (watch === true) return followObjects(host, client, { wanted, isSelected, output });
  const { objects, missing } = await fetchObjects(client, wanted);
  if (objects.length > 0 || missing.length === 0) {
    await print(host, wanted, objects.filter(isSelected), output);
  }
  if (missing.length > 0) throw new AggregateError(missing);
}

async function fetchObjects(
  client: Client,
  { kinds, names }: Wanted,
): ReturnType<typeof findObjects> {
  if (names !== undefined) return findObjects(client, names);
  const objects: WrittenObject[] = [];
  for (const kind of kinds) objects.push(...(await client.list(kind)).objects);
  return { objects, missing: [] };
}

async function print(
  host: Host,
  wanted: Wanted,
  objects: readonly WrittenObject[],
  output: OutputForm | undefined,
): Promise<void> {
  if (output === "json" || output === "yaml") {
    const [only] = objects;
    const isOne = wanted.names?.length === 1 && only !== undefined;
    return printData(host, output, isOne ? only : { kind: "List", items: objects });
  }
  if (output === "name") {
    for (const { kind, metadata } of objects) host.print(`${nameOf(kind, metadata.name)}\n`);
    return;
  }
  printTables(host, wanted, objects, output === "wide");
}

/** A table for each kind that has objects; of several kinds each name says its kind. */
function printTables(
  host: Host,
  { kinds }: Wanted,
  objects: readonly WrittenObject[],
  isWide: boolean,
): void {
  if (objects.length === 0) {
    host.note(`There are no ${kinds.map(pluralOf).join(", ")}.`);
    return;
  }
  const { screen } = host.user;
  const form = { isWide, saysKind: kinds.length > 1, nowMs: host.user.nowMs() };
  const tables = kinds.flatMap((kind) => {
    const rows = objects.filter((object) => object.kind === kind);
    const cells = rows.map((object) => rowOf(object, form));
    if (rows.length === 0) return [];
    const lines = [titlesOf(kind, isWide), ...cells];
    return [formatColumns(lines, screen, wholeColumnsOf(kind, isWide))];
  });
  host.print(tables.join("\n"));
}
