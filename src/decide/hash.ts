/**
 * A 64-bit digest of a sequence of integers and strings: two 32-bit FNV-1a lanes (Fowler, Noll,
 * Vo) over different offsets, each word mixed in byte order. It tells states apart; it is no
 * defence against an adversary.
 */
export class Digest {
  #low = 0x811c9dc5;
  #high = 0xcbf29ce4;

  integer(value: number): void {
    this.#word(value | 0);
    this.#word(Math.floor(value / 2 ** 32));
  }

  /** The integers after their number, so that no two lists read alike. */
  integers(values: readonly number[]): void {
    this.integer(values.length);
    for (const value of values) this.integer(value);
  }

  text(value: string): void {
    this.#word(value.length);
    for (let unit = 0; unit < value.length; unit += 1) this.#word(value.charCodeAt(unit));
  }

  /** 16 hexadecimal digits. */
  hex(): string {
    return [this.#high, this.#low]
      .map((lane) => (lane >>> 0).toString(16).padStart(8, "0"))
      .join("");
  }

  #word(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) {
      const byte = (value >>> shift) & 0xff;
      this.#low = Math.imul(this.#low ^ byte, 0x01000193);
      this.#high = Math.imul(this.#high ^ (byte + shift + 1), 0x01000193);
    }
  }
}
