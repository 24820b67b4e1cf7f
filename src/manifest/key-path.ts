/** Where a value stands: keys of maps and indices of lists, from the top. */
export type KeyPath = readonly PropertyKey[];

/** Longest key that is shown whole. */
const KEY_SHOWN_MAX = 80;

/** `spec.roles[0].name`; a key with other characters than a plain one's in quotes. */
export function formatKeyPath(path: KeyPath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      const key = String(step);
      if (!/^[\w-]+$/.test(key) || key.length > KEY_SHOWN_MAX) {
        return `[${JSON.stringify(key.slice(0, KEY_SHOWN_MAX))}]`;
      }
      return index === 0 ? key : `.${key}`;
    })
    .join("");
}
