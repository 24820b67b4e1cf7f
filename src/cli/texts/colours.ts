const GREEN = 32;
const YELLOW = 33;
const RED = 31;

/** Words of states that are shown in a colour: well, on its way or kept waiting, and wrong. */
const COLOURS: ReadonlyMap<string, number> = new Map([
  ...["Running", "Ready", "Succeeded", "True", "yes"].map((word) => [word, GREEN] as const),
  ...["Pending", "Starting", "Suspended", "Leaving", "Waking", "Warning"].map(
    (word) => [word, YELLOW] as const,
  ),
  ...["Failed", "False", "NotReady"].map((word) => [word, RED] as const),
]);

/** The text in the colour of what it says, if it has one, by the escapes of ECMA-48. */
export function paint(text: string): string {
  const colour = COLOURS.get(text);
  return colour === undefined ? text : `\u001B[${colour}m${text}\u001B[39m`;
}
