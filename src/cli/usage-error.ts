/** The command line was used in a way it does not know: exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UsageError";
  }
}

/** ` Did you mean "…"?` for the nearest known name, or "" if none is near. */
export function suggest(name: string, known: readonly string[]): string {
  const nearest = known
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .toSorted((left, right) => left.distance - right.distance)[0];
  if (nearest === undefined || nearest.distance > Math.max(2, name.length / 2)) return "";
  return ` Did you mean "${nearest.candidate}"?`;
}

/** Levenshtein's distance, one row at a time. O(left × right). */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let from = 1; from <= left.length; from += 1) {
    const next = [from];
    for (let to = 1; to <= right.length; to += 1) {
      const replace = row[to - 1]! + (left[from - 1] === right[to - 1] ? 0 : 1);
      next.push(Math.min(replace, row[to]! + 1, next[to - 1]! + 1));
    }
    row = next;
  }
  return row[right.length]!;
}
