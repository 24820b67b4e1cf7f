import { nearestName } from "../../model/nearest-name.ts";

/** ` (did you mean "…"?)` for the nearest known name, or "" if none is near. */
export function suggestName(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : ` (did you mean "${nearest}"?)`;
}
