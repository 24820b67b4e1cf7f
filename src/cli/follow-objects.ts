import type { ObjectKind, WrittenObject } from "../api/objects.ts";
import type { Client } from "../client/client.ts";
import { findObject } from "./find-object.ts";
import type { Host } from "./host.ts";
import { nameOf, type Wanted } from "./kinds.ts";
import { type OutputForm, printData } from "./output.ts";
import type { Selector } from "./selector.ts";
import { columnWidths, formatRow, type Row } from "./texts/columns.ts";
import { rowOf, titlesOf, wholeColumnsOf } from "./texts/object-columns.ts";

/** What is followed, and how it is printed. */
export interface Followed {
  readonly wanted: Wanted;
  readonly isSelected: Selector;
  readonly output: OutputForm | undefined;
}

const DELETED = "(deleted)";

/** Prints what there is, then a line or a document for each change, until it is interrupted. */
export async function followObjects(
  host: Host,
  client: Client,
  { wanted: { kinds, names }, isSelected, output }: Followed,
): Promise<void> {
  for (const reference of names ?? []) await findObject(client, reference);
  const wanted = names && new Set(names.map(({ kind, name }) => nameOf(kind, name)));
  const isWanted = (object: WrittenObject) =>
    isSelected(object) && (wanted?.has(nameOf(object.kind, object.metadata.name)) ?? true);
  const print = printerOf(host, output, kinds.length > 1);
  for await (const news of client.watch({ kinds })) {
    const objects = news.type === "LISTED" ? news.objects : [news.object];
    await print(objects.filter(isWanted), news.type === "DELETED");
  }
}

type Print = (objects: readonly WrittenObject[], isGone: boolean) => Promise<void> | void;

function printerOf(host: Host, output: OutputForm | undefined, saysKind: boolean): Print {
  switch (output) {
    case "json":
      return (objects) => {
        for (const object of objects) host.print(`${JSON.stringify(object)}\n`);
      };
    case "yaml":
      return async (objects) => {
        for (const object of objects) {
          host.print("---\n");
          await printData(host, output, object);
        }
      };
    case "name":
      return (objects, isGone) => {
        for (const { kind, metadata } of objects) {
          host.print(`${nameOf(kind, metadata.name)}${isGone ? ` ${DELETED}` : ""}\n`);
        }
      };
    default:
      return rowPrinter(host, output === "wide", saysKind);
  }
}

/** The titles stand before the first line of a kind, whose widths the later ones keep. */
function rowPrinter(host: Host, isWide: boolean, saysKind: boolean): Print {
  const { screen } = host.user;
  const known = new Map<ObjectKind, readonly number[]>();
  return (objects, isGone) => {
    const form = { isWide, saysKind, nowMs: host.user.nowMs() };
    for (const [kind, own] of Map.groupBy(objects, ({ kind }) => kind)) {
      const rows = own.map((object) => rowOf(object, form)).map((row) => markRow(row, isGone));
      const titles = titlesOf(kind, isWide);
      const widths =
        known.get(kind) ?? columnWidths([titles, ...rows], screen, wholeColumnsOf(kind, isWide));
      const lines = known.has(kind) ? rows : [titles, ...rows];
      known.set(kind, widths);
      for (const row of lines) host.print(formatRow(row, widths, screen));
    }
  };
}

/** The last cell of what has gone says so. */
function markRow(row: Row, isGone: boolean): Row {
  return isGone ? [...row.slice(0, -1), DELETED] : row;
}
