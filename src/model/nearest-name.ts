/** Longest text that is compared: the time grows with its length. */
const NAME_LENGTH_MAX = 253;

/**
 * The known name that is nearest to a misspelt one, whatever the case of either, or `undefined` if
 * none is near: at most two edits away, or half of its letters. The first of equally near ones.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > NAME_LENGTH_MAX) return undefined;
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [nearest, least] = [candidate, distance];
  }
  return least <= Math.max(2, name.length / 2) ? nearest : undefined;
}

/** ` (did you mean "…"?)` for the nearest known name, or "" if none is near. */
export function suggestName(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? "" : ` (did you mean "${nearest}"?)`;
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
