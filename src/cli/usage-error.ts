import { nearestName } from "../model/nearest-name.ts";

/** The command line was used in a way it does not know: exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** ` Did you mean "…"?` for the nearest known name, or "" if none is near. */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : ` Did you mean "${nearest}"?`;
}
