import type { EventRecord } from "../../api/objects.ts";
import { nameOf } from "../kinds.ts";
import { ageOf } from "./age.ts";
import { formatColumns, type Row, type Screen } from "./columns.ts";

const TITLES: Row = ["AGE", "TYPE", "OBJECT", "REASON", "MESSAGE"];

/** Events as a table, the newest last; without those, "". */
export function formatEvents(
  events: readonly EventRecord[],
  nowMs: number,
  screen: Screen,
): string {
  if (events.length === 0) return "";
  const rows = events.map((event) => [ageOf(event.at, nowMs), ...formatEvent(event).slice(1)]);
  return formatColumns([TITLES, ...rows], screen);
}

/** One event with its time, as a line of a stream. */
export function formatEvent({ at, about, type, reason, message, count }: EventRecord): Row {
  const text = count === undefined ? message : `${message} (x${count})`;
  return [`${at.slice(0, 19)}Z`, type, nameOf(about.kind, about.name), reason, text];
}
