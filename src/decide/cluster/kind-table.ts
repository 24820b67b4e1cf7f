/** Most device kinds that one scheduler tells apart: a set of kinds is the bits of one integer. */
export const DEVICE_KINDS_MAX = 31;

/** A mask that every kind is in. */
export const ANY_KIND = -1;

/** The kind of a node without devices. */
export const NO_KIND = -1;

/** Device kinds by name, numbered from 0 in order of first sight. */
export class KindTable {
  readonly names: string[] = [];
  readonly #indices = new Map<string, number>();

  /** Index of the kind, new if needed; `undefined` if DEVICE_KINDS_MAX are known already. */
  intern(name: string): number | undefined {
    const known = this.#indices.get(name);
    if (known !== undefined) return known;
    if (this.names.length === DEVICE_KINDS_MAX) return undefined;
    this.#indices.set(name, this.names.length);
    this.names.push(name);
    return this.names.length - 1;
  }

  /** Names of the kinds in a mask; none for ANY_KIND. */
  named(mask: number): string[] {
    return mask === ANY_KIND ? [] : this.names.filter((_, kind) => hasKind(mask, kind));
  }

  /** Bits of the named kinds; ANY_KIND for none named; `undefined`, and no new kind, as for `intern`. */
  mask(names: readonly string[]): number | undefined {
    if (names.length === 0) return ANY_KIND;
    const fresh = new Set(names.filter((name) => !this.#indices.has(name)));
    if (this.names.length + fresh.size > DEVICE_KINDS_MAX) return undefined;
    let mask = 0;
    for (const name of names) {
      const kind = this.intern(name);
      if (kind === undefined) return undefined;
      mask |= 1 << kind;
    }
    return mask;
  }
}

/** True iff a node of this kind is in the mask; a node without devices is in no mask but ANY_KIND. */
export function hasKind(mask: number, kind: number): boolean {
  return mask === ANY_KIND || (kind !== NO_KIND && ((mask >>> kind) & 1) === 1);
}
