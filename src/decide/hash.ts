/**
 * A 64-bit digest of a sequence of integers and strings: two lanes of 32 bits that take in each word
 * as MurmurHash3_x86_128 does its first two, and see each other. It tells states apart; it is no
 * defence against an adversary. O(1) for two characters. *Source:* Appleby, MurmurHash3, 2011.
 */
export class Digest {
  #low = 0x811c9dc5 | 0;
  #high = 0xcbf29ce4 | 0;

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
    const { length } = value;
    this.#word(length);
    for (let unit = 1; unit < length; unit += 2) {
      this.#word(value.charCodeAt(unit - 1) | (value.charCodeAt(unit) << 16));
    }
    if (length % 2 === 1) this.#word(value.charCodeAt(length - 1));
  }

  /** What another digest has taken in, instead of all of it. */
  part({ low, high }: DigestPart): void {
    this.#word(low);
    this.#word(high);
  }

  /** To be taken in by others. */
  asPart(): DigestPart {
    return { low: finished(this.#low), high: finished(this.#high) };
  }

  /** 16 hexadecimal digits. */
  hex(): string {
    const { low, high } = this.asPart();
    return [high, low].map((lane) => (lane >>> 0).toString(16).padStart(8, "0")).join("");
  }

  #word(value: number): void {
    const low = Math.imul(value, 0x239b961b);
    const high = Math.imul(value, 0xab0e9789);
    this.#low ^= Math.imul((low << 15) | (low >>> 17), 0xab0e9789);
    this.#low = ((this.#low << 19) | (this.#low >>> 13)) + this.#high;
    this.#low = (Math.imul(this.#low, 5) + 0x561ccd1b) | 0;
    this.#high ^= Math.imul((high << 16) | (high >>> 16), 0x38b34ae5);
    this.#high = ((this.#high << 17) | (this.#high >>> 15)) + this.#low;
    this.#high = (Math.imul(this.#high, 5) + 0x0bcaa747) | 0;
  }
}

/** A digest as two integers of 32 bits. */
export interface DigestPart {
  readonly low: number;
  readonly high: number;
}

/** Each bit of the lane bears on each of the result. */
function finished(lane: number): number {
  let mixed = lane ^ (lane >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
