import type { Host } from "./host.ts";
import { nameOf, type Reference } from "./kinds.ts";
import { withTimeLimit } from "./time-limit.ts";

/** How waiting for several objects is spoken of. */
export interface AllWords {
  /** What one has not done when the time is over: `has not ended`; and several: `have ended`. */
  readonly unmet: { readonly one: string; readonly all: string };
  readonly cure: string;
  /** Of each, as soon as it is so: `deleted`. */
  readonly met: string;
}

/**
 * Waits until all of them are as wanted, and says so of each.
 * @param isMet waits for one; false if it was stopped before.
 * @throws CommandError when the time, which is of them all, is over.
 */
export async function waitForAll<Waited extends Reference>(
  host: Host,
  objects: readonly Waited[],
  limitMs: number | undefined,
  words: AllWords,
  isMet: (object: Waited, stop: AbortSignal) => Promise<boolean>,
): Promise<void> {
  const { unmet: said, cure, met } = words;
  const names = objects.map(({ kind, name }) => nameOf(kind, name)).join(", ");
  const unmet = objects.length === 1 ? `${names} ${said.one}` : `not all of ${names} ${said.all}`;
  await withTimeLimit(host.user, { limitMs, unmet, cure }, async (stop) => {
    for (const object of objects) {
      if (!(await isMet(object, stop))) return undefined;
      sayOutcome(host, object, met);
    }
    return true;
  });
}

/** Such as `job/train deleted`. */
export function sayOutcome(host: Host, { kind, name }: Reference, outcome: string): void {
  host.print(`${nameOf(kind, name)} ${outcome}\n`);
}
